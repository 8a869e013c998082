//! Asking an operation to stop.

use super::{Store, StoreError};
use crate::ids::OperationId;
use crate::operation::Operation;

/// What a cancel did.
#[derive(Clone, Debug)]
pub enum Cancelled {
    /// It had not begun: it is `cancelled` now.
    AtOnce(Operation),
    /// It will stop at its next safe point and take back what it did.
    Requested(Operation),
}

impl Store {
    /// Cancels. A queued operation ends at once and its create's record and reservations go with it; a parked one is made
    /// ready in the interactive lane; a held one (`failed` with `on_failure=hold` residue) is made ready to undo.
    /// `Refused(WrongState)` when it has ended, `None` when there is no such operation.
    pub async fn cancel(&self, id: &OperationId, actor: &str) -> Result<Option<Cancelled>, StoreError> {
        let _ = (id, actor);
        todo!()
    }
}
