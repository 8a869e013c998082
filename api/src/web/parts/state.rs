//! States as words with a colour: never a colour alone.

use maud::{Markup, html};
use shared::operation::{Operation, Reason, State, StepState};
use shared::resource::Lifecycle;

/// What a colour says.
fn badge(tone: &str, word: &str) -> Markup {
    html! { span class={ "state " (tone) } { (word.replace('_', " ")) } }
}

/// Where an operation stands.
pub(in crate::web) fn of_operation(operation: &Operation) -> Markup {
    let tone = match operation.state {
        State::Succeeded => "good",
        State::Failed | State::Stuck => "bad",
        State::Cancelled | State::Superseded | State::Undoing => "odd",
        State::Running | State::Waiting => "busy",
        State::Queued => "faint",
    };
    badge(tone, &operation.state.to_string())
}

/// What an operation waits for, in words.
pub(in crate::web) fn reason(operation: &Operation) -> Option<&'static str> {
    let reason = operation.reason.filter(|_| !operation.state.is_terminal())?;
    Some(match reason {
        Reason::Lock => "behind an earlier operation on the same thing",
        Reason::Aws => "for something on AWS to become ready",
        Reason::Backoff => "before another try",
        Reason::Throttled => "because AWS asked for fewer calls",
        Reason::Children => "for the operations that it started",
        Reason::Approval => "for a person's yes",
        Reason::Scheduled => "for its time",
    })
}

/// Where a step stands.
pub(in crate::web) fn of_step(state: StepState) -> Markup {
    badge(tone_of_step(state), &state.to_string())
}

/// The colour of a step.
pub(in crate::web) fn tone_of_step(state: StepState) -> &'static str {
    match state {
        StepState::Succeeded => "good",
        StepState::Failed | StepState::UndoFailed => "bad",
        StepState::Undoing | StepState::Undone => "odd",
        StepState::Running | StepState::Waiting => "busy",
        StepState::Pending | StepState::Skipped => "faint",
    }
}

/// Where a resource stands.
pub(in crate::web) fn of_lifecycle(state: Lifecycle) -> Markup {
    let tone = match state {
        Lifecycle::Active => "good",
        Lifecycle::Failed | Lifecycle::DeleteFailed => "bad",
        Lifecycle::Creating | Lifecycle::Updating => "busy",
        Lifecycle::Deleting => "odd",
    };
    badge(tone, &state.to_string())
}
