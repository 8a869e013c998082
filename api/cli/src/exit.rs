//! How `bcn` ends, as a status that scripts can branch on.

use std::process::ExitCode;

use shared::operation::State;

/// How `bcn` ends. Wrong use ends with 2, as clap has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// What was asked for was done; an operation that was watched has succeeded.
    Done,
    /// The operation failed, or the request was refused or not answered.
    Failed,
    /// The operation was cancelled or superseded, or nothing was sent because the answer was no.
    CalledOff,
    /// The operation is stuck: a person is needed.
    Stuck,
    /// Ctrl-C ended the watching; the operation goes on.
    StoppedWatching,
}

impl Ending {
    /// How an operation ended that was to end as `wanted`.
    pub(crate) fn of(state: State, wanted: State) -> Self {
        match state {
            ended if ended == wanted => Ending::Done,
            State::Cancelled | State::Superseded => Ending::CalledOff,
            State::Stuck => Ending::Stuck,
            // An operation that succeeded before it could be cancelled was not cancelled. One that has not ended is
            // never asked about, and scripts may not take it for good.
            State::Succeeded | State::Failed | State::Queued | State::Running | State::Waiting | State::Undoing => {
                Ending::Failed
            }
        }
    }
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> ExitCode {
        ExitCode::from(match ending {
            Ending::Done => 0,
            Ending::Failed => 1,
            Ending::CalledOff => 3,
            Ending::Stuck => 4,
            Ending::StoppedWatching => 130,
        })
    }
}
