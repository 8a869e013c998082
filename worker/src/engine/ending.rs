//! Ending an attempt, also one whose steps could not even be prepared.

use serde_json::Value;
use shared::operation::{Kind, Operation, State, StepState};
use shared::problem::Problem;
use shared::resource::{Condition, Lifecycle};
use shared::store::{Checkpoint, Finish, RecordChange, StoreError};
use shared::time::Timestamp;

use super::Run;
use super::drive::Departure;

impl Run {
    /// Writes the end.
    pub(super) async fn end(
        &self,
        state: State,
        error: Option<Problem>,
        result: Option<Value>,
        record: RecordChange,
    ) -> Departure {
        {
            let mut board = self.board();
            board.headline(headline(state, error.as_ref()));
            if state == State::Succeeded {
                board.changes().percent = Some(100);
            }
        }
        let finish = Finish { state, error, result, checkpoint: Checkpoint::default(), record };
        match self.finish(finish).await {
            Ok(()) => Departure::Ended(state),
            Err(_) => Departure::Lost,
        }
    }

    /// How many operations that it has started have not ended.
    pub(super) async fn children_under_way(&self) -> Result<u32, StoreError> {
        let operation = self.store().operation(self.operation()).await?;
        let mut count = 0;
        for child in operation.iter().flat_map(|operation| &operation.children) {
            let child = self.store().operation(child).await?;
            count += u32::from(child.is_some_and(|child| !child.state.is_terminal()));
        }
        Ok(count)
    }

    /// Ends an attempt that cannot be prepared for good. Steps that had begun before cannot be taken back then.
    pub(super) async fn end_unprepared(&self, mut problem: Problem) -> Departure {
        problem.operation = Some(self.operation().clone());
        tracing::warn!(error = %problem, "the operation cannot be prepared");
        let begun: Vec<_> = {
            let board = self.board();
            let is_begun = |state| !matches!(state, StepState::Pending | StepState::Skipped | StepState::Undone);
            board.records().filter(|it| is_begun(it.view.state)).map(|it| it.view.name.clone()).collect()
        };
        {
            let mut board = self.board();
            let why = "what the undo works with could not be prepared";
            let residue: Vec<_> = begun.iter().flat_map(|label| board.residue_of(label, None, why)).collect();
            board.leave(residue);
        }
        let is_clean = begun.is_empty();
        let state = if is_clean || self.claimed().kind.is_deletion() { State::Failed } else { State::Stuck };
        let record = record_unprepared(self.claimed(), is_clean, &problem, self.now());
        self.end(state, Some(problem), None, record).await
    }
}

fn headline(state: State, error: Option<&Problem>) -> String {
    match (state, error) {
        (State::Succeeded, _) => "done".to_owned(),
        (State::Cancelled, _) => "cancelled".to_owned(),
        (_, Some(problem)) => problem.to_string(),
        (_, None) => state.to_string(),
    }
}

/// What becomes of the record when the workflow has no context to say so.
fn record_unprepared(operation: &Operation, is_clean: bool, problem: &Problem, now: Timestamp) -> RecordChange {
    let condition = Condition {
        kind: "LastChange".to_owned(),
        status: false,
        reason: problem.code.to_string(),
        message: problem.detail.clone(),
        operation: Some(operation.id.clone()),
        at: now,
    };
    match (operation.kind, is_clean) {
        (Kind::ProvisionDistrict, true) => RecordChange::DistrictRemoved,
        (Kind::CreateHeritage, true) => RecordChange::HeritageRemoved,
        (Kind::ProvisionDistrict, false) => district(Lifecycle::Failed, condition),
        (Kind::CreateHeritage, false) => heritage(Lifecycle::Failed, condition),
        (Kind::DeleteDistrict, _) => district(Lifecycle::DeleteFailed, condition),
        (Kind::DeleteHeritage, _) => heritage(Lifecycle::DeleteFailed, condition),
        (Kind::UpdateDistrict, _) => district(Lifecycle::Active, condition),
        (Kind::DeployHeritage | Kind::ScaleService | Kind::SetEnvVars | Kind::UnsetEnvVars, _) => {
            heritage(Lifecycle::Active, condition)
        }
    }
}

fn district(state: Lifecycle, condition: Condition) -> RecordChange {
    RecordChange::District { state, spec: None, ids: None, condition }
}

fn heritage(state: Lifecycle, condition: Condition) -> RecordChange {
    RecordChange::Heritage { state, spec: None, services: None, condition }
}
