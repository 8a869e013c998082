//! Watching: one subscriber connection of a process, fanned out to all who wait.

use tokio::sync::broadcast;

use super::{Store, StoreError};
use crate::ids::OperationId;

/// An operation's journal grew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Whose.
    pub op: OperationId,
    /// Sequence number of its newest entry.
    pub seq: u64,
}

/// Fans notices out. A receiver that lags, or any gap after a reconnect, is answered by reading the journal again: a
/// notice is a hint, the journal is the truth.
#[derive(Clone)]
pub struct Watcher {
    /// Notices of all operations; `None` after a reconnect: look again.
    pub notices: broadcast::Sender<Option<Notice>>,
}

impl Store {
    /// Starts the one subscriber of this process; it reconnects by itself and ends with the last `Watcher`.
    pub async fn watcher(&self) -> Result<Watcher, StoreError> {
        todo!()
    }
}
