//! Accepting a change: read what stands, check, draw, and give it to the store, which writes all of it or nothing.
//!
//! One file a kind of operation. When others changed the records meanwhile, everything is read and checked again.

mod change_environment;
mod create_heritage;
mod delete_district;
mod delete_heritage;
mod deploy_heritage;
mod joined_names;
mod provision_district;
mod scale_service;
mod services;
mod standing_heritage;
mod supersede;
mod update_district;
mod variables;

pub use change_environment::{SetEnvVars, UnsetEnvVars};
pub use create_heritage::CreateHeritage;
pub use delete_district::DeleteDistrict;
pub use delete_heritage::DeleteHeritage;
pub use deploy_heritage::DeployHeritage;
pub use provision_district::ProvisionDistrict;
pub use scale_service::ScaleService;
pub use update_district::UpdateDistrict;

use std::future::Future;

use serde::Serialize;
use shared::district::District;
use shared::heritage::Heritage;
use shared::ids::OperationId;
use shared::operation::{Kind, OnFailure, Operation, Target};
use shared::outline::{Effect, PlannedStep};
use shared::payload::Payload;
use shared::problem::{Code, Problem};
use shared::store::{Acceptance, Accepted, Expect, Idempotency, Refusal, Reservation, StoreError};
use utoipa::ToSchema;

use crate::app::Api;
use crate::idempotency;
use crate::problem::{Refused, Result};
use crate::sender::Sender;

/// How often a request is checked anew because the records changed meanwhile.
const TRIES: usize = 8;

/// A request to change something, valid by itself.
pub trait Change: Serialize + Sync {
    /// The route's name, one for all its paths.
    const ROUTE: &'static str;

    /// What it changes.
    fn target(&self) -> Target;

    /// Checks it against what stands and draws what it leaves open; nothing is written.
    fn draft(&self, api: &Api, id: &OperationId) -> impl Future<Output = Result<Draft>> + Send;
}

/// A change that may be accepted, as things stood when they were read.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The patch.
    pub payload: Payload,
    /// The steps to come.
    pub outline: Vec<PlannedStep>,
    /// What it was checked against.
    pub expect: Expect,
    /// What it draws.
    pub reserve: Vec<Reservation>,
    /// The district that becomes visible at once.
    pub district: Option<District>,
    /// The heritage that becomes visible at once.
    pub heritage: Option<Heritage>,
    /// The queued operation that it takes the place of.
    pub supersedes: Option<OperationId>,
}

impl Draft {
    fn new(payload: Payload, outline: Vec<PlannedStep>, expect: Expect) -> Self {
        Draft { payload, outline, expect, reserve: vec![], district: None, heritage: None, supersedes: None }
    }
}

/// How a change is wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct How {
    /// Only tell what would be done.
    pub dry_run: bool,
    /// What happens when a step fails for good.
    pub on_failure: OnFailure,
}

/// What would be done.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Plan {
    /// What kind of operation it would be; absent when the change would be refused.
    pub kind: Option<Kind>,
    /// What it would change.
    pub target: Target,
    /// Its steps.
    pub steps: Vec<PlannedStep>,
    /// What would be made on AWS.
    pub creates: Vec<String>,
    /// What would be changed on AWS.
    pub changes: Vec<String>,
    /// What would be removed from AWS.
    pub removes: Vec<String>,
    /// Why the change would be refused.
    pub refused: Option<Problem>,
}

/// What came of a change.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Accepted now.
    Accepted(Operation),
    /// Accepted before, with the same idempotency key.
    Replayed(Operation),
    /// Only planned.
    Planned(Plan),
}

/// Accepts a change, or says why not; nothing is written then.
pub async fn change<C: Change>(api: &Api, sender: &Sender, how: How, change: &C) -> Result<Outcome> {
    let id = OperationId::draw();
    if how.dry_run {
        return plan(api, &id, change, sender, how).await.map(Outcome::Planned);
    }
    let idempotency = idempotency::of(sender, change)?;
    if let Some(outcome) = replayed(api, idempotency.as_ref()).await? {
        return Ok(outcome);
    }
    for _ in 0..TRIES {
        let draft = match change.draft(api, &id).await {
            Ok(draft) => draft,
            // The same request may have been accepted since, and changed what this one was checked against.
            Err(refused) => return replayed(api, idempotency.as_ref()).await?.ok_or(refused),
        };
        let acceptance = acceptance(&id, change.target(), draft, sender, how, idempotency.clone());
        match send(api, &acceptance).await {
            Ok(Accepted::New(operation)) => return Ok(Outcome::Accepted(operation)),
            Ok(Accepted::Replayed(operation)) => return Ok(Outcome::Replayed(operation)),
            Err(StoreError::Refused(Refusal::Stale | Refusal::Reserved(_))) => {}
            Err(unconfirmed @ StoreError::Unconfirmed { .. }) => return Err(unsure(id, &unconfirmed)),
            Err(error) => return Err(error.into()),
        }
    }
    Err(changed_again())
}

