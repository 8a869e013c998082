//! What is coloured, and how. Without a terminal, or with `NO_COLOR`, text stays plain.

use console::{StyledObject, style};
use shared::operation::{State, StepState};
use shared::resource::Lifecycle;

/// Where a text goes; each stream knows for itself whether it shows colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    /// Results.
    Out,
    /// Progress and errors.
    Err,
}

/// What a colour says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// As wanted.
    Good,
    /// Not yet, or not as wanted.
    Odd,
    /// Wrong.
    Bad,
    /// Under way.
    Busy,
    /// Less important.
    Faint,
    /// More important.
    Strong,
}

/// A text in a tone.
pub(crate) fn paint(text: impl Into<String>, tone: Tone, stream: Stream) -> String {
    let styled: StyledObject<String> = style(text.into());
    let styled = match tone {
        Tone::Good => styled.green(),
        Tone::Odd => styled.yellow(),
        Tone::Bad => styled.red().bold(),
        Tone::Busy => styled.cyan(),
        Tone::Faint => styled.dim(),
        Tone::Strong => styled.bold(),
    };
    match stream {
        Stream::Out => styled.to_string(),
        Stream::Err => styled.for_stderr().to_string(),
    }
}

/// The tone of an operation's state.
pub(crate) fn of_state(state: State) -> Tone {
    match state {
        State::Succeeded => Tone::Good,
        State::Failed | State::Stuck => Tone::Bad,
        State::Cancelled | State::Superseded | State::Undoing => Tone::Odd,
        State::Running | State::Waiting => Tone::Busy,
        State::Queued => Tone::Faint,
    }
}

/// The tone of a step's state.
pub(crate) fn of_step(state: StepState) -> Tone {
    match state {
        StepState::Succeeded => Tone::Good,
        StepState::Failed | StepState::UndoFailed => Tone::Bad,
        StepState::Undoing | StepState::Undone => Tone::Odd,
        StepState::Running | StepState::Waiting => Tone::Busy,
        StepState::Pending | StepState::Skipped => Tone::Faint,
    }
}

/// The tone of a resource's state.
pub(crate) fn of_lifecycle(state: Lifecycle) -> Tone {
    match state {
        Lifecycle::Active => Tone::Good,
        Lifecycle::Failed | Lifecycle::DeleteFailed => Tone::Bad,
        Lifecycle::Creating | Lifecycle::Updating => Tone::Busy,
        Lifecycle::Deleting => Tone::Odd,
    }
}
