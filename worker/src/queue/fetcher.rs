//! Claiming: one operation for each that the worker asks for, none ahead.
//!
//! A wake-up hint makes an idle worker claim at once; the poll is what nothing depends on getting through.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use shared::store::{Claim, Store, pause};
use tokio::sync::{Notify, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use super::leases::Leases;
use crate::engine::{Held, Timings};

/// An idle worker looks at least this often.
const POLL: Duration = Duration::from_millis(500);
/// An idle worker does not look more often than this.
const SHORTEST: Duration = Duration::from_millis(1);
/// Pause after an error of the store.
const ASK_AGAIN: Duration = Duration::from_millis(300);

/// Claims operations for one worker.
pub(super) struct Fetcher {
    /// The worker's name in the journal.
    pub worker: String,
    pub store: Store,
    pub leases: Leases,
    pub timings: Timings,
    /// A permit for each operation that is asked for.
    pub demand: Arc<Semaphore>,
    pub claimed: mpsc::Sender<Held>,
    pub stop: CancellationToken,
}

impl Fetcher {
    /// Claims until `stop`.
    pub(super) async fn fetch(self) {
        let wake = Arc::new(Notify::new());
        let hints = tokio::spawn(hints(self.store.clone(), wake.clone(), self.stop.clone()));
        while let Some(held) = self.next(&wake).await {
            match self.claimed.try_send(held) {
                Ok(()) => {}
                Err(mpsc::error::TrySendError::Full(held) | mpsc::error::TrySendError::Closed(held)) => {
                    give_back(&self.store, held).await;
                }
            }
        }
        hints.abort();
    }

    /// The next operation that is asked for; `None` when the worker stops.
    async fn next(&self, wake: &Notify) -> Option<Held> {
        tokio::select! {
            permit = self.demand.acquire() => permit.ok()?.forget(),
            () = self.stop.cancelled() => return None,
        }
        while !self.stop.is_cancelled() {
            let asked = Instant::now();
            // Never dropped half-way: an operation that is claimed must be run or given back.
            match self.store.claim(&self.worker).await {
                Ok(Some(claim)) => return Some(self.hold(claim, asked)),
                Ok(None) => tokio::select! {
                    () = wake.notified() => {}
                    () = tokio::time::sleep(self.store.next_due_in(POLL).max(SHORTEST)) => {}
                    () = self.stop.cancelled() => {}
                },
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "no operation could be claimed");
                    tokio::time::sleep(pause::drawn(ASK_AGAIN)).await;
                }
            }
        }
        None
    }

    fn hold(&self, claim: Claim, asked: Instant) -> Held {
        let lease = self.leases.keep(&claim.operation.id, &claim.fence, asked);
        Held::new(claim, self.store.clone(), lease, self.timings)
    }
}

/// Gives an operation back that was claimed and not begun.
pub(super) async fn give_back(store: &Store, held: Held) {
    let claim = held.claim();
    if let Err(error) = store.release(&claim.operation.id, &claim.fence).await {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(operation = %claim.operation.id, error, "it was not given back: its lease has to run out");
    }
}

/// Listens to wake-ups, and again when the connection breaks.
async fn hints(store: Store, wake: Arc<Notify>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match store.wakeups().await {
            Ok(wakeups) => {
                let mut wakeups = std::pin::pin!(wakeups);
                // Something may have become ready before the subscription stood.
                wake.notify_one();
                while let Some(()) = wakeups.next().await {
                    wake.notify_one();
                }
            }
            Err(error) => tracing::debug!(error = &error as &dyn std::error::Error, "no wake-ups; polling goes on"),
        }
        tokio::time::sleep(pause::drawn(POLL)).await;
    }
}
