//! Upkeep: what must be done now and then, by one worker for all of them, however busy they are.

use std::time::Duration;

use super::script::{self, Arguments};
use super::{Store, StoreError};

/// Name of the duty.
const UPKEEP: &str = "upkeep";

impl Store {
    /// Does the upkeep, unless some worker has done so within `period`: the reaper looks at everything, and the
    /// sweep removes what ended long ago.
    pub async fn upkeep(&self, period: Duration) -> Result<(), StoreError> {
        let period = u64::try_from(period.as_millis()).unwrap_or(u64::MAX).max(1);
        let reply = self.call(&script::DUTY, Arguments::default().one(UPKEEP).one(period)).await?;
        if reply.status == "taken" {
            self.reap().await?;
            self.sweep().await?;
        }
        Ok(())
    }
}
