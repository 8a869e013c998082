//! Retrying an operation that failed, was cancelled or is stuck.

use super::{Store, StoreError};
use crate::ids::OperationId;
use crate::operation::Operation;

/// What a retry did.
#[derive(Clone, Debug)]
pub struct Retried {
    /// The operation, queued again with the next attempt.
    pub operation: Operation,
}

impl Store {
    /// Retries: attempt + 1, same id, sequence numbers go on, a new place at the end of the order. Steps that stand as
    /// `succeeded` are kept, the others become `pending`. A create whose record was removed takes name, address range and
    /// ports again, or is refused as `Exists`/`Reserved`. `None` when there is no such operation.
    pub async fn retry(&self, id: &OperationId, actor: &str) -> Result<Option<Retried>, StoreError> {
        let _ = (id, actor);
        todo!()
    }
}
