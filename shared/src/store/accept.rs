//! Accepting an operation: record, first journal entry, idempotency key, place in the order and queue, in one script.

use super::{Store, StoreError};
use crate::district::District;
use crate::heritage::Heritage;
use crate::ids::OperationId;
use crate::operation::{OnFailure, Operation, Target};
use crate::outline::PlannedStep;
use crate::payload::Payload;

/// An idempotency key in its scope, and what it was used for.
#[derive(Clone, Debug)]
pub struct Idempotency {
    /// The caller's key as sent.
    pub key: String,
    /// Hash of actor, method, route, resource and key.
    pub scope: String,
    /// HMAC of the canonical body.
    pub body: String,
}

/// A name of something that two requests must not both draw.
#[derive(Clone, Debug)]
pub enum Reservation {
    /// A host port of the district.
    Port(u16),
    /// An address range.
    Cidr(String),
}

/// What the request was checked against; the script refuses as `Stale` when it changed since.
/// Revisions rise with every acceptance and every end of an operation on the thing.
#[derive(Clone, Debug, Default)]
pub struct Expect {
    /// Revision of the district's record; `None`: it must not exist.
    pub district: Option<u64>,
    /// Revision of the heritage's record; `None`: it must not exist. Ignored for operations on a district.
    pub heritage: Option<u64>,
}

/// Everything that one acceptance writes.
#[derive(Clone, Debug)]
pub struct Acceptance {
    /// Drawn before; the same id sent twice is accepted once.
    pub id: OperationId,
    /// What it changes.
    pub target: Target,
    /// Its patch.
    pub payload: Payload,
    /// The steps to come, shown as `pending`.
    pub outline: Vec<PlannedStep>,
    /// Who asked.
    pub actor: String,
    /// The request's id.
    pub request_id: Option<String>,
    /// The request's trace.
    pub trace_id: Option<String>,
    /// What happens when a step fails for good.
    pub on_failure: OnFailure,
    /// The caller's idempotency key.
    pub idempotency: Option<Idempotency>,
    /// What it was checked against.
    pub expect: Expect,
    /// What it draws.
    pub reserve: Vec<Reservation>,
    /// The record that a create makes visible at once.
    pub district: Option<District>,
    /// The record that a create makes visible at once.
    pub heritage: Option<Heritage>,
    /// A queued operation that this one takes the place of; `Stale` when it has begun or is no longer the last.
    pub supersedes: Option<OperationId>,
    /// The operation whose place it runs under.
    pub parent: Option<OperationId>,
}

/// What came of an acceptance.
#[derive(Clone, Debug)]
pub enum Accepted {
    /// Accepted now, or before with the same id.
    New(Operation),
    /// The idempotency key was used before with the same body.
    Replayed(Operation),
}

impl Store {
    /// Accepts an operation, or says why not ([`StoreError::Refused`]) and writes nothing.
    pub async fn accept(&self, acceptance: &Acceptance) -> Result<Accepted, StoreError> {
        let _ = acceptance;
        todo!()
    }

    /// The operation that this idempotency key was used for before; `None` when it is free. Refused as `KeyReused` when it
    /// was used with another body. Asked before a request is checked, for the first one changed what it is checked against.
    pub async fn replayed(&self, idempotency: &Idempotency) -> Result<Option<Operation>, StoreError> {
        let _ = idempotency;
        todo!()
    }
}
