//! Steps without their output's type, so that a plan can hold all of them.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use serde_json::Value;
use shared::problem::Code;

use super::Failure;
use super::step::{Step, Turn, Undone, Wait};

/// What a step gave, for the journal.
#[derive(Clone, Debug, Default)]
pub(super) struct Made {
    /// For later steps.
    pub output: Value,
    /// Ids and ARNs.
    pub resources: Vec<String>,
}

/// What a turn came to, in either direction.
#[derive(Debug)]
pub(super) enum Answer {
    /// Done, or undone; then only `resources` say something.
    Done(Made),
    /// Ask again later.
    Wait(Wait),
    /// Could not.
    Failed(Failure),
}

/// A step of a plan.
pub(super) trait AnyStep<Cx>: Send + Sync {
    /// How long it may wait.
    fn limit(&self) -> Duration;
    /// Whether it only looks.
    fn looks(&self) -> bool;
    /// Takes a turn.
    fn turn(self: Arc<Self>, cx: Arc<Cx>) -> BoxFuture<'static, Answer>;
    /// Takes a turn of its undo.
    fn undo_turn(self: Arc<Self>, cx: Arc<Cx>) -> BoxFuture<'static, Answer>;
    /// Looks for what stands of it.
    fn left(self: Arc<Self>, cx: Arc<Cx>) -> BoxFuture<'static, Result<Option<Vec<String>>, Failure>>;
}

impl<S: Step> AnyStep<S::Cx> for S {
    fn limit(&self) -> Duration {
        <S as Step>::LIMIT
    }

    fn looks(&self) -> bool {
        <S as Step>::LOOKS
    }

    fn turn(self: Arc<Self>, cx: Arc<S::Cx>) -> BoxFuture<'static, Answer> {
        Box::pin(async move {
            match Step::run(&*self, &cx).await {
                Ok(Turn::Done(output)) => match serde_json::to_value(&output) {
                    Ok(value) => Answer::Done(Made { output: value, resources: S::resources(&output) }),
                    Err(error) => Answer::Failed(unwritable(<S as Step>::NAME, &error)),
                },
                Ok(Turn::Wait(wait)) => Answer::Wait(wait),
                Err(failure) => Answer::Failed(failure),
            }
        })
    }

    fn undo_turn(self: Arc<Self>, cx: Arc<S::Cx>) -> BoxFuture<'static, Answer> {
        Box::pin(async move {
            match Step::undo(&*self, &cx).await {
                Ok(Undone::Done(resources)) => Answer::Done(Made { output: Value::Null, resources }),
                Ok(Undone::Wait(wait)) => Answer::Wait(wait),
                Err(failure) => Answer::Failed(failure),
            }
        })
    }

    fn left(self: Arc<Self>, cx: Arc<S::Cx>) -> BoxFuture<'static, Result<Option<Vec<String>>, Failure>> {
        Box::pin(async move { Step::left(&*self, &cx).await })
    }
}

/// What a step gives or notes cannot be written down.
pub(super) fn unwritable(step: &str, error: &serde_json::Error) -> Failure {
    Failure::permanent(Code::Internal, format!("what {step} gives cannot be written down: {error}"))
}

/// What was written down by a step cannot be read.
pub(super) fn unreadable(step: &str, error: &serde_json::Error) -> Failure {
    Failure::permanent(Code::Internal, format!("what {step} wrote down cannot be read: {error}"))
}
