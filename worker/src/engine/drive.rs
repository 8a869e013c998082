//! Driving a claimed operation as far as it goes: forward along its plan, or back when a step failed or somebody cancelled.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use shared::narrate::counted;
use shared::operation::{OnFailure, Reason, Residue, State, StepState};
use shared::problem::{Code, Problem};

use super::held::Held;
use super::survey::survey;
use super::walk::{CHILDREN_LOOK, Halt, Walk, Way};
use super::workflow::{Ending, Plan};
use super::{Class, Failure, Run, Workflow};

/// How long preparing may fail in a way that passes.
const PREPARE_LIMIT: Duration = Duration::from_secs(600);
/// Pauses of this many first pauses lie between attempts to prepare.
const PREPARE_PAUSE: u32 = 8;

/// How an operation left its worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Departure {
    /// The attempt has come to its end.
    Ended(State),
    /// It waits for something, in nobody's hands.
    Parked,
    /// It was given back for another worker to go on with.
    Released,
    /// It is no longer held here, or is left for its lease to run out.
    Lost,
}

/// Drives a claimed operation until it ends, is parked, or leaves this worker. `prepare` makes what the steps work with.
pub async fn drive<W: Workflow>(
    held: &Held,
    workflow: &W,
    prepare: impl AsyncFnOnce(Run) -> Result<W::Cx, Failure>,
) -> Departure {
    let run = Run::new(held);
    let prepared = AssertUnwindSafe(prepare(run.clone())).catch_unwind().await;
    let cx = match prepared {
        Ok(Ok(cx)) => Arc::new(cx),
        Ok(Err(failure)) => return not_prepared(&run, failure).await,
        Err(_) => {
            let detail = "preparing the operation panicked; the worker's log has more";
            return not_prepared(&run, Failure::permanent(Code::Internal, detail)).await;
        }
    };
    let plan = workflow.plan(&cx);
    if let Err(failure) = adopt(&run, &plan) {
        return not_prepared(&run, failure).await;
    }
    Drive { run, workflow, cx, plan }.drive().await
}

/// What keeps the steps from beginning. What passes is tried again; what was begun before cannot be taken back.
async fn not_prepared(run: &Run, failure: Failure) -> Departure {
    let since = run.claimed().started_at.map_or(0, |started| run.now().since(started));
    let passes = !matches!(failure.class, Class::Permanent | Class::Unknown);
    if passes && Duration::from_millis(since) < PREPARE_LIMIT {
        tracing::warn!(error = %failure, "the operation cannot be prepared now");
        let pause = run.timings().backoff * PREPARE_PAUSE;
        return run.park(Reason::Backoff, pause).await.map_or(Departure::Lost, |()| Departure::Parked);
    }
    run.end_unprepared(*failure.problem).await
}

/// Gives every step its place, and marks those that are not needed.
fn adopt<Cx: super::Context>(run: &Run, plan: &Plan<Cx>) -> Result<(), Failure> {
    let (now, mut seen) = (run.now(), HashSet::new());
    let mut board = run.board();
    for (index, node) in plan.nodes.iter().enumerate() {
        if !seen.insert(node.label.as_str()) {
            return Err(Failure::permanent(Code::Internal, format!("{} stands twice in the plan", node.label)));
        }
        let after = node.after.iter().map(|at| plan.nodes[*at].label.clone()).collect();
        board.place(&node.label, index, after);
        if let Some(why) = &node.skip
            && board.state_of(&node.label) == StepState::Pending
        {
            board.skipped(&node.label, why, now);
        }
    }
    board.put_behind(&seen, plan.nodes.len());
    Ok(())
}

/// A prepared operation.
struct Drive<'a, W: Workflow> {
    run: Run,
    workflow: &'a W,
    cx: Arc<W::Cx>,
    plan: Plan<W::Cx>,
}

