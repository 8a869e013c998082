//! What an operation looks like after one more journal entry, as far as a watcher shows it. The record that the API
//! returns stays the truth; a watcher reads it again at the end.

use shared::journal::{Entry, Event};
use shared::operation::{Operation, State, Step, StepState, Undo};

/// Brings `operation` on by one entry; entries that it already knows change nothing.
pub fn fold(operation: &mut Operation, entry: &Entry) {
    if entry.seq <= operation.seq {
        return;
    }
    operation.seq = entry.seq;
    operation.updated_at = entry.at;
    operation.attempt = entry.attempt;
    match &entry.event {
        Event::Accepted { .. } => operation.state = State::Queued,
        Event::Claimed { .. } | Event::Resumed { .. } => {
            operation.started_at.get_or_insert(entry.at);
            operation.reason = None;
            if operation.undo.is_none() {
                operation.state = State::Running;
            }
        }
        Event::Parked { reason, .. } => {
            operation.reason = Some(*reason);
            if operation.undo.is_none() {
                operation.state = State::Waiting;
            }
        }
        Event::CancelRequested { .. } => operation.cancel_requested = true,
        Event::UndoStarted { why } => {
            let done = operation.steps.iter().filter(|step| step.state == StepState::Succeeded).count();
            operation.state = State::Undoing;
            operation.undo = Some(Undo { why: why.clone(), done: 0, total: done as u64 });
        }
        Event::Superseded { by } => operation.superseded_by = Some(by.clone()),
        Event::Finished { state, error } => {
            operation.state = *state;
            operation.error.clone_from(error);
            operation.finished_at = Some(entry.at);
        }
        Event::StepStarted { step }
        | Event::StepIntent { step, .. }
        | Event::StepWaiting { step, .. }
        | Event::StepProgress { step, .. }
        | Event::StepRetry { step, .. }
        | Event::StepSucceeded { step, .. }
        | Event::StepSkipped { step, .. }
        | Event::StepFailed { step, .. }
        | Event::StepUndone { step, .. }
        | Event::UndoFailed { step, .. } => {
            fold_step(step_named(&mut operation.steps, step), entry);
            if let (Event::StepUndone { .. }, Some(undo)) = (&entry.event, &mut operation.undo) {
                undo.done += 1;
            }
        }
    }
}

fn fold_step(step: &mut Step, entry: &Entry) {
    match &entry.event {
        Event::StepStarted { .. } => {
            step.started_at.get_or_insert(entry.at);
            step.state = StepState::Running;
            step.attempt += 1;
        }
        Event::StepIntent { .. } => step.state = StepState::Running,
        Event::StepWaiting { .. } => step.state = StepState::Waiting,
        Event::StepProgress { progress, resources, .. } => {
            if progress.is_some() {
                step.progress.clone_from(progress);
            }
            learn(step, resources);
        }
        Event::StepRetry { error, .. } => {
            step.state = StepState::Waiting;
            step.error = Some(error.clone());
        }
        Event::StepSucceeded { resources, .. } => {
            learn(step, resources);
            end(step, entry, StepState::Succeeded);
            step.error = None;
        }
        Event::StepSkipped { .. } => end(step, entry, StepState::Skipped),
        Event::StepFailed { error, .. } => {
            end(step, entry, StepState::Failed);
            step.error = Some(error.clone());
        }
        Event::StepUndone { .. } => end(step, entry, StepState::Undone),
        Event::UndoFailed { error, .. } => {
            end(step, entry, StepState::UndoFailed);
            step.error = Some(error.clone());
        }
        Event::Accepted { .. }
        | Event::Claimed { .. }
        | Event::Parked { .. }
        | Event::Resumed { .. }
        | Event::CancelRequested { .. }
        | Event::UndoStarted { .. }
        | Event::Superseded { .. }
        | Event::Finished { .. } => {}
    }
}

fn end(step: &mut Step, entry: &Entry, state: StepState) {
    step.state = state;
    step.finished_at = Some(entry.at);
}

fn learn(step: &mut Step, resources: &[String]) {
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
