//! Walking through a plan along its arrows, forward or back, with everything that may go on in parallel.
//!
//! A step whose turn says "wait" rests until its next look and holds nothing meanwhile. When all that is left rests for long,
//! the walk ends and the operation is parked. The walk stops between turns: turns under way are let finish.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use shared::operation::{Reason, StepState};
use shared::problem::{Code, Problem};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::Instrument as _;

use super::answer::Next;
use super::board::Board;
use super::current::{CurrentStep, as_step};
use super::erased::Answer;
use super::journal::Lost;
use super::workflow::Plan;
use super::{Context, Failure, Run};

/// The store wakes a parked operation when its children end; this is the look that does not rely on it.
pub(super) const CHILDREN_LOOK: Duration = Duration::from_secs(30);

/// Which way along the arrows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Steps run.
    Forward,
    /// Steps are undone.
    Back,
}

/// Why a walk ended.
#[derive(Debug)]
pub(super) enum Halt {
    /// There is nothing left that could go on.
    Done,
    /// A step failed for good; nothing is under way any more.
    Failed(Box<Problem>),
    /// Somebody asked to cancel.
    Cancel,
    /// The worker wants to stop.
    Drain,
    /// What is left rests.
    Park(Reason, Duration),
    /// The operation is not held any more.
    Lost,
}

/// When a resting step is looked at again.
struct Rest {
    look: Instant,
    parked_look: Instant,
    reason: Reason,
    /// It must not leave this worker: only here it is known that reads may not show what was made.
    stays: bool,
}

/// A walk under way.
pub(super) struct Walk<'a, Cx: Context> {
    plan: &'a Plan<Cx>,
    cx: &'a Arc<Cx>,
    run: &'a Run,
    way: Way,
    /// How many others each step needs before it may begin; `None` for those that the walk does not touch.
    needs: Vec<Option<usize>>,
    /// Who needs each step.
    frees: Vec<Vec<usize>>,
    due: Vec<usize>,
    rests: HashMap<usize, Rest>,
    turns: JoinSet<(usize, Answer)>,
    stop: Option<Halt>,
}

impl<'a, Cx: Context> Walk<'a, Cx> {
    /// A walk through what is not done, or through what is to be undone.
    pub(super) fn new(plan: &'a Plan<Cx>, cx: &'a Arc<Cx>, run: &'a Run, way: Way) -> Self {
        let states: Vec<_> = {
            let board = run.board();
            plan.nodes.iter().map(|node| board.state_of(&node.label)).collect()
        };
        let mut needs: Vec<_> = states.iter().map(|state| is_walked(way, *state).then_some(0)).collect();
        let mut frees = vec![Vec::new(); plan.nodes.len()];
        for (at, node) in plan.nodes.iter().enumerate() {
            for &before in &node.after {
                let (first, then) = match way {
                    Way::Forward => (before, at),
                    Way::Back => (at, before),
                };
                if let Some(count) = needs[then].as_mut().filter(|_| holds_back(way, states[first])) {
                    *count += 1;
                    frees[first].push(then);
                }
            }
        }
        Walk { plan, cx, run, way, needs, frees, due: vec![], rests: HashMap::new(), turns: JoinSet::new(), stop: None }
    }

    /// Steps that the walk touches.
    pub(super) fn len(&self) -> usize {
        self.needs.iter().flatten().count()
    }

    /// Walks until nothing can go on, or something stops it.
    pub(super) async fn walk(mut self) -> Halt {
        let free: Vec<_> = (0..self.needs.len()).filter(|at| self.needs[*at] == Some(0)).collect();
        for at in free {
            self.begin(at);
        }
        loop {
            if self.run.flush().await.is_err() {
                return Halt::Lost;
            }
            self.ask_due();
            if self.turns.is_empty()
                && let Some(halt) = self.halt()
            {
                return halt;
            }
            if self.something().await.is_err() {
                return Halt::Lost;
            }
        }
    }

