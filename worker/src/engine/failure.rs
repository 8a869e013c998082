//! Why a step could not go on, by what is to be done about it.

use shared::problem::{Code, Problem};

/// What the engine does about a failure; `retry.rs` has the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The other side asked for fewer calls: pause with full jitter, does not use up tries.
    Throttled,
    /// Passes by itself: capped exponential pause, a bounded number of tries.
    Transient,
    /// A write is not visible yet: short pauses, a bounded time.
    NotYetConsistent,
    /// Something else must go first: wait for it, as long as the step may take.
    Conflict,
    /// Will not pass: give up now and undo.
    Permanent,
    /// Not classified: as permanent, and counted.
    Unknown,
}

/// A step's failure.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What is to be done.
    pub class: Class,
    /// What is told.
    pub problem: Box<Problem>,
}

impl Failure {
    /// A failure of this class.
    pub fn new(class: Class, problem: Problem) -> Self {
        Failure { class, problem: Box::new(problem) }
    }

    /// A failure that will not pass.
    pub fn permanent(code: Code, detail: impl Into<String>) -> Self {
        Failure::new(Class::Permanent, Problem::new(code, detail))
    }

    /// Something that must stand is not seen: a read may be older than it, so it is looked for again for a while.
    pub fn not_seen_yet(code: Code, detail: impl Into<String>) -> Self {
        Failure::new(Class::NotYetConsistent, Problem::new(code, detail))
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.problem.fmt(f)
    }
}

impl std::error::Error for Failure {}
