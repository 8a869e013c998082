//! Upkeep: its own task, so that a worker that is never idle does its share of it.

use std::time::Duration;

use shared::store::{Store, pause};
use tokio_util::sync::CancellationToken;

/// Every worker offers itself this many times in a period.
const OFFERS: u32 = 2;

/// Has the upkeep done once in each `period` by some worker, until `stop`.
pub(super) async fn keep_up(store: Store, period: Duration, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause::drawn(period / OFFERS)) => {}
            () = stop.cancelled() => return,
        }
        if let Err(error) = store.upkeep(period).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "the upkeep was not done");
        }
    }
}
