//! The lease of one claimed operation, as seen by the engine: whether it is still ours, and what it is asked for.
//!
//! The queue renews it; the engine and the calls of steps look at it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

/// Which part of its length a lease is fresh for, in percent: 12 of 15 seconds.
const FRESH_PERCENT: u32 = 80;

/// A lease; clones are the same lease.
#[derive(Clone, Debug)]
pub struct Lease(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    length: Duration,
    born: Instant,
    /// Milliseconds from `born` to the moment when the last successful renewal was asked for.
    renewed: AtomicU64,
    lost: CancellationToken,
    cancel: CancellationToken,
    drain: CancellationToken,
}

impl Lease {
    /// A lease that was asked for at `asked`; `drain` is the worker's request to stop at the next safe point.
    pub fn new(asked: Instant, length: Duration, drain: CancellationToken) -> Self {
        let (lost, cancel) = (CancellationToken::new(), CancellationToken::new());
        Lease(Arc::new(Inner { length, born: asked, renewed: AtomicU64::new(0), lost, cancel, drain }))
    }

    /// It was renewed by a call made at `asked`.
    pub fn renewed(&self, asked: Instant) {
        let since = asked.saturating_duration_since(self.0.born).as_millis();
        self.0.renewed.fetch_max(u64::try_from(since).unwrap_or(u64::MAX), Ordering::SeqCst);
    }

    fn age(&self) -> Duration {
        self.0.born.elapsed().saturating_sub(Duration::from_millis(self.0.renewed.load(Ordering::SeqCst)))
    }

    /// Whether it was renewed so lately that a call that begins now ends before another worker may begin.
    pub fn is_fresh(&self) -> bool {
        !self.is_lost() && self.age() < self.0.length * FRESH_PERCENT / 100
    }

    /// Whether it has run out by this process' own clock, whatever Redis would say.
    pub fn has_run_out(&self) -> bool {
        self.age() >= self.0.length
    }

    /// Another worker may have the operation, or it was given back: stop, write nothing more.
    pub fn lose(&self) {
        self.0.lost.cancel();
    }

    /// Whether it is lost.
    pub fn is_lost(&self) -> bool {
        self.0.lost.is_cancelled()
    }

    /// Waits until it is lost.
    pub async fn lost(&self) {
        self.0.lost.cancelled().await;
    }

    /// Somebody asked to cancel the operation.
    pub fn request_cancel(&self) {
        self.0.cancel.cancel();
    }

    /// Whether somebody asked to cancel the operation.
    pub fn is_cancel_requested(&self) -> bool {
        self.0.cancel.is_cancelled()
    }

    /// Waits until somebody asks to cancel the operation.
    pub async fn cancel_requested(&self) {
        self.0.cancel.cancelled().await;
    }

    /// Whether the worker wants to stop.
    pub fn is_draining(&self) -> bool {
        self.0.drain.is_cancelled()
    }

    /// Waits until the worker wants to stop.
    pub async fn draining(&self) {
        self.0.drain.cancelled().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_fresh_for_four_fifths_of_its_length_after_each_renewal() {
        let asked = Instant::now() - Duration::from_secs(13);
        let lease = Lease::new(asked, Duration::from_secs(15), CancellationToken::new());
        assert!(!lease.is_fresh() && !lease.has_run_out());
        lease.renewed(asked + Duration::from_secs(5));
        assert!(lease.is_fresh());
        lease.lose();
        assert!(!lease.is_fresh());
    }
}
