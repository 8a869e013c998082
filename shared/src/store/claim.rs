//! Claiming operations and keeping them: ready lists by lane, leases on Redis' clock, fencing tokens.

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::fields::json;
use super::operation::Recorded;
use super::script::{self, Arguments, Reply};
use super::{StepRecord, Store, StoreError, error, keys};
use crate::format::FORMAT;
use crate::ids::OperationId;
use crate::journal::Event;
use crate::operation::{Operation, State};
use crate::payload::Payload;
use crate::problem::{Code, Problem};

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

/// At so many leases that expired without a checkpoint between them an operation is set aside.
const CRASHES_ALLOWED: u32 = 20;

/// With leases as short as tests have them, a busy machine must not make every call a late one.
const SHORTEST_WAIT_MS: u64 = 1_000;

impl Store {
    /// Takes the next operation of a version that this worker understands: moves what is due from the delayed set and from
    /// expired leases to the ready lists (at most 100 each), takes from the first lane that has one, raises the fence,
    /// journals `claimed` or `resumed`. An operation at 20 crashes becomes `stuck` with code `quarantined` instead, one whose
    /// record cannot be read with `corrupt_record`. `None` when nothing is ready, or when the call reached Redis half a lease
    /// late; then [`Store::next_due_in`] tells when to look again.
    pub async fn claim(&self, worker: &str) -> Result<Option<Claim>, StoreError> {
        // Each round that goes on has set an operation aside, so that there are only so many.
        loop {
            self.no_doubt().await?;
            let (mut reply, confirmed) = self.call_counted(&script::CLAIM, self.claiming(worker)?).await?;
            match reply.status.as_str() {
                "none" => {
                    self.nothing_ready(reply.next()?);
                    return Ok(None);
                }
                "corrupt" => {
                    let (id, why): (Vec<u8>, Vec<u8>) = (reply.next()?, reply.next()?);
                    let (id, why) = (String::from_utf8_lossy(&id), String::from_utf8_lossy(&why));
                    self.set_aside(&id, None, &error::corrupt(&format!("{}:{id}", keys::OPERATION), &why)).await?;
                }
                _ => match (claimed(reply)?, confirmed) {
                    (Ok(claim), Ok(())) => return Ok(Some(claim)),
                    (Ok(claim), Err(unconfirmed)) => {
                        // Nobody may begin what a failover would give to another; when this does not arrive, the lease runs out.
                        self.release(&claim.operation.id, &claim.fence).await?;
                        return Err(unconfirmed);
                    }
                    (Err((id, fence, error)), _) => self.set_aside(&id, Some(&fence), &error).await?,
                },
            }
        }
    }

    fn claiming(&self, worker: &str) -> Result<Arguments, StoreError> {
        let resumed = |after_crash| Event::Resumed { worker: worker.to_owned(), after_crash };
        let quarantine = Problem::new(
            Code::Quarantined,
            format!("Workers died at it {CRASHES_ALLOWED} times without coming any further."),
        );
        Ok(Arguments::default()
            .one(worker)
            .one(FORMAT)
            .one(self.settings().lease_ms)
            .one(self.waits_until())
            .one(hex::encode(rand::random::<[u8; 8]>()))
            .one(CRASHES_ALLOWED)
            .one(json(&Event::Claimed { worker: worker.to_owned() })?)
            .one(json(&resumed(false))?)
            .one(json(&resumed(true))?)
            .one(json(&quarantine)?)
            .one(json(&Event::Finished { state: State::Stuck, error: Some(quarantine.clone()) })?))
    }

    /// How long after an empty claim the next timer or lease is due, as far as that claim knew; at most `longest`, and at
    /// least a millisecond, so that nobody spins.
    pub fn next_due_in(&self, longest: Duration) -> Duration {
        let due = self.next_due().load(Ordering::Relaxed);
        longest.min(Duration::from_millis(due.saturating_sub(self.now().0).max(1)))
    }

    /// Sets an operation aside whose record cannot be read, for a person to look at.
    pub(super) async fn set_aside(&self, id: &str, fence: Option<&Fence>, why: &StoreError) -> Result<(), StoreError> {
        let problem = Problem::new(Code::CorruptRecord, format!("{}.", error::words(why)));
        let finished = Event::Finished { state: State::Stuck, error: Some(problem.clone()) };
        tracing::error!(operation = id, error = why as &dyn std::error::Error, "an operation is set aside");
        let arguments = Arguments::default()
            .one(id)
            .optional(fence.map(|fence| fence.0.as_str()))
            .one(json(&problem)?)
            .one(json(&finished)?);
        match self.call(&script::QUARANTINE, arguments).await {
            // Somebody else has it by now: it was not left lying.
            Ok(_) | Err(StoreError::Fenced) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn nothing_ready(&self, next_due: i64) {
        let due = u64::try_from(next_due).map_or(u64::MAX, |wait| self.now().0 + wait);
        self.next_due().store(due, Ordering::Relaxed);
    }

    /// How long the answer of a claim or a renewal is worth waiting for: a lease would be half over.
    fn waits_until(&self) -> u64 {
        self.now().0 + (self.settings().lease_ms / 2).max(SHORTEST_WAIT_MS)
    }

    /// Renews the leases of all held operations in one call. One that reaches Redis late does nothing, and is sent again.
    pub async fn renew(&self, held: &[(OperationId, Fence)]) -> Result<Renewal, StoreError> {
        let held = held.iter().flat_map(|(id, fence)| [id.as_str(), fence.0.as_str()]);
        loop {
            let arguments = Arguments::default().one(self.settings().lease_ms).one(self.waits_until());
            let mut reply = self.call(&script::RENEW, arguments.list(held.clone())).await?;
            if reply.status != "late" {
                return Ok(Renewal { lost: ids(reply.next()?)?, cancel: ids(reply.next()?)? });
            }
        }
    }

    /// Gives an operation back without counting a crash: it is ready at once for another worker (drain).
    pub async fn release(&self, id: &OperationId, fence: &Fence) -> Result<(), StoreError> {
        self.call(&script::RELEASE, Arguments::default().one(id.as_str()).one(&fence.0)).await?;
        Ok(())
    }
}

/// What cannot be read of a claimed operation: its id, the fence with which it is held, and why.
type Unreadable = (String, Fence, StoreError);

/// Reads a claim. Its record is read strictly: a worker does not run what it has not understood.
fn claimed(mut reply: Reply) -> Result<Result<Claim, Unreadable>, StoreError> {
    let (fence, after_crash) = (Fence(reply.next()?), reply.next()?);
    let (fields, steps) = (reply.hash()?, reply.hash()?);
    let text = fields.get("id").cloned().unwrap_or_default();
    let absent = || error::corrupt(&format!("{}:{text}", keys::OPERATION), &"it is absent");
    let read = OperationId::parse(&text)
        .map_err(|wrong| error::corrupt(&format!("{}.id", keys::OPERATION), &wrong))
        .and_then(|id| Recorded::of(&id, fields, steps)?.ok_or_else(absent));
    Ok(match read {
        Ok(Recorded { operation, payload, target, crashes, steps }) => {
            Ok(Claim { fence, operation, payload, target, steps, after_crash, crashes })
        }
        Err(error) => Err((text, fence, error)),
    })
}

/// Operation ids as Redis has them.
pub(super) fn ids(texts: Vec<String>) -> Result<Vec<OperationId>, StoreError> {
    texts.iter().map(|text| OperationId::parse(text).map_err(|wrong| error::corrupt(keys::OPERATION, &wrong))).collect()
}
