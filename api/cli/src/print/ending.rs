//! The end of an operation: one line for stdout, and what there is to know besides for stderr.

use shared::narrate;
use shared::operation::{Abandoned, DeadLetter, Operation, State};
use shared::problem::Code;

use super::paint::{Stream, Tone, of_state, paint};
use super::{moment, problem};

/// `scale_service dev/web-app/web succeeded in 12s`
pub(crate) fn outcome(operation: &Operation) -> String {
    let from = operation.started_at.unwrap_or(operation.created_at);
    let took = operation.finished_at.map(|at| format!(" in {}", narrate::millis(at.since(from)))).unwrap_or_default();
    let state = paint(operation.state.to_string(), of_state(operation.state), Stream::Out);
    let id = paint(format!("({})", operation.id), Tone::Faint, Stream::Out);
    let idle = operation.state == State::Succeeded && operation.steps.is_empty();
    let idle = if idle { ": there was nothing to do" } else { "" };
    format!("{} {} {state}{took}{idle} {id}", operation.kind, narrate::target(&operation.target))
}

/// Error, residue, warnings, and what to do next.
pub(crate) fn details(operation: &Operation, stream: Stream) -> String {
    let mut text = String::new();
    // That it was cancelled is no error; the outcome says it.
    if let Some(error) = operation.error.as_ref().filter(|error| error.code != Code::CancelledByRequest) {
        text += &format!("{} {}", paint("error:", Tone::Bad, stream), problem::block(error, stream));
    }
    for warning in &operation.warnings {
        text += &format!("{} {warning}\n", paint("warning:", Tone::Odd, stream));
    }
    if let Some(letter) = &operation.dead_letter {
        text += &format!("{} {}\n", paint("needs a person:", Tone::Bad, stream), needs(letter));
    }
    if let Some(Abandoned { actor, reason, at }) = &operation.abandoned {
        let why = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        text += &format!("{} by {actor} {}{why}\n", paint("given up:", Tone::Odd, stream), moment::ago(*at));
    }
    for residue in &operation.residue {
        let left = paint("left on AWS:", Tone::Odd, stream);
        // A step that knows no ids may have made something all the same.
        let what = match residue.resource == residue.step {
            true => format!("perhaps something of {}", residue.step),
            false => format!("{} of {}", residue.resource, residue.step),
        };
        text += &format!("{left} {what}: {}\n", residue.why);
    }
    if let Some(next) = next(operation) {
        text += &format!("{} {next}\n", paint("next:", Tone::Strong, stream));
    }
    text
}

/// Why an operation needs a person.
fn needs(letter: &DeadLetter) -> String {
    let died =
        (letter.crashes > 0).then(|| format!("{} in a row died at it", narrate::counted(letter.crashes, "worker")));
    let at = (!letter.steps.is_empty()).then(|| format!("it stands at {}", letter.steps.join(", ")));
    let worker = letter.worker.as_ref().map(|worker| format!("last taken by {worker}"));
    let since = Some(format!("since {}", moment::ago(letter.since)));
    let error = letter.last_error.as_ref().map(|error| format!("last error: {}", narrate::problem(error)));
    [died, at, worker, since, error].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn next(operation: &Operation) -> Option<String> {
    match operation.state {
        State::Failed | State::Stuck if operation.links.retry.is_some() => {
            let held = operation.state == State::Failed && !operation.residue.is_empty();
            let back = held && operation.links.cancel.is_some();
            let back =
                if back { format!(", or to take it back: bcn op cancel {}", operation.id) } else { String::new() };
            let give_up = operation.links.abandon.is_some();
            let give_up =
                if give_up { format!(", or to give it up: bcn op abandon {}", operation.id) } else { String::new() };
            Some(format!("bcn op retry {}{back}{give_up}", operation.id))
        }
        State::Superseded => operation.superseded_by.as_ref().map(|by| format!("bcn op watch {by}")),
        State::Failed
        | State::Stuck
        | State::Cancelled
        | State::Succeeded
        | State::Queued
        | State::Running
        | State::Waiting
        | State::Undoing => None,
    }
}
