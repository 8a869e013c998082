//! What the store could not do.

use std::time::Duration;

use redis::{ErrorKind, RedisError, ServerErrorKind};

use crate::ids::OperationId;
use crate::names::HeritageName;

/// Why the store did nothing, or does not know whether it did.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Redis does not answer, or the connection broke: nobody knows whether the script ran.
    #[error("Redis does not answer")]
    Unavailable(#[source] RedisError),
    /// Redis has no memory left: it takes nothing but what frees some, and the end of what has begun.
    #[error("Redis' memory is full")]
    Full(#[source] RedisError),
    /// Redis refused: read-only replica, wrong type.
    #[error("Redis refused the command")]
    Rejected(#[source] RedisError),
    /// A record cannot be read; the text names the key and field, never the value.
    #[error("the record {0} cannot be read")]
    Corrupt(String, #[source] serde_json::Error),
    /// The fencing token is not the operation's any more: another worker has it, or it was parked, or it ended.
    #[error("the operation is no longer held with this fencing token")]
    Fenced,
    /// The request cannot be accepted as things stand.
    #[error("refused: {0:?}")]
    Refused(Refusal),
}

/// Why a request was not accepted. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The idempotency key was used with another body.
    KeyReused(OperationId),
    /// The records changed since they were read: read again, check again, send again.
    Stale,
    /// This port or address range was reserved meanwhile: draw another.
    Reserved(String),
    /// The thing to make exists.
    Exists,
    /// The thing to change does not exist.
    Missing,
    /// The district is being deleted.
    BeingDeleted,
    /// The district still has these heritages.
    HasHeritages(Vec<HeritageName>),
    /// The operation's state does not allow it.
    WrongState(crate::operation::State),
    /// The operation was abandoned.
    Abandoned,
    /// A later operation on the same thing was accepted.
    SupersededByLater(OperationId),
    /// So many operations are unfinished that no other is taken.
    QueueFull {
        /// How many are.
        unfinished: u64,
        /// How many may be.
        limit: u64,
        /// When one of them has usually ended.
        wait: Duration,
    },
    /// Who asks has made as many changes as its budget allows.
    BudgetSpent {
        /// When it allows the next one.
        wait: Duration,
    },
}

/// How Redis begins its answer when a write would need more than `maxmemory`.
/// <https://redis.io/docs/latest/develop/reference/eviction/>
const OUT_OF_MEMORY: &str = "OOM";

/// Sorts an error of the client: did Redis refuse, or does nobody know?
pub(super) fn of_redis(source: RedisError) -> StoreError {
    let unsure = matches!(
        source.kind(),
        ErrorKind::Io
            | ErrorKind::ClusterConnectionNotFound
            | ErrorKind::MasterNameNotFoundBySentinel
            | ErrorKind::NoValidReplicasFoundBySentinel
            | ErrorKind::Server(
                ServerErrorKind::BusyLoading
                    | ServerErrorKind::TryAgain
                    | ServerErrorKind::ClusterDown
                    | ServerErrorKind::MasterDown
                    | ServerErrorKind::Moved
                    | ServerErrorKind::Ask
            )
    );
    match source.code() {
        _ if unsure => StoreError::Unavailable(source),
        Some(OUT_OF_MEMORY) => StoreError::Full(source),
        Some(_) | None => StoreError::Rejected(source),
    }
}

/// An error with its cause, in one line.
pub(super) fn words(error: &StoreError) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

/// A record that is not as this code writes it.
pub(super) fn corrupt(record: &str, wrong: &dyn std::fmt::Display) -> StoreError {
    StoreError::Corrupt(record.to_owned(), serde::de::Error::custom(wrong))
}
