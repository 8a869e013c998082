//! A step does one thing and can undo it.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::operation::{Progress, Reason};
use shared::problem::Evidence;

use super::{Context, Failure};

/// What a wait shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// For what.
    pub reason: Reason,
    /// In words: `web: 3 of 4 tasks running`.
    pub headline: String,
    /// How far it has come.
    pub progress: Option<Progress>,
    /// What helps to understand it, should it take too long.
    pub evidence: Vec<Evidence>,
}

impl Wait {
    /// A wait for something on AWS.
    pub fn for_aws(headline: impl Into<String>) -> Self {
        Wait { reason: Reason::Aws, headline: headline.into(), progress: None, evidence: Vec::new() }
    }

    /// The wait with how far it has come.
    pub fn progress(mut self, done: u64, total: u64, unit: &str) -> Self {
        self.progress = Some(Progress { done, total, unit: unit.to_owned() });
        self
    }

    /// The wait with what helps to understand it.
    pub fn evidence(mut self, evidence: Vec<Evidence>) -> Self {
        self.evidence = evidence;
        self
    }
}

/// What one turn of a step came to. A step that waits is asked again from the start: it holds nothing meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn<T> {
    /// Done; this is what later steps may ask for.
    Done(T),
    /// Ask again later.
    Wait(Wait),
}

/// What one turn of an undo came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undone {
    /// Nothing of it is left; these were removed or set back.
    Done(Vec<String>),
    /// Ask again later.
    Wait(Wait),
}

/// One step of a workflow.
pub trait Step: Send + Sync + 'static {
    /// What it works with.
    type Cx: Context;
    /// What it gives to later steps; stands in the journal.
    type Output: Serialize + DeserializeOwned + Clone + Send + Sync + 'static;
    /// Verb and noun: `create_vpc`.
    const NAME: &'static str;
    /// How long its wait may take before it has failed; retries of conflicts count.
    const LIMIT: Duration = Duration::from_secs(600);
    /// Whether it only looks: what it names was not made by it, and so is never left behind by it.
    const LOOKS: bool = false;

    /// The one of several that this step is about, for example a service's name.
    fn of(&self) -> Option<&str> {
        None
    }

    /// `create_vpc`, or `create_load_balancer:web`.
    fn label(&self) -> String {
        match self.of() {
            Some(of) => format!("{}:{of}", Self::NAME),
            None => Self::NAME.to_owned(),
        }
    }

    /// Ids and ARNs in an output, to be shown.
    fn resources(output: &Self::Output) -> Vec<String> {
        let _ = output;
        Vec::new()
    }

    /// Takes one turn. Runs at least once and may be repeated after any crash: it must find what it did before.
    fn run(&self, cx: &Self::Cx) -> impl Future<Output = Result<Turn<Self::Output>, Failure>> + Send;

    /// Ids of what stands of this step when the operation stops half-way: of a step that makes what this operation made,
    /// of one that removes what it has not removed. `None` when nothing but what was noted is known.
    fn left(&self, cx: &Self::Cx) -> impl Future<Output = Result<Option<Vec<String>>, Failure>> + Send {
        let _ = cx;
        std::future::ready(Ok(None))
    }

    /// Takes one turn of taking back what this operation did in this step, also when it crashed half-way.
    /// Never called for a step that had not begun.
    fn undo(&self, cx: &Self::Cx) -> impl Future<Output = Result<Undone, Failure>> + Send;
}
