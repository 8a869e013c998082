//! Renewing leases: its own task, so that neither a busy nor a stopping worker loses what it runs.

use std::time::{Duration, Instant};

use shared::ids::OperationId;
use shared::store::{Fence, Renewal, Store, StoreError};
use tokio_util::sync::CancellationToken;

use super::leases::Leases;
use crate::engine::Lease;

/// Renewals in the length of a lease, at least.
const RENEWALS: u32 = 4;
/// The longest pause between renewals: their answers tell of cancels.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// Renewals that failed are tried again this many times as often.
const HASTE: u32 = 5;

/// Renews until `stop`.
pub(super) async fn renew(store: Store, leases: Leases, stop: CancellationToken) {
    let patience = leases.length() / RENEWALS;
    let rhythm = patience.min(LONGEST_PAUSE);
    let mut pause = rhythm;
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stop.cancelled() => return,
        }
        let held = leases.to_renew();
        pause = if held.is_empty() || renew_once(&store, &held, patience).await { rhythm } else { rhythm / HASTE };
    }
}

/// Whether the store answered.
async fn renew_once(store: &Store, held: &[(OperationId, Fence, Lease)], patience: Duration) -> bool {
    let fences: Vec<_> = held.iter().map(|(id, fence, _)| (id.clone(), fence.clone())).collect();
    let asked = Instant::now();
    match tokio::time::timeout(patience, store.renew(&fences)).await {
        Ok(Ok(renewal)) => {
            take_in(held, &renewal, asked);
            true
        }
        Ok(Err(error)) => {
            warn(&error, held.len());
            false
        }
        Err(_) => {
            tracing::warn!(operations = held.len(), "the store is slow: leases are not renewed");
            false
        }
    }
}

fn warn(error: &StoreError, operations: usize) {
    tracing::warn!(operations, error = error as &dyn std::error::Error, "leases are not renewed");
}

fn take_in(held: &[(OperationId, Fence, Lease)], renewal: &Renewal, asked: Instant) {
    for (id, _, lease) in held {
        if renewal.lost.contains(id) {
            tracing::info!(operation = %id, "the lease is lost");
            lease.lose();
            continue;
        }
        lease.renewed(asked);
        if renewal.cancel.contains(id) {
            lease.request_cancel();
        }
    }
}
