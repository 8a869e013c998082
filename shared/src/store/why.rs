//! Why operations are ended by others than their worker, as the scripts write it down.

use super::StoreError;
use super::fields::json;
use super::script::Arguments;
use crate::journal::Event;
use crate::operation::{State, Target};
use crate::problem::{Code, Problem};

/// The problem, who asked, and how the attempt ends.
pub(super) struct Why {
    error: Problem,
    asked: Option<Event>,
    finished: Event,
}

impl Why {
    fn new(error: Problem, asked: Option<Event>) -> Why {
        let finished = Event::Finished { state: State::Cancelled, error: Some(error.clone()) };
        Why { error, asked, finished }
    }

    /// Adds it to the arguments of a script.
    pub(super) fn given_to(&self, arguments: Arguments) -> Result<Arguments, StoreError> {
        let asked = self.asked.as_ref().map(json).transpose()?;
        Ok(arguments.one(json(&self.error)?).optional(asked).one(json(&self.finished)?))
    }
}

fn named(target: &Target) -> String {
    match &target.heritage {
        Some(heritage) => format!("heritage {heritage} of district {}", target.district),
        None => format!("district {}", target.district),
    }
}

/// Somebody asked for it.
pub(super) fn cancelled(actor: &str) -> Why {
    let error = Problem::new(Code::CancelledByRequest, format!("{actor} cancelled it before it had begun."));
    Why::new(error, Some(Event::CancelRequested { actor: actor.to_owned() }))
}

/// Its target is to be deleted.
pub(super) fn deleted(actor: &str, target: &Target) -> Result<Why, StoreError> {
    let detail = format!("{actor} asked to delete {} before this had begun.", named(target));
    let error = Problem::new(Code::CancelledByRequest, detail);
    Ok(Why::new(error, Some(Event::CancelRequested { actor: actor.to_owned() })))
}

/// What it was to change was not made, or is gone.
pub(super) fn orphaned() -> Why {
    let detail = "What it was to change was not made, or was removed, before this had begun.";
    Why::new(Problem::new(Code::NotFound, detail), None)
}
