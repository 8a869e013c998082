//! An operation from its fields as recorded.

use std::collections::HashMap;

use super::fields::{Fields, parsed};
use super::script::{self, Arguments};
use super::{StepRecord, Store, StoreError, keys};
use crate::ids::OperationId;
use crate::operation::{Links, OnFailure, Operation, State, Target};
use crate::payload::Payload;
use crate::problem::Problem;

/// An operation's fields and its steps' records by name, as Redis has them.
pub(super) type Raw = HashMap<String, String>;

/// All that is recorded of an operation.
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
        let Some(fields) = Fields::of(format!("{}:{id}", keys::OPERATION), fields) else { return Ok(None) };
        let steps = in_order(id, steps)?;
        Ok(Some(Recorded {
            operation: operation(id, &fields, &steps)?,
            payload: fields.json("payload")?.ok_or_else(|| fields.corrupt("payload", &"it is absent"))?,
            target: fields.json("target")?,
            crashes: fields.word("crashes")?.unwrap_or(0),
            steps,
        }))
    }
}

fn in_order(id: &OperationId, steps: Raw) -> Result<Vec<StepRecord>, StoreError> {
    let record = format!("{}:{id}", keys::STEPS);
    let mut steps: Vec<StepRecord> =
        steps.values().map(|text| parsed(&record, text)).collect::<Result<_, StoreError>>()?;
    steps.sort_by(|one, other| (one.index, &one.view.name).cmp(&(other.index, &other.view.name)));
    Ok(steps)
}

fn operation(id: &OperationId, fields: &Fields, steps: &[StepRecord]) -> Result<Operation, StoreError> {
    let state: State = fields.required_word("state")?;
    let on_failure = fields.word::<OnFailure>("on_failure")?.unwrap_or_default();
    let residue: Vec<_> = fields.json("residue")?.unwrap_or_default();
    let held = state == State::Failed && on_failure == OnFailure::Hold && !residue.is_empty();
    Ok(Operation {
        id: id.clone(),
        kind: fields.required_word("kind")?,
        state,
        reason: fields.word("reason")?,
        attempt: fields.required_word("attempt")?,
        seq: fields.word("seq")?.unwrap_or(0),
        target: Target {
            district: fields.required_word("district")?,
            heritage: fields.word("heritage")?,
            service: fields.word("service")?,
        },
        actor: fields.required("actor")?,
        idempotency_key: fields.text("idempotency_key"),
        request_id: fields.text("request_id"),
        trace_id: fields.text("trace_id"),
        on_failure,
        cancel_requested: fields.text("cancel").is_some(),
        percent: fields.word("percent")?.unwrap_or(0),
        eta_seconds: eta_seconds(state, fields)?,
        headline: fields.text("headline").unwrap_or_else(|| headline(state, fields).to_owned()),
        steps: steps.iter().map(|step| step.view.clone()).collect(),
        undo: fields.json("undo")?,
        residue,
        warnings: fields.json("warnings")?.unwrap_or_default(),
        result: fields.json("result")?,
        error: fields.json("error")?.map(|error| located(error, id)),
        parent: fields.word("parent")?,
        children: children(fields)?,
        superseded_by: fields.word("superseded_by")?,
        created_at: fields.moment("created_at")?.unwrap_or_default(),
        started_at: fields.moment("started_at")?,
        updated_at: fields.moment("updated_at")?.unwrap_or_default(),
        finished_at: fields.moment("finished_at")?,
        links: links(id, state, held),
    })
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

fn links(id: &OperationId, state: State, held: bool) -> Links {
    let itself = format!("/v1/operations/{id}");
    let retryable = matches!(state, State::Failed | State::Cancelled | State::Stuck);
    Links {
        events: format!("{itself}/events"),
        cancel: (!state.is_terminal() || held).then(|| format!("{itself}/cancel")),
        retry: retryable.then(|| format!("{itself}/retry")),
        itself,
    }
}

impl Store {
    /// Everything recorded of an operation, as of one moment.
    pub(super) async fn recorded(&self, id: &OperationId) -> Result<Option<Recorded>, StoreError> {
        let mut reply = self.look(&script::RECORDED, Arguments::default().one(id.as_str())).await?;
        Recorded::of(id, reply.next()?, reply.next()?)
    }

    /// An operation, with its steps.
    pub async fn operation(&self, id: &OperationId) -> Result<Option<Operation>, StoreError> {
        Ok(self.recorded(id).await?.map(|recorded| recorded.operation))
    }
}
