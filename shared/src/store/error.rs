//! What the store could not do.

use std::time::Duration;

use redis::{ErrorKind, RedisError};

use crate::ids::OperationId;
use crate::names::HeritageName;

/// Why the store did nothing, or does not know whether it did.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Redis does not answer, the connection broke, or a failover is under way: nobody knows whether the script ran.
    #[error("Redis does not answer")]
    Unavailable(#[source] RedisError),
    /// It was written, but too few replicas have it: a failover may still lose it. Sent again, it is not written twice.
    #[error("written, but {confirmed} of {wanted} replicas confirmed it")]
    Unconfirmed {
        /// Replicas that have it.
        confirmed: u32,
        /// Replicas that must have it.
        wanted: u32,
    },
    /// Redis has no memory left: it takes nothing but what frees some, and the end of what has begun.
    #[error("Redis' memory is full")]
    Full(#[source] RedisError),
    /// Redis refused: no permission, wrong type.
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
    /// The operation is of this version of the format, which is newer than what this code understands.
    Newer(u32),
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
/// What a server answers that runs nothing because it does not have our keys (any longer), or not yet.
const NOT_RUN_HERE: [&str; 5] = ["MOVED", "READONLY", "CLUSTERDOWN", "MASTERDOWN", "LOADING"];
/// What a server answers that runs nothing for the moment: a slot moves, replicas are missing, another script is long.
/// ASK is never followed: our scripts would run on a server that has none of our keys yet.
const NOT_RUN_NOW: [&str; 4] = ["ASK", "TRYAGAIN", "NOREPLICAS", "BUSY"];

/// Sorts an error of the client: did Redis refuse, or is it away and nobody knows?
pub(super) fn of_redis(source: RedisError) -> StoreError {
    let away = matches!(
        source.kind(),
        ErrorKind::Io
            | ErrorKind::Parse
            | ErrorKind::ClusterConnectionNotFound
            | ErrorKind::MasterNameNotFoundBySentinel
            | ErrorKind::NoValidReplicasFoundBySentinel
    );
    match source.code() {
        _ if away || answers(&source, &NOT_RUN_HERE) || answers(&source, &NOT_RUN_NOW) => {
            StoreError::Unavailable(source)
        }
        // A script failed at what it found, and would fail again: this is no state of Redis.
        Some("ERR" | "WRONGTYPE") if source.detail().is_some_and(|detail| detail.contains("user_script")) => {
            corrupt("that a script looked at", &source)
        }
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

/// Whether nothing of what was sent has run, and may elsewhere.
pub(super) fn did_not_run(error: &RedisError) -> bool {
    answers(error, &NOT_RUN_HERE)
}

/// Whether another server may have our keys now: it is to be found out before the next call.
pub(super) fn leads_elsewhere(error: &RedisError) -> bool {
    matches!(error.kind(), ErrorKind::Io | ErrorKind::Parse)
        || answers(error, &NOT_RUN_HERE)
        // An isolated master: its replicas follow another one by now.
        || answers(error, &["NOREPLICAS"])
}

/// Whether the server answered one of these, to a command or to one of a pipeline.
fn answers(error: &RedisError, codes: &[&str]) -> bool {
    let errors = error.clone().into_server_errors();
    errors.is_some_and(|all| all.iter().any(|(_, error)| codes.contains(&error.code())))
}

/// A record that is not as this code writes it.
pub(super) fn corrupt(record: &str, wrong: &dyn std::fmt::Display) -> StoreError {
    StoreError::Corrupt(record.to_owned(), serde::de::Error::custom(wrong))
}
