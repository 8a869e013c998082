//! A workflow: the plan of an operation, and what its end means for the record of its target.

use std::sync::Arc;

use shared::problem::Problem;
use shared::store::RecordChange;

use super::erased::AnyStep;
use super::{Context, Step};

/// A step's place in a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned(usize);

/// Steps and their arrows. Steps without an arrow between them run in parallel.
pub struct Plan<Cx> {
    pub(super) nodes: Vec<Node<Cx>>,
}

/// A step in a plan.
pub(super) struct Node<Cx> {
    /// Its name in the operation.
    pub label: String,
    /// What it does.
    pub step: Arc<dyn AnyStep<Cx>>,
    /// Places of the steps that it needs.
    pub after: Vec<usize>,
    /// Why it is not needed, when it is not.
    pub skip: Option<String>,
}

impl<Cx: Context> Plan<Cx> {
    /// An empty plan.
    pub fn new() -> Self {
        Plan { nodes: Vec::new() }
    }

    /// Adds a step that begins when all of `after` have succeeded or were skipped.
    pub fn add<S: Step<Cx = Cx>>(&mut self, step: S, after: &[Planned]) -> Planned {
        self.put(step, after, None)
    }

    /// Adds a step that is not needed, to be shown as `skipped` with the reason.
    pub fn skip<S: Step<Cx = Cx>>(&mut self, step: S, why: &str) -> Planned {
        self.put(step, &[], Some(why.to_owned()))
    }

    /// The labels of its steps, in their order.
    pub fn labels(&self) -> Vec<&str> {
        self.nodes.iter().map(|node| node.label.as_str()).collect()
    }

    /// The names of the steps that only look.
    #[cfg(test)]
    pub fn looking(&self) -> Vec<&str> {
        self.nodes.iter().filter(|node| node.step.looks()).map(|node| node.label.as_str()).collect()
    }

    fn put<S: Step<Cx = Cx>>(&mut self, step: S, after: &[Planned], skip: Option<String>) -> Planned {
        let after = after.iter().map(|planned| planned.0).collect();
        self.nodes.push(Node { label: step.label(), step: Arc::new(step), after, skip });
        Planned(self.nodes.len() - 1)
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
