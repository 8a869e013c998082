//! A workflow: the plan of an operation, and what its end means for the record of its target.

use std::sync::Arc;

use shared::problem::Problem;
use shared::store::RecordChange;

use super::{Context, Step};

/// A step's place in a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned(usize);

/// Steps and their arrows. Steps without an arrow between them run in parallel.
pub struct Plan<Cx> {
    steps: Vec<Arc<Cx>>,
}

impl<Cx: Context> Plan<Cx> {
    /// An empty plan.
    pub fn new() -> Self {
        Plan { steps: Vec::new() }
    }

    /// Adds a step that begins when all of `after` have succeeded or were skipped.
    pub fn add<S: Step<Cx = Cx>>(&mut self, step: S, after: &[Planned]) -> Planned {
        let _ = (step, after);
        todo!()
    }

    /// Adds a step that is not needed, to be shown as `skipped` with the reason.
    pub fn skip<S: Step<Cx = Cx>>(&mut self, step: S, why: &str) -> Planned {
        let _ = (step, why, self.steps.len());
        todo!()
    }
}

impl<Cx: Context> Default for Plan<Cx> {
    fn default() -> Self {
        Self::new()
    }
}

/// How an attempt ended.
#[derive(Clone, Debug)]
pub enum Ending {
    /// Everything is as asked for.
    Succeeded,
    /// Everything that was done is taken back: nothing of it is left.
    TakenBack(Problem),
    /// Something is left: residue of an undo or of a deletion that stopped, or held with `on_failure=hold`.
    Left(Problem),
}

/// What an operation of one kind does.
pub trait Workflow: Send + Sync + 'static {
    /// What its steps work with.
    type Cx: Context;
    /// Whether its steps can be undone; deletions stop where they are instead.
    const UNDO: bool = true;

    /// The plan. The same for the same context: no clock, no randomness.
    fn plan(&self, cx: &Self::Cx) -> Plan<Self::Cx>;

    /// What becomes of the record of its target.
    fn record(&self, cx: &Self::Cx, ending: &Ending) -> RecordChange;

    /// What came of it, shown as `result`.
    fn result(&self, cx: &Self::Cx) -> Option<serde_json::Value>;
}
