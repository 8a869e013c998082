//! An operation from its fields as recorded.

use std::collections::HashMap;

use super::fields::{Fields, Unread, lossy, parsed};
use super::script::{self, Arguments};
use super::{Refusal, StepRecord, Store, StoreError, error, keys};
use crate::format::FORMAT;
use crate::ids::OperationId;
use crate::operation::{Abandoned, DeadLetter, Links, OnFailure, Operation, State, StepState, Target, Unreadable};
use crate::payload::Payload;
use crate::problem::{Code, Problem};

/// For how long a worker counts as there after it asked for work; an idle one asks twice a second.
const WORKERS_SEEN_MS: u64 = 60_000;

/// An operation's fields and its steps' records by name, as Redis has them.
pub(super) type Raw = HashMap<String, String>;

/// All that is recorded of an operation, when all of it can be read.
pub(super) struct Recorded {
    /// What everybody may see.
    pub(super) operation: Operation,
    /// Its patch.
    pub(super) payload: Payload,
    /// The target of this attempt.
    pub(super) target: Option<serde_json::Value>,
    /// Leases that expired without a checkpoint between them.
    pub(super) crashes: u32,
    /// Its steps in the order of the plan.
    pub(super) steps: Vec<StepRecord>,
}

impl Recorded {
    /// Reads what Redis has; `None` when it has nothing.
    pub(super) fn of(id: &OperationId, fields: Raw, steps: Raw) -> Result<Option<Recorded>, StoreError> {
        let Some(Seen { operation, steps, unread, fields }) = Seen::of(id, fields, steps)? else { return Ok(None) };
        let version = fields.word("version")?.unwrap_or(1);
        if version > FORMAT {
            return Err(StoreError::Refused(Refusal::Newer(version)));
        }
        if let Some(first) = unread.into_first() {
            return Err(first);
        }
        Ok(Some(Recorded {
            payload: fields.json("payload")?.ok_or_else(|| fields.corrupt("payload", &"it is absent"))?,
            target: fields.json("target")?,
            crashes: fields.word("crashes")?.unwrap_or(0),
            operation,
            steps,
        }))
    }
}

/// What can be read of an operation: its kind, its state and its target at least.
pub(super) struct Seen {
    /// What everybody may see.
    pub(super) operation: Operation,
    /// Those of its steps that can be read, in the order of the plan.
    pub(super) steps: Vec<StepRecord>,
    /// What cannot be read.
    pub(super) unread: Unread,
    fields: Fields,
}

impl Seen {
    /// Reads what Redis has; `None` when it has nothing.
    pub(super) fn of(id: &OperationId, fields: Raw, steps: Raw) -> Result<Option<Seen>, StoreError> {
        let Some(fields) = Fields::of(format!("{}:{id}", keys::OPERATION), fields) else { return Ok(None) };
        let mut unread = Unread::default();
        let steps = in_order(id, steps, &mut unread);
        let operation = operation(id, &fields, &steps, &mut unread)?;
        Ok(Some(Seen { operation, steps, unread, fields }))
    }
}

/// An operation as everybody may see it: what cannot be read of it is left out, and a warning says so.
pub(super) fn view(id: &OperationId, fields: Raw, steps: Raw) -> Result<Option<Operation>, StoreError> {
    let Some(Seen { mut operation, unread, .. }) = Seen::of(id, fields, steps)? else { return Ok(None) };
    operation.warnings.extend(unread.into_words());
    Ok(Some(operation))
}

/// What can be told of an operation that cannot be shown.
pub(super) fn unreadable(id: &str, fields: &Raw, why: &StoreError) -> Unreadable {
    let text = |name: &str| fields.get(name).filter(|text| !text.is_empty()).cloned();
    let version = version(fields);
    let problem = match version > FORMAT {
        true => Problem::new(Code::NewerVersion, format!("it is of version {version} of the format")),
        false => Problem::new(Code::CorruptRecord, error::words(why)),
    };
    Unreadable {
        id: id.to_owned(),
        kind: text("kind"),
        state: text("state"),
        district: text("district"),
        heritage: text("heritage"),
        problem,
    }
}

/// The version of the format that an operation is written in; 1 when it does not say.
pub(super) fn version(fields: &Raw) -> u32 {
    fields.get("version").and_then(|version| version.parse().ok()).unwrap_or(1)
}

