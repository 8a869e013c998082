//! The leases that this worker has.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use shared::ids::OperationId;
use shared::store::Fence;
use tokio_util::sync::CancellationToken;

use crate::engine::Lease;

/// All leases of a worker. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Leases {
    length: Duration,
    drain: CancellationToken,
    held: Arc<Mutex<HashMap<(OperationId, Fence), Lease>>>,
}

impl Leases {
    pub(super) fn new(length: Duration, drain: CancellationToken) -> Self {
        Leases { length, drain, held: Arc::default() }
    }

    /// How long a lease lasts.
    pub(super) fn length(&self) -> Duration {
        self.length
    }

    /// Keeps the lease of an operation that was claimed by a call made at `asked`.
    pub(super) fn keep(&self, operation: &OperationId, fence: &Fence, asked: Instant) -> Lease {
        let lease = Lease::new(asked, self.length, self.drain.clone());
        self.held().insert((operation.clone(), fence.clone()), lease.clone());
        lease
    }

    /// The leases to be renewed. Those that were lost or given back are forgotten, those that have run out are lost.
    pub(super) fn to_renew(&self) -> Vec<(OperationId, Fence, Lease)> {
        let mut held = self.held();
        for lease in held.values().filter(|lease| lease.has_run_out()) {
            lease.lose();
        }
        held.retain(|_, lease| !lease.is_lost());
        held.iter().map(|((id, fence), lease)| (id.clone(), fence.clone(), lease.clone())).collect()
    }

    fn held(&self) -> MutexGuard<'_, HashMap<(OperationId, Fence), Lease>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
