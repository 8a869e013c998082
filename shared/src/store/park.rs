//! Parking: an operation that can only wait leaves its worker.

use super::{Checkpoint, Fence, Store, StoreError};
use crate::ids::OperationId;
use crate::operation::Reason;

/// How an operation is parked.
#[derive(Clone, Debug)]
pub struct Park {
    /// What it waits for.
    pub reason: Reason,
    /// In how many milliseconds it is looked at again at the latest.
    pub after_ms: u64,
    /// What is written with it; its `state` and `reason` are set by the script.
    pub checkpoint: Checkpoint,
}

impl Store {
    /// Parks: writes the checkpoint and `parked`, gives the lease back, raises the fence, and puts the operation into the
    /// delayed set. When a cancel was requested that the engine has not seen (`seen_cancel` false), or a child ended
    /// meanwhile, it is made ready at once.
    pub async fn park(
        &self,
        id: &OperationId,
        fence: &Fence,
        park: &Park,
        seen_cancel: bool,
    ) -> Result<(), StoreError> {
        let _ = (id, fence, park, seen_cancel);
        todo!()
    }
}