/// What an operation should tell of its version: that it is newer, or that nobody takes it.
fn of_version(fields: &Raw, understood: u32) -> Option<String> {
    let version = version(fields);
    let is_ready = fields.get("whereabouts").is_some_and(|it| it == "ready");
    if is_ready && understood > 0 && version > understood {
        return Some(format!(
            "no worker understands it yet: it is of version {version} of the format, and the workers that were seen in the \
             last minute understand {understood} at most"
        ));
    }
    (version > FORMAT)
        .then(|| format!("it is of version {version} of the format, and shown as far as this API understands it"))
}

/// The same, with what its version has to say. `understood` is the newest that a worker understands, 0 when none was seen.
pub(super) fn view_explained(
    id: &OperationId,
    fields: Raw,
    steps: Raw,
    understood: u32,
) -> Result<Option<Operation>, StoreError> {
    let explained = of_version(&fields, understood);
    let newer = Some(version(&fields)).filter(|version| *version > FORMAT);
    match view(id, fields, steps) {
        Ok(Some(mut operation)) => {
            operation.warnings.extend(explained);
            Ok(Some(operation))
        }
        Ok(None) => Ok(None),
        Err(error) => Err(newer.map_or(error, |version| StoreError::Refused(Refusal::Newer(version)))),
    }
}

fn in_order(id: &OperationId, steps: Raw, unread: &mut Unread) -> Vec<StepRecord> {
    let read = |(name, text): (String, String)| {
        let step: Result<StepRecord, _> = parsed(&format!("{}:{id}.{name}", keys::STEPS), &text);
        unread.or_default(step.map(Some))
    };
    let mut steps: Vec<StepRecord> = steps.into_iter().filter_map(read).collect();
    steps.sort_by(|one, other| (one.index, &one.view.name).cmp(&(other.index, &other.view.name)));
    steps
}

fn operation(
    id: &OperationId,
    fields: &Fields,
    steps: &[StepRecord],
    unread: &mut Unread,
) -> Result<Operation, StoreError> {
    let state: State = fields.required_word("state")?;
    let on_failure = unread.or_default(fields.word::<OnFailure>("on_failure")).unwrap_or_default();
    let residue: Vec<_> = unread.or_default(fields.json("residue")).unwrap_or_default();
    let abandoned = abandoned(fields, unread);
    let holds = on_failure == OnFailure::Hold && !residue.is_empty() && abandoned.is_none();
    Ok(Operation {
        id: id.clone(),
        kind: fields.required_word("kind")?,
        state,
        reason: unread.or_default(fields.word("reason")),
        attempt: unread.or_default(fields.required_word("attempt")),
        seq: unread.or_default(fields.word("seq")).unwrap_or(0),
        target: Target {
            district: fields.required_word("district")?,
            heritage: fields.word("heritage")?,
            service: unread.or_default(fields.word("service")),
        },
        actor: unread.or_default(fields.required("actor")),
        idempotency_key: fields.text("idempotency_key"),
        request_id: fields.text("request_id"),
        trace_id: fields.text("trace_id"),
        on_failure,
        cancel_requested: fields.text("cancel").is_some(),
        percent: unread.or_default(fields.word("percent")).unwrap_or(0),
        eta_seconds: unread.or_default(eta_seconds(state, fields)),
        headline: fields.text("headline").unwrap_or_else(|| headline(state, fields).to_owned()),
        steps: steps.iter().map(|step| step.view.clone()).collect(),
        undo: unread.or_default(fields.json("undo")),
        residue,
        warnings: unread.or_default(fields.json("warnings")).unwrap_or_default(),
        result: unread.or_default(fields.json("result")),
        error: unread.or_default(fields.json("error")).map(|error| located(error, id)),
        dead_letter: (state == State::Stuck).then(|| dead_letter(fields, steps, unread)),
        links: links(id, state, state == State::Failed && holds, abandoned.is_some()),
        abandoned,
        parent: unread.or_default(fields.word("parent")),
        children: unread.or_default(children(fields)),
        superseded_by: unread.or_default(fields.word("superseded_by")),
        created_at: unread.or_default(fields.moment("created_at")).unwrap_or_default(),
        started_at: unread.or_default(fields.moment("started_at")),
        updated_at: unread.or_default(fields.moment("updated_at")).unwrap_or_default(),
        finished_at: unread.or_default(fields.moment("finished_at")),
    })
}

fn abandoned(fields: &Fields, unread: &mut Unread) -> Option<Abandoned> {
    let at = unread.or_default(fields.moment("abandoned_at"))?;
    let actor = unread.or_default(fields.required("abandoned_by"));
    Some(Abandoned { actor, reason: fields.text("abandoned_why"), at })
}