    /// Waits for the next thing to happen, and takes it in.
    async fn something(&mut self) -> Result<(), Lost> {
        let (lease, goes_on) = (self.run.lease().clone(), self.stop.is_none());
        let look = self.rests.values().map(|rest| rest.look).min().filter(|_| goes_on);
        tokio::select! {
            biased;
            () = lease.lost() => return Err(Lost),
            Some(joined) = self.turns.join_next() => {
                let (at, answer) = joined.map_err(|_| Lost)?;
                self.answered(at, answer);
            }
            () = lease.cancel_requested(), if goes_on && self.way == Way::Forward => self.stop = Some(Halt::Cancel),
            () = lease.draining(), if goes_on => self.stop = Some(Halt::Drain),
            () = tokio::time::sleep_until(look.unwrap_or_else(Instant::now)), if look.is_some() => self.look(),
        }
        Ok(())
    }

    /// Why the walk ends here, while no turn is under way; `None` when something rests only for a short time.
    fn halt(&mut self) -> Option<Halt> {
        if let Some(stop) = self.stop.take() {
            return Some(stop);
        }
        let next = self.rests.values().min_by_key(|rest| rest.parked_look).map(|rest| (rest.parked_look, rest.reason));
        let Some((look, reason)) = next else { return Some(Halt::Done) };
        let after = look.saturating_duration_since(Instant::now());
        let parks = after >= self.run.timings().shortest_parked && !self.rests.values().any(|rest| rest.stays);
        parks.then_some(Halt::Park(reason, after))
    }

    /// Begins a step that nothing holds back. One that had begun before goes on; after a crash not before calls of the
    /// worker that died have come to their end.
    fn begin(&mut self, at: usize) {
        let (label, run) = (&self.plan.nodes[at].label, self.run);
        let mut board = run.board();
        let state = board.state_of(label);
        let is_unanswered = board.record(label).is_some_and(|it| it.note.is_some() && it.output.is_none());
        let may_be_under_way = run.after_crash()
            && match state {
                StepState::Running | StepState::Waiting => is_unanswered,
                // An undo may put back what was removed: two of it, unless the first call has come to its end.
                StepState::Undoing => true,
                StepState::Pending | StepState::Succeeded | StepState::Failed | StepState::Skipped => false,
                StepState::Undone | StepState::UndoFailed => false,
            };
        let unseen = self.unseen(&board, label);
        match (self.way, state) {
            (Way::Forward, StepState::Waiting) | (Way::Back, StepState::Undoing) => {}
            (Way::Forward, StepState::Running) if !run.after_crash() => {}
            (Way::Forward, _) => board.started(label, run.now()),
            (Way::Back, _) => board.undoing(label),
        }
        drop(board);
        if may_be_under_way {
            let settle = run.timings().settle;
            run.doubt_for(label, settle * 2);
            self.settle(at, settle);
        } else if unseen.is_zero() {
            self.due.push(at);
        } else {
            run.doubt_for(label, unseen);
            self.settle(at, unseen);
        }
    }

    /// Lets a step rest until reads show what was done.
    fn settle(&mut self, at: usize, after: Duration) {
        let look = Instant::now() + after;
        self.rests.insert(at, Rest { look, parked_look: look, reason: Reason::Aws, stays: true });
    }

    /// How long reads may still be older than what was done: for a step that is taken back by itself, for a retry by the
    /// attempt before, which may just have ended. What such reads show would be taken for the world.
    fn unseen(&self, board: &Board, label: &str) -> Duration {
        let settle = self.run.timings().settle;
        let Some(record) = board.record(label) else { return Duration::ZERO };
        let state = record.view.state;
        let is_retried = self.way == Way::Forward && state == StepState::Pending && self.run.attempt() > 1;
        let is_back = self.way == Way::Back;
        let had_begun = matches!(state, StepState::Running | StepState::Waiting | StepState::Failed);
        if is_retried {
            settle.saturating_sub(self.run.held_for())
        } else if is_back && had_begun && record.note.is_some() {
            settle
        } else if is_back && state == StepState::Succeeded {
            let done = record.view.finished_at.map_or(0, |finished| self.run.now().since(finished));
            settle.saturating_sub(Duration::from_millis(done))
        } else {
            Duration::ZERO
        }
    }

