//! Claiming operations and keeping them: ready lists by lane, leases on Redis' clock, fencing tokens.

use serde::{Deserialize, Serialize};

use super::{StepRecord, Store, StoreError};
use crate::ids::OperationId;
use crate::operation::Operation;
use crate::payload::Payload;

/// A fencing token: a counter that rises with every claim and park, and a random nonce.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fence(pub String);

/// One claimed execution of an operation.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Proves that this worker holds it.
    pub fence: Fence,
    /// The operation as of the claim.
    pub operation: Operation,
    /// Its patch.
    pub payload: Payload,
    /// The target computed at the first claim; `None` at the first claim of an attempt.
    pub target: Option<serde_json::Value>,
    /// Its steps as recorded, in the order of the plan. Empty records of the outline before the first claim.
    pub steps: Vec<StepRecord>,
    /// Whether the worker before let its lease expire: wait the settle time before asking AWS what exists.
    pub after_crash: bool,
    /// Leases that expired without a checkpoint between them.
    pub crashes: u32,
}

/// What came of renewing leases.
#[derive(Clone, Debug, Default)]
pub struct Renewal {
    /// No longer ours: stop at once, write nothing.
    pub lost: Vec<OperationId>,
    /// Somebody asked to cancel these.
    pub cancel: Vec<OperationId>,
}

impl Store {
    /// Takes the next operation: moves what is due from the delayed set and from expired leases to the ready lists
    /// (at most 100 each), pops from the first lane that has one, raises the fence, journals `claimed` or `resumed`.
    /// An operation at 20 crashes becomes `stuck` with code `quarantined` instead. `None` when nothing is ready.
    pub async fn claim(&self, worker: &str) -> Result<Option<Claim>, StoreError> {
        let _ = worker;
        todo!()
    }

    /// Renews the leases of all held operations in one call.
    pub async fn renew(&self, held: &[(OperationId, Fence)]) -> Result<Renewal, StoreError> {
        let _ = held;
        todo!()
    }

    /// Gives an operation back without counting a crash: it is ready at once for another worker (drain).
    pub async fn release(&self, id: &OperationId, fence: &Fence) -> Result<(), StoreError> {
        let _ = (id, fence);
        todo!()
    }

    /// Subscribes to the wake-up hints that follow everything that becomes ready; polling stays the guarantee.
    pub async fn wakeups(&self) -> Result<impl futures::Stream<Item = ()> + Send + use<>, StoreError> {
        todo!() as Result<futures::stream::Empty<()>, StoreError>
    }
}
