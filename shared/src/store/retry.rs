//! Retrying an operation that failed, was cancelled or is stuck.

use indexmap::IndexMap;

use super::fields::json;
use super::operation::{Recorded, view};
use super::script::{self, Arguments};
use super::{Limits, StepRecord, Store, StoreError, limits, records, why};
use crate::district::{District, DistrictIds};
use crate::format::FORMAT;
use crate::heritage::Heritage;
use crate::ids::OperationId;
use crate::journal::Event;
use crate::operation::{Operation, Step, StepState, Target};
use crate::payload::Payload;
use crate::resource::Lifecycle;
use crate::time::Timestamp;

/// What a retry did.
#[derive(Clone, Debug)]
pub struct Retried {
    /// The operation, queued again with the next attempt.
    pub operation: Operation,
}

impl Store {
    /// Retries: attempt + 1, same id, sequence numbers go on, a new place at the end of the order. Steps that stand as
    /// `succeeded` are kept, the others become `pending`. A create whose record was removed takes name, address range and
    /// ports again, or is refused as `Exists`/`Reserved`. `None` when there is no such operation.
    pub async fn retry(&self, id: &OperationId, actor: &str) -> Result<Option<Retried>, StoreError> {
        self.retry_as(id, actor, None).await
    }

    /// The same within limits, which deletions have none of.
    pub async fn retry_within(
        &self,
        limits: &Limits,
        id: &OperationId,
        actor: &str,
    ) -> Result<Option<Retried>, StoreError> {
        self.retry_as(id, actor, Some(limits)).await
    }

    async fn retry_as(
        &self,
        id: &OperationId,
        actor: &str,
        limits: Option<&Limits>,
    ) -> Result<Option<Retried>, StoreError> {
        let Some(recorded) = self.recorded(id).await? else { return Ok(None) };
        let Recorded { operation: before, payload, steps, .. } = recorded;
        let steps = steps
            .iter()
            .map(|step| Ok((step.view.name.clone(), json(&again(step))?)))
            .collect::<Result<_, StoreError>>()?;
        let accepted = Event::Accepted { kind: before.kind, target: before.target.clone(), actor: actor.to_owned() };
        let (district, heritage) = record(&before, &payload);
        let arguments = Arguments::default()
            .one(id.as_str())
            .one(before.attempt)
            .one(before.kind.lane().to_string())
            .one(FORMAT)
            .one(json(&accepted)?)
            .fields(steps)
            .fields(records::made(district.as_ref(), heritage.as_ref())?);
        let arguments = why::deleted(actor, &before.target)?.given_to(arguments)?;
        let is_deletion = before.kind.is_deletion();
        let arguments = limits::given_to(limits.filter(|_| !is_deletion), actor, arguments);
        let script = if is_deletion { &script::RETRY_DELETION } else { &script::RETRY };
        let mut reply = self.call_confirmed(script, arguments).await?;
        Ok(view(id, reply.hash()?, reply.hash()?)?.map(|operation| Retried { operation }))
    }
}

/// A step before its next attempt. What was noted before a call that may stand still is what its undo needs.
fn again(step: &StepRecord) -> StepRecord {
    let stands = match step.view.state {
        StepState::Succeeded => return step.clone(),
        StepState::Running | StepState::Waiting | StepState::Failed | StepState::Undoing | StepState::UndoFailed => {
            true
        }
        StepState::Pending | StepState::Skipped | StepState::Undone => false,
    };
    let view = Step {
        name: step.view.name.clone(),
        after: step.view.after.clone(),
        resources: if stands { step.view.resources.clone() } else { vec![] },
        ..Step::default()
    };
    StepRecord { view, index: step.index, note: step.note.clone().filter(|_| stands), ..StepRecord::default() }
}

/// The record that a create makes visible again.
fn record(operation: &Operation, payload: &Payload) -> (Option<District>, Option<Heritage>) {
    let (state, at) = (Lifecycle::Creating, Timestamp::default());
    let Target { district, heritage, .. } = operation.target.clone();
    match (payload, heritage) {
        (Payload::ProvisionDistrict { spec }, _) => {
            let ids = DistrictIds::default();
            let (spec, conditions) = (spec.clone(), vec![]);
            (Some(District { name: district, spec, ids, state, conditions, created_at: at, updated_at: at }), None)
        }
        (Payload::CreateHeritage { .. }, Some(name)) => {
            let (applied, services, conditions) = (None, IndexMap::new(), vec![]);
            let (created_at, updated_at) = (at, at);
            let made = Heritage { district, name, applied, services, state, conditions, created_at, updated_at };
            (None, Some(made))
        }
        (
            Payload::CreateHeritage { .. }
            | Payload::UpdateDistrict { .. }
            | Payload::DeleteDistrict { .. }
            | Payload::DeployHeritage { .. }
            | Payload::ScaleService { .. }
            | Payload::SetEnvVars { .. }
            | Payload::UnsetEnvVars { .. }
            | Payload::DeleteHeritage { .. },
            _,
        ) => (None, None),
    }
}
