//! One claimed operation in the hands of this worker.

use shared::operation::Operation;
use shared::payload::Payload;
use shared::store::{Claim, Store};

use super::lease::Lease;
use super::timings::Timings;

/// A claimed operation with its lease. Dropping it ends the lease for everybody in this process.
pub struct Held {
    pub(super) claim: Claim,
    pub(super) store: Store,
    pub(super) lease: Lease,
    pub(super) timings: Timings,
}

impl Held {
    /// What was claimed, and the lease that is being renewed for it.
    pub fn new(claim: Claim, store: Store, lease: Lease, timings: Timings) -> Self {
        if claim.operation.cancel_requested {
            lease.request_cancel();
        }
        Held { claim, store, lease, timings }
    }

    /// The operation as of the claim.
    pub fn operation(&self) -> &Operation {
        &self.claim.operation
    }

    /// Its patch.
    pub fn payload(&self) -> &Payload {
        &self.claim.payload
    }

    /// What was claimed.
    pub fn claim(&self) -> &Claim {
        &self.claim
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.lease.lose();
    }
}
