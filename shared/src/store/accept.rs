//! Accepting an operation: record, first journal entry, idempotency key, place in the order and queue, in one script.

use super::fields::{Writing, json, list_json};
use super::operation::view;
use super::script::{self, Arguments, Reply};
use super::{Limits, Refusal, Settings, StepRecord, Store, StoreError, error, keys, limits, records, why};
use crate::district::District;
use crate::format::FORMAT;
use crate::heritage::Heritage;
use crate::ids::OperationId;
use crate::journal::Event;
use crate::names::HeritageName;
use crate::operation::{Kind, OnFailure, Operation, State, Step, Target};
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
/// Revisions rise with every acceptance and every end of an operation on the thing itself: operations on its heritages
/// leave a district's revision as it is.
#[derive(Clone, Debug, Default)]
pub struct Expect {
    /// Revision of the district's record; `None`: it must not exist, or, for an operation on a heritage, it does not matter.
    pub district: Option<u64>,
    /// Revision of the heritage's record; `None`: it must not exist. Ignored for operations on a district.
    pub heritage: Option<u64>,
    /// Revisions of all heritages of the district, by name: for what depends on all that is placed there.
    pub heritages: Option<Vec<(HeritageName, u64)>>,
}

impl Expect {
    /// What is expected of all heritages, as the script writes it.
    fn of_heritages(&self) -> Option<String> {
        let mut all = self.heritages.clone()?;
        all.sort_by(|(one, _), (other, _)| one.as_str().cmp(other.as_str()));
        Some(all.iter().fold("=".to_owned(), |text, (name, revision)| format!("{text}{name}@{revision} ")))
    }
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
    /// Accepts an operation whatever the limits, or says why not ([`StoreError::Refused`]) and writes nothing.
    pub async fn accept(&self, acceptance: &Acceptance) -> Result<Accepted, StoreError> {
        self.send(acceptance, None, false).await.and_then(|reply| accepted(acceptance, reply))
    }

    /// The same within limits. Deletions and children have none: they make room, or end what has begun.
    pub async fn accept_within(&self, limits: &Limits, acceptance: &Acceptance) -> Result<Accepted, StoreError> {
        self.send(acceptance, Some(limits), false).await.and_then(|reply| accepted(acceptance, reply))
    }

    /// Refuses what would not be accepted, and writes nothing.
    pub async fn rehearse(&self, limits: &Limits, acceptance: &Acceptance) -> Result<(), StoreError> {
        self.send(acceptance, Some(limits), true).await.map(|_acceptable| ())
    }

    async fn send(
        &self,
        acceptance: &Acceptance,
        limits: Option<&Limits>,
        rehearse: bool,
    ) -> Result<Reply, StoreError> {
        let is_deletion = acceptance.payload.kind().is_deletion();
        // Making room must be possible when there is no room for anything else.
        let script = if is_deletion { &script::ACCEPT_DELETION } else { &script::ACCEPT };
        let limits = limits.filter(|_| !is_deletion && acceptance.parent.is_none());
        let arguments = limits::given_to(limits, &acceptance.actor, arguments(self.settings(), acceptance)?);
        self.call_confirmed(script, arguments.optional(rehearse.then_some("1"))).await
    }

    /// The operation that this idempotency key was used for before; `None` when it is free. Refused as `KeyReused` when it
    /// was used with another body. Asked before a request is checked, for the first one changed what it is checked against.
    pub async fn replayed(&self, idempotency: &Idempotency) -> Result<Option<Operation>, StoreError> {
        let mut get = redis::cmd("GET");
        get.arg(self.key(keys::IDEMPOTENCY, &[&idempotency.scope]));
        let first: Option<String> = self.query(get).await?;
        let Some((id, body)) = first.as_deref().and_then(|first| first.split_once(' ')) else { return Ok(None) };
        let id = OperationId::parse(id).map_err(|wrong| error::corrupt(keys::IDEMPOTENCY, &wrong))?;
        if body != idempotency.body {
            return Err(StoreError::Refused(Refusal::KeyReused(id)));
        }
        self.confirmed().await?;
        self.operation(&id).await
    }
}