fn dead_letter(fields: &Fields, steps: &[StepRecord], unread: &mut Unread) -> DeadLetter {
    let stands =
        |state| !matches!(state, StepState::Pending | StepState::Skipped | StepState::Undone | StepState::Succeeded);
    let at: Vec<_> = steps.iter().filter(|step| stands(step.view.state)).collect();
    DeadLetter {
        crashes: unread.or_default(fields.word("crashes")).unwrap_or(0),
        steps: at.iter().map(|step| step.view.name.clone()).collect(),
        worker: fields.text("worker"),
        since: unread.or_default(fields.moment("finished_at")).unwrap_or_default(),
        last_error: at.iter().rev().find_map(|step| step.view.error.clone()),
    }
}

/// Seconds to go as of the newest entry, from what operations of this kind took before; nothing once it takes longer, and
/// while it is taken back.
fn eta_seconds(state: State, fields: &Fields) -> Result<Option<u64>, StoreError> {
    let (due, updated) = (fields.moment("due_at")?, fields.moment("updated_at")?);
    let is_forward = matches!(state, State::Running | State::Waiting);
    let ahead = due.zip(updated).filter(|(due, updated)| is_forward && due > updated);
    Ok(ahead.map(|(due, updated)| due.since(updated).div_ceil(1000)))
}

/// What to say of an operation that has said nothing itself.
fn headline(state: State, fields: &Fields) -> &'static str {
    match state {
        State::Queued if fields.text("reason").is_some() => "waits for an earlier operation on the same thing",
        State::Queued => "waits for a worker",
        State::Running | State::Waiting => "under way",
        State::Undoing => "taking back what was done",
        State::Succeeded => "done",
        State::Failed => "failed",
        State::Cancelled => "cancelled",
        State::Superseded => "folded into a newer operation",
        State::Stuck => "needs a person",
    }
}

/// A script writes the same problem for whichever operation it ends; here it is said which.
fn located(mut error: Problem, id: &OperationId) -> Problem {
    error.operation.get_or_insert_with(|| id.clone());
    error
}

fn children(fields: &Fields) -> Result<Vec<OperationId>, StoreError> {
    let listed = fields.text("children").unwrap_or_default();
    listed
        .split_whitespace()
        .map(|child| OperationId::parse(child).map_err(|wrong| fields.corrupt("children", &wrong)))
        .collect()
}

fn links(id: &OperationId, state: State, held: bool, abandoned: bool) -> Links {
    let itself = format!("/v1/operations/{id}");
    let retryable = matches!(state, State::Failed | State::Cancelled | State::Stuck) && !abandoned;
    Links {
        events: format!("{itself}/events"),
        cancel: (!state.is_terminal() || held).then(|| format!("{itself}/cancel")),
        retry: retryable.then(|| format!("{itself}/retry")),
        abandon: (state == State::Stuck).then(|| format!("{itself}/abandon")),
        itself,
    }
}

impl Store {
    /// The fields and the steps of an operation, as of one moment.
    pub(super) async fn raw(&self, id: &OperationId) -> Result<(Raw, Raw), StoreError> {
        let mut reply = self.look(&script::RECORDED, Arguments::default().one(id.as_str())).await?;
        Ok((reply.hash()?, reply.hash()?))
    }

    /// Everything recorded of an operation, as of one moment.
    pub(super) async fn recorded(&self, id: &OperationId) -> Result<Option<Recorded>, StoreError> {
        let (fields, steps) = self.raw(id).await?;
        Recorded::of(id, fields, steps)
    }

    /// An operation, with its steps. What cannot be read of it is left out, and a warning says so.
    pub async fn operation(&self, id: &OperationId) -> Result<Option<Operation>, StoreError> {
        let (fields, steps) = self.raw(id).await?;
        if version(&fields) == 1 {
            return view(id, fields, steps);
        }
        let understood = self.newest_understood().await?;
        view_explained(id, fields, steps, understood)
    }

    /// The newest version of the format that a worker understands which was seen in the last minute; 0 when none was.
    pub(super) async fn newest_understood(&self) -> Result<u32, StoreError> {
        let mut seen = redis::cmd("HGETALL");
        seen.arg(self.key(keys::WORKERS, &[]));
        let seen = lossy(self.query(seen).await?);
        let now = self.now().0;
        let is_there = |at: &str| at.parse().is_ok_and(|at: u64| now.saturating_sub(at) < WORKERS_SEEN_MS);
        let versions = seen.iter().filter(|(_, at)| is_there(at)).filter_map(|(version, _)| version.parse().ok());
        Ok(versions.max().unwrap_or(0))
    }
}
