//! What the end of an operation says about its target.

use shared::resource::Condition;

use crate::engine::{Ending, Run};

/// How the last change of a resource ended.
pub(crate) fn last_change(run: &Run, ending: &Ending) -> Condition {
    let (status, reason, message) = match ending {
        Ending::Succeeded => (true, "Succeeded".to_owned(), String::new()),
        Ending::TakenBack(problem) => (false, problem.code.to_string(), format!("taken back: {}", problem.detail)),
        Ending::Left(problem) => (false, problem.code.to_string(), problem.detail.clone()),
    };
    let operation = Some(run.operation().clone());
    Condition { kind: "LastChange".to_owned(), status, reason, message, operation, at: run.now() }
}