impl<W: Workflow> Drive<'_, W> {
    async fn drive(self) -> Departure {
        if self.run.lease().is_draining() {
            return self.leave(Halt::Drain).await;
        }
        if self.run.board().undo().is_some() {
            let why = self.cause();
            return self.back(why).await;
        }
        match self.forward().await {
            Halt::Done => self.end(State::Succeeded, Ending::Succeeded, None).await,
            Halt::Failed(problem) if !W::UNDO => self.stop(State::Failed, *problem).await,
            Halt::Failed(problem) if self.run.claimed().on_failure == OnFailure::Hold => self.hold(*problem).await,
            Halt::Failed(problem) => self.begin_back("failure", *problem).await,
            Halt::Cancel if !W::UNDO => self.stop_with_children().await,
            Halt::Cancel => self.begin_back("cancel", self.cancelled()).await,
            leaving @ (Halt::Drain | Halt::Park(..) | Halt::Lost) => self.leave(leaving).await,
        }
    }

    async fn forward(&self) -> Halt {
        if self.run.lease().is_cancel_requested() {
            return Halt::Cancel;
        }
        // A step that failed just before its worker died.
        let failed = self.run.board().records().find(|it| it.view.state == StepState::Failed).cloned();
        if let Some(record) = failed {
            let unknown = || Problem::new(Code::Internal, format!("{} failed", record.view.name));
            return Halt::Failed(Box::new(record.view.error.clone().unwrap_or_else(unknown)));
        }
        Walk::new(&self.plan, &self.cx, &self.run, Way::Forward).walk().await
    }

    async fn begin_back(&self, why: &str, problem: Problem) -> Departure {
        let total = Walk::new(&self.plan, &self.cx, &self.run, Way::Back).len();
        self.run.board().begin_undo(why, total, problem.clone());
        self.back(problem).await
    }

    /// Takes back what has begun.
    async fn back(&self, problem: Problem) -> Departure {
        match Walk::new(&self.plan, &self.cx, &self.run, Way::Back).walk().await {
            Halt::Done => self.end_back(problem).await,
            leaving @ (Halt::Drain | Halt::Park(..) | Halt::Lost) => self.leave(leaving).await,
            // A walk back goes on past failures and does not look at cancels.
            Halt::Failed(_) | Halt::Cancel => Departure::Lost,
        }
    }

    /// Why the undo that is under way began.
    fn cause(&self) -> Problem {
        let kept = self.run.claimed().error.clone();
        kept.unwrap_or_else(|| Problem::new(Code::Internal, "the cause of this undo was not kept"))
    }

    fn cancelled(&self) -> Problem {
        let mut problem = Problem::new(Code::CancelledByRequest, "Somebody asked to cancel it.");
        problem.operation = Some(self.run.operation().clone());
        problem
    }

    async fn leave(&self, halt: Halt) -> Departure {
        let left = match halt {
            Halt::Drain => self.run.release().await.map(|()| Departure::Released),
            Halt::Park(reason, after) => self.run.park(reason, after).await.map(|()| Departure::Parked),
            Halt::Lost | Halt::Done | Halt::Failed(_) | Halt::Cancel => return Departure::Lost,
        };
        left.unwrap_or(Departure::Lost)
    }

    /// A deletion that is cancelled stops where it is, once what it has started has stopped too.
    async fn stop_with_children(&self) -> Departure {
        let headline = match self.run.children_under_way().await {
            Ok(0) => return self.stop(State::Cancelled, self.cancelled()).await,
            Ok(count) => format!("cancelled; {} that it has started are still under way", counted(count, "operation")),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "its children cannot be looked at now");
                "cancelled; looking at what it has started".to_owned()
            }
        };
        self.run.board().headline(headline);
        self.leave(Halt::Park(Reason::Children, CHILDREN_LOOK)).await
    }

    /// A deletion stops where it is.
    async fn stop(&self, state: State, problem: Problem) -> Departure {
        let is_left = |state| !matches!(state, StepState::Succeeded | StepState::Skipped);
        match self.leave_residue(is_left, "the deletion stopped before it was removed").await {
            Ok(_) => self.end(state, Ending::Left(problem.clone()), Some(problem)).await,
            Err(departure) => departure,
        }
    }

    /// What was made is kept, for a retry to go on from or a cancel to take back.
    async fn hold(&self, problem: Problem) -> Departure {
        let is_left = |state| !matches!(state, StepState::Pending | StepState::Skipped);
        match self.leave_residue(is_left, "held: on_failure=hold").await {
            Ok(_) => self.end(State::Failed, Ending::Left(problem.clone()), Some(problem)).await,
            Err(departure) => departure,
        }
    }

    /// Nothing can be taken back any more: all of it is, or a person is needed.
    async fn end_back(&self, problem: Problem) -> Departure {
        let is_left = |state| !matches!(state, StepState::Pending | StepState::Skipped | StepState::Undone);
        match self.leave_residue(is_left, "its undo, or the undo of what uses it, failed").await {
            Ok(false) => {}
            Ok(true) => return self.end(State::Stuck, Ending::Left(problem.clone()), Some(problem)).await,
            Err(departure) => return departure,
        }
        let was_cancelled = self.run.board().undo().is_some_and(|undo| undo.why == "cancel");
        let state = if was_cancelled { State::Cancelled } else { State::Failed };
        self.end(state, Ending::TakenBack(problem.clone()), Some(problem)).await
    }

    /// Looks for what stands of the steps in such states, and lists it, each thing once; whether there are such steps.
    async fn leave_residue(&self, is_left: impl Fn(StepState) -> bool, why: &str) -> Result<bool, Departure> {
        let left: Vec<_> = {
            let board = self.run.board();
            self.plan.nodes.iter().filter(|node| is_left(board.state_of(&node.label))).collect()
        };
        let make: Vec<_> = left.iter().copied().filter(|node| !node.step.looks()).collect();
        let lease = self.run.lease();
        let stands = tokio::select! {
            () = lease.lost() => return Err(Departure::Lost),
            () = lease.draining(), if !make.is_empty() => return Err(self.leave(Halt::Drain).await),
            stands = survey(&self.run, &self.cx, &make) => stands,
        };
        let mut board = self.run.board();
        let mut residue: Vec<Residue> = vec![];
        for (node, stands) in make.iter().zip(stands) {
            for one in board.residue_of(&node.label, stands, why) {
                if residue.iter().all(|other| other.resource != one.resource) {
                    residue.push(one);
                }
            }
        }
        board.leave(residue);
        Ok(!left.is_empty())
    }

    async fn end(&self, state: State, ending: Ending, error: Option<Problem>) -> Departure {
        let result = if state == State::Succeeded { self.workflow.result(&self.cx) } else { None };
        let record = self.workflow.record(&self.cx, &ending);
        self.run.end(state, error, result, record).await
    }
}
