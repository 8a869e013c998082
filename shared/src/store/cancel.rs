//! Asking an operation to stop.

use super::operation::view;
use super::script::{self, Arguments};
use super::{Store, StoreError, why};
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
    /// What it has started is cancelled with it. `Refused(WrongState)` when it has ended, `Refused(SupersededByLater)` when
    /// it was held and a later operation was accepted since, `None` when there is no such operation.
    pub async fn cancel(&self, id: &OperationId, actor: &str) -> Result<Option<Cancelled>, StoreError> {
        let arguments = Arguments::default().one(id.as_str());
        let mut reply = self.call_confirmed(&script::CANCEL, why::cancelled(actor).given_to(arguments)?).await?;
        if reply.status == "missing" {
            return Ok(None);
        }
        Ok(view(id, reply.hash()?, reply.hash()?)?.map(|operation| match reply.status.as_str() {
            "ended" => Cancelled::AtOnce(operation),
            _ => Cancelled::Requested(operation),
        }))
    }
}
