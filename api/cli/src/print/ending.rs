//! The end of an operation: one line for stdout, and what there is to know besides for stderr.

use shared::narrate;
use shared::operation::{Operation, State};

use super::paint::{Stream, Tone, of_state, paint};
use super::problem;

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
    if let Some(error) = &operation.error {
        text += &format!("{} {}", paint("error:", Tone::Bad, stream), problem::block(error, stream));
    }
    for warning in &operation.warnings {
        text += &format!("{} {warning}\n", paint("warning:", Tone::Odd, stream));
    }
    for residue in &operation.residue {
        let left = paint("left on AWS:", Tone::Odd, stream);
        text += &format!("{left} {} of {}: {}\n", residue.resource, residue.step, residue.why);
    }
    if let Some(next) = next(operation) {
        text += &format!("{} {next}\n", paint("next:", Tone::Strong, stream));
    }
    text
}

fn next(operation: &Operation) -> Option<String> {
    match operation.state {
        State::Failed | State::Stuck if operation.links.retry.is_some() => {
            Some(format!("bcn op retry {}", operation.id))
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
