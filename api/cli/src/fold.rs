//! What an operation looks like after one more journal entry, as far as a watcher shows it. The record that the API
//! returns stays the truth; a watcher reads it again at the end.

use shared::journal::{Entry, Event};
use shared::narrate;
use shared::operation::{Abandoned, Operation, Progress, Reason, State, Step, StepState, Undo};
use shared::problem::Problem;

/// Brings `operation` on by one entry; entries that it already knows change nothing.
pub fn fold(operation: &mut Operation, entry: &Entry) {
    if entry.seq <= operation.seq {
        return;
    }
    operation.seq = entry.seq;
    operation.updated_at = entry.at;
    operation.attempt = entry.attempt;
    if let Some(name) = narrate::step(&entry.event) {
        begin(step_named(&mut operation.steps, name), entry);
    }
    let steps = &mut operation.steps;
    match &entry.event {
        Event::Accepted { .. } => operation.state = State::Queued,
        Event::Claimed { .. } | Event::Resumed { .. } => {
            operation.started_at.get_or_insert(entry.at);
            stand(operation, State::Running, None);
        }
        Event::Parked { reason, .. } => stand(operation, State::Waiting, Some(*reason)),
        Event::CancelRequested { .. } => operation.cancel_requested = true,
        Event::UndoStarted { why } => {
            let done = steps.iter().filter(|step| step.state == StepState::Succeeded).count();
            operation.state = State::Undoing;
            operation.undo = Some(Undo { why: why.clone(), done: 0, total: done as u64 });
        }
        Event::Superseded { by } => operation.superseded_by = Some(by.clone()),
        Event::Abandoned { actor, reason, residue } => {
            operation.state = State::Failed;
            operation.residue.clone_from(residue);
            operation.abandoned = Some(Abandoned { actor: actor.clone(), reason: reason.clone(), at: entry.at });
        }
        Event::Finished { state, error } => {
            operation.state = *state;
            operation.error.clone_from(error);
            operation.finished_at = Some(entry.at);
        }
        Event::StepStarted { step } => step_named(steps, step).attempt += 1,
        Event::StepIntent { .. } | Event::Unreadable { .. } => {}
        Event::StepWaiting { step, .. } => step_named(steps, step).state = StepState::Waiting,
        Event::StepProgress { step, progress, resources, .. } => {
            learn(step_named(steps, step), progress.as_ref(), resources);
        }
        Event::StepRetry { step, error, .. } => {
            let step = step_named(steps, step);
            (step.state, step.error) = (StepState::Waiting, Some(error.clone()));
        }
        Event::StepSucceeded { step, resources, .. } => {
            let step = step_named(steps, step);
            learn(step, None, resources);
            end(step, entry, StepState::Succeeded, None);
        }
        Event::StepSkipped { step, .. } => end(step_named(steps, step), entry, StepState::Skipped, None),
        Event::StepFailed { step, error } => end(step_named(steps, step), entry, StepState::Failed, Some(error)),
        Event::StepUndone { step, .. } => {
            end(step_named(steps, step), entry, StepState::Undone, None);
            operation.undo.iter_mut().for_each(|undo| undo.done += 1);
        }
        Event::UndoFailed { step, error } => end(step_named(steps, step), entry, StepState::UndoFailed, Some(error)),
    }
}

/// Running and waiting are not told apart while something is taken back.
fn stand(operation: &mut Operation, state: State, reason: Option<Reason>) {
    operation.reason = reason;
    if operation.undo.is_none() {
        operation.state = state;
    }
}

/// An entry about a step says that it has begun; what more it says comes after.
fn begin(step: &mut Step, entry: &Entry) {
    step.started_at.get_or_insert(entry.at);
    if matches!(entry.event, Event::StepStarted { .. } | Event::StepIntent { .. }) {
        step.state = StepState::Running;
    }
}

fn end(step: &mut Step, entry: &Entry, state: StepState, error: Option<&Problem>) {
    step.state = state;
    step.finished_at = Some(entry.at);
    step.error = error.cloned();
}

fn learn(step: &mut Step, progress: Option<&Progress>, resources: &[String]) {
    if progress.is_some() {
        step.progress = progress.cloned();
    }
    let new: Vec<_> = resources.iter().filter(|resource| !step.resources.contains(resource)).cloned().collect();
    step.resources.extend(new);
}

/// The step of this name; a step that the plan did not announce is added at its end.
fn step_named<'a>(steps: &'a mut Vec<Step>, name: &str) -> &'a mut Step {
    let place = steps.iter().position(|step| step.name == name).unwrap_or_else(|| {
        steps.push(Step { name: name.to_owned(), ..Step::default() });
        steps.len() - 1
    });
    &mut steps[place]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn operation() -> Operation {
        let at = "2026-11-23T10:00:00.000Z";
        serde_json::from_value(json!({
            "id": "op_01J9ZK3M7Q4V8R2T6X0BDEFGHJ", "kind": "create_heritage", "state": "queued", "attempt": 1, "seq": 1,
            "target": {"district": "dev"}, "actor": "token:ci", "on_failure": "undo", "cancel_requested": false,
            "percent": 0, "headline": "", "residue": [], "warnings": [], "children": [], "created_at": at, "updated_at": at,
            "steps": [{"name": "a", "state": "pending", "attempt": 0, "resources": []}],
            "links": {"self": "", "events": ""},
        }))
        .unwrap()
    }

    fn folded(entries: serde_json::Value) -> Operation {
        let mut operation = operation();
        for (nth, event) in entries.as_array().unwrap().iter().enumerate() {
            let mut entry = event.clone();
            entry["seq"] = json!(nth + 2);
            entry["at"] = json!(format!("2026-11-23T10:00:{:02}.000Z", nth + 1));
            (entry["op"], entry["attempt"]) = (json!(operation.id), json!(1));
            fold(&mut operation, &serde_json::from_value(entry).unwrap());
        }
        operation
    }

    #[test]
    fn a_step_that_is_taken_back_counts_in_the_undo_and_the_operation_stays_undoing() {
        let seen = folded(json!([
            {"type": "claimed", "worker": "w"},
            {"type": "step_started", "step": "a"},
            {"type": "step_succeeded", "step": "a", "resources": ["vpc-1"], "took_ms": 5},
            {"type": "step_started", "step": "b"},
            {"type": "undo_started", "why": "cancel"},
            {"type": "step_undone", "step": "a", "resources": []},
            {"type": "parked", "reason": "aws", "until": "2026-11-23T10:01:00.000Z"},
        ]));
        assert_eq!(seen.state, State::Undoing);
        assert_eq!(seen.undo, Some(Undo { why: "cancel".to_owned(), done: 1, total: 1 }));
        let steps: Vec<_> = seen.steps.iter().map(|step| (step.name.as_str(), step.state)).collect();
        assert_eq!(steps, [("a", StepState::Undone), ("b", StepState::Running)]);
        assert_eq!(seen.steps[0].resources, ["vpc-1"]);
    }

    #[test]
    fn what_a_snapshot_knew_already_changes_nothing() {
        let mut seen = operation();
        let entry = json!({"seq": 1, "at": "2026-11-23T10:00:09.000Z", "op": seen.id, "attempt": 1, "type": "claimed", "worker": "w"});
        fold(&mut seen, &serde_json::from_value(entry).unwrap());
        assert_eq!(seen, operation());
    }
}
