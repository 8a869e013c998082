//! Checkpoints: what a running operation writes down between its steps.

use serde_json::Value;

use super::fields::{Writing, json, list_json};
use super::script::{self, Arguments};
use super::{Fence, StepRecord, Store, StoreError};
use crate::ids::OperationId;
use crate::journal::Event;
use crate::operation::{Reason, Residue, State, Undo};
use crate::problem::Problem;

/// Fields of the operation that a checkpoint sets; `None` keeps.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// `running`, `waiting` or `undoing`.
    pub state: Option<State>,
    /// What it waits for; `Some(None)` clears.
    pub reason: Option<Option<Reason>>,
    /// The target computed at the first claim.
    pub target: Option<Value>,
    /// 0 to 100; a lower one than stands is not written.
    pub percent: Option<u8>,
    /// One line.
    pub headline: Option<String>,
    /// All warnings.
    pub warnings: Option<Vec<String>>,
    /// The undo.
    pub undo: Option<Undo>,
    /// The error that an undo follows, kept over crashes.
    pub error: Option<Problem>,
    /// All residue so far.
    pub residue: Option<Vec<Residue>>,
}

/// One atomic write of a running operation.
#[derive(Clone, Debug, Default)]
pub struct Checkpoint {
    /// Steps that changed.
    pub steps: Vec<StepRecord>,
    /// What happened, in order.
    pub events: Vec<Event>,
    /// Fields that changed.
    pub changes: Changes,
    /// Drawn once per checkpoint, so that a checkpoint sent twice is written once.
    pub nonce: String,
}

/// What a running operation should know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signals {
    /// Somebody asked to cancel it.
    pub cancel: bool,
}

impl Store {
    /// Writes a checkpoint: steps, journal entries, fields; resets the crash counter; publishes. Refused when fenced.
    pub async fn checkpoint(
        &self,
        id: &OperationId,
        fence: &Fence,
        checkpoint: &Checkpoint,
    ) -> Result<Signals, StoreError> {
        let arguments = held(id, fence, checkpoint)?;
        let mut reply = self.call_confirmed(&script::CHECKPOINT, arguments).await?;
        Ok(Signals { cancel: reply.next()? })
    }
}

/// The arguments with which every script of a worker begins that writes a checkpoint.
pub(super) fn held(id: &OperationId, fence: &Fence, checkpoint: &Checkpoint) -> Result<Arguments, StoreError> {
    let Checkpoint { steps, events, changes, nonce } = checkpoint;
    let steps =
        steps.iter().map(|step| Ok((step.view.name.clone(), json(step)?))).collect::<Result<_, StoreError>>()?;
    Ok(Arguments::default()
        .one(id.as_str())
        .one(&fence.0)
        .one(nonce)
        .optional(changes.state.map(|state| state.to_string()))
        .optional(changes.percent)
        .fields(set(changes)?)
        .list(cleared(changes))
        .fields(steps)
        .list(list_json(events)?))
}

fn set(changes: &Changes) -> Result<Vec<(String, String)>, StoreError> {
    Ok(Writing::default()
        .text_if("reason", changes.reason.flatten())
        .json_if("target", changes.target.as_ref())?
        .text_if("headline", changes.headline.as_ref())
        .json_if("warnings", changes.warnings.as_ref())?
        .json_if("undo", changes.undo.as_ref())?
        .json_if("error", changes.error.as_ref())?
        .json_if("residue", changes.residue.as_ref())?
        .done())
}

fn cleared(changes: &Changes) -> impl Iterator<Item = &'static str> {
    matches!(changes.reason, Some(None)).then_some("reason").into_iter()
}
