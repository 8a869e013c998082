//! Writing down: checkpoints, and the calls that end a worker's hold.
//!
//! A store that does not answer is asked again until the lease is lost, so that a running operation lives through a restart
//! of Redis. Every call may reach the store twice; its nonce or its fencing token makes that harmless.

use std::time::Duration;

use shared::operation::Reason;
use shared::store::{Checkpoint, Finish, Park, StoreError, pause};

use super::Run;

/// The longest pause before a store that did not answer is asked again.
const ASK_AGAIN: Duration = Duration::from_millis(200);

/// The operation is no longer held: another worker may have it. Nothing more may be done or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lost;

impl Run {
    /// Writes down everything that has happened so far.
    pub(super) async fn flush(&self) -> Result<(), Lost> {
        let _turn = self.my_turn_to_send().await;
        loop {
            let Some(checkpoint) = self.board().next_checkpoint() else { return Ok(()) };
            let signals = self
                .insist("checkpoint", || self.store().checkpoint(self.operation(), self.fence(), &checkpoint))
                .await?;
            self.board().written();
            if signals.cancel {
                self.lease().request_cancel();
            }
        }
    }

    /// Leaves the operation until something happens, at the latest for `after`.
    pub(super) async fn park(&self, reason: Reason, after: Duration) -> Result<(), Lost> {
        let checkpoint = self.last_checkpoint().await?;
        let after_ms = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
        let park = Park { reason, after_ms, checkpoint };
        let seen_cancel = self.lease().is_cancel_requested();
        self.insist("park", || self.store().park(self.operation(), self.fence(), &park, seen_cancel)).await
    }

    /// Gives the operation to another worker, once reads show what was made: whoever goes on believes them.
    pub(super) async fn release(&self) -> Result<(), Lost> {
        self.flush().await?;
        let settled = self.board().settled_at();
        tokio::select! {
            () = self.lease().lost() => return Err(Lost),
            () = tokio::time::sleep_until(settled) => {}
        }
        self.insist("release", || self.store().release(self.operation(), self.fence())).await
    }

    /// Ends the attempt.
    pub(super) async fn finish(&self, mut finish: Finish) -> Result<(), Lost> {
        finish.checkpoint = self.last_checkpoint().await?;
        self.insist("finish", || self.store().finish(self.operation(), self.fence(), &finish)).await
    }

    /// What is left to be written with the call that ends the hold.
    async fn last_checkpoint(&self) -> Result<Checkpoint, Lost> {
        let is_in_flight = self.board().is_in_flight();
        if is_in_flight {
            self.flush().await?;
        }
        Ok(self.board().take())
    }

    async fn insist<T, F>(&self, what: &str, call: impl Fn() -> F) -> Result<T, Lost>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        loop {
            let answer = tokio::select! {
                () = self.lease().lost() => return Err(Lost),
                answer = call() => answer,
            };
            let error = match answer {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            match &error {
                StoreError::Fenced => {
                    tracing::info!(what, "another worker has the operation");
                    self.lease().lose();
                    return Err(Lost);
                }
                StoreError::Unavailable(_)
                | StoreError::Unconfirmed { .. }
                | StoreError::Full(_)
                | StoreError::Rejected(_) => {
                    tracing::warn!(what, error = &error as &dyn std::error::Error, "the store is asked again");
                    let longest = ASK_AGAIN.min(self.timings().backoff);
                    tokio::time::sleep(pause::drawn(longest)).await;
                }
                StoreError::Corrupt(..) | StoreError::Refused(_) => {
                    // Nobody can go on from here; the lease runs out, and the operation is quarantined when that repeats.
                    tracing::error!(what, error = &error as &dyn std::error::Error, "the store cannot do this");
                    self.lease().lose();
                    return Err(Lost);
                }
            }
        }
    }
}
