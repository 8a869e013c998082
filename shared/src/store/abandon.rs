//! Giving an operation up that needs a person: for good, with a list of what it left.

use super::fields::json;
use super::operation::{Seen, view};
use super::script::{self, Arguments};
use super::{StepRecord, Store, StoreError, records, why};
use crate::ids::OperationId;
use crate::journal::Event;
use crate::narrate::counted;
use crate::operation::{Operation, Residue, StepState};
use crate::resource::Condition;

impl Store {
    /// Abandons a stuck operation: it is `failed`, its residue is all that its steps made and did not take back, and it
    /// cannot be retried. A create of which nothing is left frees its name, its address range and its ports; what is left
    /// of others is removed by deleting their target. Abandoned again, it stays as it is. `Refused(WrongState)` when it is
    /// not stuck, `None` when there is no such operation.
    pub async fn abandon(
        &self,
        id: &OperationId,
        actor: &str,
        reason: Option<&str>,
    ) -> Result<Option<Operation>, StoreError> {
        let (fields, steps) = self.raw(id).await?;
        // As it stands there: it is only compared, and need not be a number.
        let attempt = fields.get("attempt").cloned().unwrap_or_default();
        let Some(Seen { operation, steps, .. }) = Seen::of(id, fields, steps)? else { return Ok(None) };
        let residue = left(&operation, &steps);
        let condition = Condition {
            kind: "LastChange".to_owned(),
            status: false,
            reason: "abandoned".to_owned(),
            message: message(&operation, &residue),
            operation: Some(id.clone()),
            at: self.now(),
        };
        let (field, observed) = records::condition(&condition)?;
        let event =
            Event::Abandoned { actor: actor.to_owned(), reason: reason.map(str::to_owned), residue: residue.clone() };
        let arguments = Arguments::default()
            .one(id.as_str())
            .one(attempt)
            .one(actor)
            .optional(reason)
            .one(json(&residue)?)
            .one(json(&event)?)
            .one(field)
            .one(observed);
        let mut reply = self.call_confirmed(&script::ABANDON, why::orphaned().given_to(arguments)?).await?;
        if reply.status == "missing" {
            return Ok(None);
        }
        view(id, reply.hash()?, reply.hash()?)
    }
}

/// What an operation made and nobody took back: what is listed as residue already, and what its steps still know of. A
/// step that had begun and knows no ids may have made something all the same, and is named itself.
fn left(operation: &Operation, steps: &[StepRecord]) -> Vec<Residue> {
    let mut residue = operation.residue.clone();
    for step in steps {
        let name = &step.view.name;
        let is_begun = !matches!(step.view.state, StepState::Pending | StepState::Skipped | StepState::Undone);
        let has_made = step.note.is_some() || !step.view.resources.is_empty();
        let is_listed = residue.iter().any(|it| it.step == *name);
        if !is_begun || !has_made || is_listed {
            continue;
        }
        let known = if step.view.resources.is_empty() { vec![name.clone()] } else { step.view.resources.clone() };
        let why = format!("the operation was abandoned; the step is {}", step.view.state);
        residue.extend(known.into_iter().map(|resource| Residue { step: name.clone(), resource, why: why.clone() }));
    }
    residue
}

fn message(operation: &Operation, residue: &[Residue]) -> String {
    if residue.is_empty() {
        return format!("{} was abandoned and left nothing on AWS", operation.kind);
    }
    let resources: Vec<_> = residue.iter().map(|it| it.resource.as_str()).collect();
    format!("{} was abandoned and left {}: {}", operation.kind, counted(residue.len(), "thing"), resources.join(", "))
}
