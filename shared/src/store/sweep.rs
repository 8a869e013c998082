//! The sweep: what has ended long ago, and nothing refers to any longer, is removed.
//!
//! An operation is kept for the retention after its end. It is kept longer while its target's record names it or it is
//! the last one accepted on it, while it is `stuck` or has residue on a thing that there is, while it holds a reservation,
//! while a repeated request would be answered with it, and while its parent, or any of its children, is kept.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::claim::ids;
use super::reap::broken;
use super::script::{self, Arguments};
use super::{Store, StoreError};
use crate::ids::OperationId;

/// How many operations one script looks at, so that none holds Redis up.
const AT_ONCE: u32 = 100;
/// How many scripts one call sends, so that it holds no worker up: the next call goes on.
const SCRIPTS: usize = 10;
/// How long one look at everything is enough, whichever worker took it.
const PAUSE: Duration = Duration::from_mins(1);

impl Store {
    /// Looks at the next thousand operations that are old enough, and removes those that need not be kept. Once all have
    /// been looked at, calls do nothing for a minute, on whichever worker.
    pub async fn sweep(&self) -> Result<Vec<OperationId>, StoreError> {
        let place = self.swept_to();
        let mut removed = vec![];
        for _ in 0..SCRIPTS {
            let arguments = Arguments::default()
                .one(place.load(Ordering::Relaxed))
                .one(AT_ONCE)
                .one(self.settings().retention.as_millis().to_string())
                .one(PAUSE.as_millis().to_string());
            let mut reply = self.call(&script::SWEEP, arguments).await?;
            let next: u64 = reply.next()?;
            place.store(next, Ordering::Relaxed);
            removed.extend(ids(reply.next()?)?);
            for (id, why) in broken(reply.next()?) {
                tracing::error!(operation = id, why, "an operation is kept whose record cannot be read");
            }
            if next == 0 {
                break;
            }
        }
        if !removed.is_empty() {
            tracing::info!(operations = removed.len(), "operations that ended long ago were removed");
        }
        Ok(removed)
    }
}
