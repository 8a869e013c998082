//! What both views begin with.

use shared::narrate::target;
use shared::operation::{Operation, Reason, State};

use crate::print::paint::{Stream, Tone, paint};

/// `provision_district dev (op_…)`, and what it waits for.
pub(super) fn title(operation: &Operation) -> String {
    let what = paint(format!("{} {}", operation.kind, target(&operation.target)), Tone::Strong, Stream::Err);
    let attempt = if operation.attempt > 1 { format!(", attempt {}", operation.attempt) } else { String::new() };
    let id = paint(format!("({}{attempt})", operation.id), Tone::Faint, Stream::Err);
    match (operation.state, operation.reason) {
        (State::Queued, Some(Reason::Lock)) => format!("{what} {id} waits for an earlier operation on the same thing"),
        _ => format!("{what} {id}"),
    }
}
