//! Parking: an operation that can only wait leaves its worker.

use super::fields::json;
use super::{Checkpoint, Fence, Store, StoreError, checkpoint, script};
use crate::ids::OperationId;
use crate::journal::Event;
use crate::operation::Reason;
use crate::time::Timestamp;

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
    /// meanwhile, it is made ready at once. An operation that takes back what it did stays `undoing`. Sent again with the
    /// same fence after it was done, it does nothing.
    pub async fn park(
        &self,
        id: &OperationId,
        fence: &Fence,
        park: &Park,
        seen_cancel: bool,
    ) -> Result<(), StoreError> {
        let until = Timestamp(self.now().0 + park.after_ms);
        let arguments = checkpoint::held(id, fence, &park.checkpoint)?
            .one(park.reason.to_string())
            .one(park.after_ms)
            .one(u8::from(seen_cancel))
            .one(json(&Event::Parked { reason: park.reason, until })?);
        self.call_confirmed(&script::PARK, arguments).await?;
        Ok(())
    }
}