/// A failover may still lose it. Whoever has no idempotency key can look whether it is there.
fn unsure(id: OperationId, unconfirmed: &StoreError) -> Refused {
    tracing::warn!(operation = %id, error = %unconfirmed, "an acceptance is not confirmed");
    let problem = Problem::new(Code::StoreUnavailable, unconfirmed.to_string());
    let advice = "It may have been accepted: send it again with the same Idempotency-Key, or look for the operation.";
    Problem { operation: Some(id), ..problem.advised(advice) }.into()
}

async fn replayed(api: &Api, idempotency: Option<&Idempotency>) -> Result<Option<Outcome>> {
    match idempotency {
        Some(idempotency) => Ok(api.store.replayed(idempotency).await?.map(Outcome::Replayed)),
        None => Ok(None),
    }
}

async fn plan<C: Change>(api: &Api, id: &OperationId, change: &C, sender: &Sender, how: How) -> Result<Plan> {
    let (kind, steps, refused) = match rehearsed(api, id, change, sender, how).await {
        Ok(draft) => (Some(draft.payload.kind()), draft.outline, None),
        Err(Refused(problem)) if is_refusal(&problem) => (None, vec![], Some(*problem)),
        Err(refused) => return Err(refused),
    };
    let of = |effect: Effect| steps.iter().filter(|step| step.effect == effect).map(|step| step.what.clone()).collect();
    let (creates, changes, removes) = (of(Effect::Create), of(Effect::Change), of(Effect::Remove));
    Ok(Plan { kind, target: change.target(), creates, changes, removes, steps, refused })
}

/// Whether a plan tells of it: what stands, or how much there is, does not allow the change.
fn is_refusal(problem: &Problem) -> bool {
    matches!(problem.status, 409 | 422 | 429) || matches!(problem.code, Code::QueueFull | Code::StoreFull)
}

/// The draft of a change that would be accepted now.
async fn rehearsed<C: Change>(api: &Api, id: &OperationId, change: &C, sender: &Sender, how: How) -> Result<Draft> {
    for _ in 0..TRIES {
        let draft = change.draft(api, id).await?;
        let acceptance = acceptance(id, change.target(), draft.clone(), sender, how, None);
        match api.store.rehearse(&api.limits, &acceptance).await {
            Ok(()) => return Ok(draft),
            Err(StoreError::Refused(Refusal::Stale | Refusal::Reserved(_))) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(changed_again())
}

fn changed_again() -> Refused {
    Refused::new(Code::Conflict, "others changed it again and again while the request was checked")
}

/// Sends once more when nobody knows whether the script ran: the same id is accepted once.
async fn send(api: &Api, acceptance: &Acceptance) -> std::result::Result<Accepted, StoreError> {
    match api.store.accept_within(&api.limits, acceptance).await {
        Err(StoreError::Unavailable(_)) => api.store.accept_within(&api.limits, acceptance).await,
        answered => answered,
    }
}

fn acceptance(
    id: &OperationId,
    target: Target,
    draft: Draft,
    sender: &Sender,
    how: How,
    idempotency: Option<Idempotency>,
) -> Acceptance {
    Acceptance {
        id: id.clone(),
        target,
        payload: draft.payload,
        outline: draft.outline,
        actor: sender.caller.actor.clone(),
        request_id: sender.request_id.clone(),
        trace_id: sender.trace_id.clone(),
        on_failure: how.on_failure,
        idempotency,
        expect: draft.expect,
        reserve: draft.reserve,
        district: draft.district,
        heritage: draft.heritage,
        supersedes: draft.supersedes,
        parent: None,
    }
}