/// The operation in a script's answer.
fn accepted(acceptance: &Acceptance, mut reply: Reply) -> Result<Accepted, StoreError> {
    let (fields, steps) = (reply.hash()?, reply.hash()?);
    let id = match fields.get("id") {
        Some(id) => OperationId::parse(id).map_err(|wrong| error::corrupt(keys::OPERATION, &wrong))?,
        None => acceptance.id.clone(),
    };
    let operation = view(&id, fields, steps)?.ok_or_else(|| error::corrupt(keys::OPERATION, &"it is gone"))?;
    match reply.status.as_str() {
        "replayed" => Ok(Accepted::Replayed(operation)),
        _ => Ok(Accepted::New(operation)),
    }
}

/// What a kind of operation does to its target's record, as the scripts call it.
pub(super) fn does(kind: Kind) -> &'static str {
    match kind {
        Kind::ProvisionDistrict | Kind::CreateHeritage => "create",
        Kind::DeleteDistrict | Kind::DeleteHeritage => "delete",
        Kind::UpdateDistrict | Kind::DeployHeritage | Kind::ScaleService | Kind::SetEnvVars | Kind::UnsetEnvVars => {
            "change"
        }
    }
}

fn arguments(settings: &Settings, acceptance: &Acceptance) -> Result<Arguments, StoreError> {
    let Acceptance { id, target, payload, expect, idempotency, .. } = acceptance;
    let kind = payload.kind();
    let accepted = Event::Accepted { kind, target: target.clone(), actor: acceptance.actor.clone() };
    let superseded = [Event::Superseded { by: id.clone() }, Event::Finished { state: State::Superseded, error: None }];
    let arguments = Arguments::default()
        .one(id.as_str())
        .one(does(kind))
        .one(target.district.as_str())
        .optional(target.heritage.as_ref().map(HeritageName::as_str))
        .optional(matches!(payload, Payload::DeleteDistrict { cascade: true, .. }).then_some("1"))
        .optional(expect.district)
        .optional(expect.heritage)
        .optional(expect.of_heritages())
        .optional(idempotency.as_ref().map(|it| it.scope.as_str()))
        .optional(idempotency.as_ref().map(|it| it.body.as_str()))
        .one(settings.idempotency.as_millis().to_string())
        .optional(acceptance.supersedes.as_ref().map(OperationId::as_str))
        .optional(acceptance.parent.as_ref().map(OperationId::as_str))
        .list(acceptance.reserve.iter().map(reservation))
        .fields(fields(acceptance)?)
        .fields(steps(&acceptance.outline)?)
        .one(json(&accepted)?)
        .fields(records::made(acceptance.district.as_ref(), acceptance.heritage.as_ref())?)
        .list(list_json(&superseded)?);
    why::deleted(&acceptance.actor, target)?.given_to(arguments)
}

fn reservation(reservation: &Reservation) -> String {
    match reservation {
        Reservation::Port(port) => format!("port {port}"),
        Reservation::Cidr(cidr) => format!("cidr {cidr}"),
    }
}

fn fields(acceptance: &Acceptance) -> Result<Vec<(String, String)>, StoreError> {
    let kind = acceptance.payload.kind();
    Ok(Writing::default()
        .text("id", &acceptance.id)
        .text("kind", kind)
        .text("version", FORMAT)
        .text("lane", kind.lane())
        .text_if("service", acceptance.target.service.as_ref())
        .text("actor", &acceptance.actor)
        .text_if("idempotency_key", acceptance.idempotency.as_ref().map(|it| &it.key))
        .text_if("request_id", acceptance.request_id.as_ref())
        .text_if("trace_id", acceptance.trace_id.as_ref())
        .text("on_failure", acceptance.on_failure)
        .json("payload", &acceptance.payload)?
        .done())
}

/// The steps to come, by name.
fn steps(outline: &[PlannedStep]) -> Result<Vec<(String, String)>, StoreError> {
    (0..)
        .zip(outline)
        .map(|(index, planned)| {
            let view = Step { name: planned.step.clone(), ..Step::default() };
            Ok((planned.step.clone(), json(&StepRecord { view, index, ..StepRecord::default() })?))
        })
        .collect()
}
