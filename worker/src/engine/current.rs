//! Which step the current task runs: for logs, for what AWS is told about its caller, and for the check of the lease.

use shared::ids::OperationId;

use super::Run;

/// The step under way.
#[derive(Clone)]
pub struct CurrentStep {
    /// `create_vpc`, or `create_load_balancer:web`.
    pub label: String,
    /// The run that it belongs to.
    pub run: Run,
}

impl CurrentStep {
    /// The operation.
    pub fn operation(&self) -> &OperationId {
        self.run.operation()
    }
}

tokio::task_local! {
    static CURRENT: CurrentStep;
}

/// The step that this task runs; `None` outside of steps.
pub fn current_step() -> Option<CurrentStep> {
    CURRENT.try_with(CurrentStep::clone).ok()
}

/// Runs a turn of a step so that [`current_step`] tells it.
pub async fn as_step<F: Future>(step: CurrentStep, turn: F) -> F::Output {
    CURRENT.scope(step, turn).await
}