    /// Takes the turns that are due. What is written about them has reached the store.
    fn ask_due(&mut self) {
        for at in std::mem::take(&mut self.due) {
            let node = &self.plan.nodes[at];
            let (step, cx, run, label) = (node.step.clone(), self.cx.clone(), self.run.clone(), node.label.clone());
            let turn = match self.way {
                Way::Forward => step.turn(cx),
                Way::Back => step.undo_turn(cx),
            };
            let span = tracing::info_span!("step", step = label, way = ?self.way);
            let turn = async move {
                let current = CurrentStep { label: label.clone(), run };
                let caught = AssertUnwindSafe(as_step(current, turn)).catch_unwind().await;
                (at, caught.unwrap_or_else(|_| Answer::Failed(panicked(&label))))
            };
            self.turns.spawn(turn.instrument(span));
        }
    }

    /// Makes due what has rested long enough.
    fn look(&mut self) {
        let now = Instant::now();
        let due: Vec<_> = self.rests.iter().filter(|(_, rest)| rest.look <= now).map(|(at, _)| *at).collect();
        self.rests.retain(|_, rest| rest.look > now);
        self.due.extend(due);
    }

    /// Takes in what a turn came to.
    fn answered(&mut self, at: usize, answer: Answer) {
        let node = &self.plan.nodes[at];
        match self.run.take_in(&node.label, self.way, node.step.limit(), answer) {
            Next::Look { after, reason } => self.rest(at, after, reason),
            Next::Free => self.free(at),
            Next::Failed(problem) => {
                if self.way == Way::Forward && self.stop.is_none() {
                    self.stop = Some(Halt::Failed(problem));
                }
            }
        }
    }

    fn rest(&mut self, at: usize, after: Duration, reason: Reason) {
        let now = Instant::now();
        let look = now + after;
        let parked_look = match reason {
            Reason::Children => now + CHILDREN_LOOK,
            Reason::Lock | Reason::Aws | Reason::Backoff | Reason::Throttled => look,
            Reason::Approval | Reason::Scheduled => look,
        };
        let stays = self.run.board().is_unsettled(&self.plan.nodes[at].label);
        self.rests.insert(at, Rest { look, parked_look, reason, stays });
    }

    /// Begins what only waited for this step.
    fn free(&mut self, at: usize) {
        for next in std::mem::take(&mut self.frees[at]) {
            if let Some(count) = self.needs[next].as_mut() {
                *count -= 1;
                if *count == 0 && self.stop.is_none() {
                    self.begin(next);
                }
            }
        }
    }
}

/// Whether a walk touches a step in this state.
fn is_walked(way: Way, state: StepState) -> bool {
    match state {
        StepState::Pending | StepState::Undone => way == Way::Forward,
        StepState::Running | StepState::Waiting => true,
        StepState::Succeeded | StepState::Failed | StepState::Undoing => way == Way::Back,
        StepState::Skipped | StepState::UndoFailed => false,
    }
}

/// Whether a step in this state keeps those behind it from beginning. One that could not be undone does so for good.
fn holds_back(way: Way, state: StepState) -> bool {
    match way {
        Way::Forward => !matches!(state, StepState::Succeeded | StepState::Skipped),
        Way::Back => is_walked(way, state) || state == StepState::UndoFailed,
    }
}

fn panicked(label: &str) -> Failure {
    Failure::permanent(Code::Internal, format!("{label} panicked; the worker's log has more"))
}
