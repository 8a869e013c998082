//! Taking in what a turn came to: it is written on the board, and decides when the step is asked again.

use std::time::Duration;

use shared::operation::Reason;
use shared::problem::{AwsError, Code, Problem};
use tokio::time::Instant;

use super::erased::Answer;
use super::retry::{Decision, Trouble, decide};
use super::step::Wait;
use super::walk::Way;
use super::{Class, Failure, Run};

/// What follows from a turn.
#[derive(Debug)]
pub(super) enum Next {
    /// The step is asked again.
    Look {
        /// After this time.
        after: Duration,
        /// What it waits for.
        reason: Reason,
    },
    /// The step is done or undone: those behind it may begin.
    Free,
    /// The step, or its undo, failed for good.
    Failed(Box<Problem>),
}

impl Run {
    /// Takes in the answer of a step's turn.
    pub(super) fn take_in(&self, label: &str, way: Way, limit: Duration, answer: Answer) -> Next {
        match (answer, way) {
            (Answer::Done(made), Way::Forward) => {
                self.board().succeeded(label, made, self.now());
                Next::Free
            }
            (Answer::Done(made), Way::Back) => {
                self.board().undone(label, made.resources, self.now());
                Next::Free
            }
            (Answer::Wait(wait), _) => self.take_in_wait(label, way, limit, &wait),
            (Answer::Failed(failure), _) => self.take_in_failure(label, way, limit, failure),
        }
    }

    fn take_in_wait(&self, label: &str, way: Way, limit: Duration, wait: &Wait) -> Next {
        self.board().waits(label, wait, self.now());
        let waited = self.waited(label);
        if waited >= limit {
            let mut late = timed_out(label, waited, limit, &wait.headline);
            late.evidence.extend(wait.evidence.iter().cloned());
            return self.give_up(label, way, late);
        }
        Next::Look { after: self.timings().poll_after(waited).min(limit - waited), reason: wait.reason }
    }

    fn take_in_failure(&self, label: &str, way: Way, limit: Duration, failure: Failure) -> Next {
        let Failure { class, problem } = failure;
        let waited = self.waited(label);
        let (before, lasting) = self.count(label, class, waited, problem.aws.as_ref().map(AwsError::call));
        let decision = decide(Trouble { class, before, lasting, limit }, self.timings(), rand::random());
        if class == Class::Unknown {
            tracing::warn!(step = label, error = %problem, "a failure of no known class is taken as permanent");
        }
        match (decision, class) {
            (Decision::Again(after), Class::Conflict) => {
                let headline = format!("{label}: {}", problem.detail);
                let wait = Wait::for_aws(headline);
                self.board().waits(label, &wait, self.now());
                Next::Look { after, reason: wait.reason }
            }
            (Decision::Again(after), _) => {
                let reason = if class == Class::Throttled { Reason::Throttled } else { Reason::Backoff };
                let after_ms = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
                self.board().tries_again(label, after_ms, reason, &problem, self.now());
                Next::Look { after, reason }
            }
            (Decision::GiveUp, Class::Conflict) => {
                let mut late = timed_out(label, waited, limit, &problem.detail);
                late.aws = problem.aws;
                self.give_up(label, way, late)
            }
            (Decision::GiveUp, _) => self.give_up(label, way, problem),
        }
    }

    /// How long the step has waited.
    fn waited(&self, label: &str) -> Duration {
        let since = self.board().record(label).and_then(|record| record.waiting_since);
        Duration::from_millis(since.map_or(0, |since| self.now().since(since)))
    }

    /// Counts a failed turn: how many of its class went before it in a row, and for how long.
    fn count(&self, label: &str, class: Class, waited: Duration, call: Option<String>) -> (u32, Duration) {
        let mut board = self.board();
        match class {
            Class::Throttled => {
                let memory = board.memory(label);
                memory.throttled += 1;
                (memory.throttled - 1, waited)
            }
            Class::NotYetConsistent => {
                let (before, since) = board.memory(label).invisible.unwrap_or((0, Instant::now()));
                board.memory(label).invisible = Some((before + 1, since));
                (before, since.elapsed())
            }
            Class::Transient => {
                let record = board.touch(label);
                record.failures += 1;
                record.failing = call;
                (record.failures - 1, waited)
            }
            Class::Conflict | Class::Permanent | Class::Unknown => (0, waited),
        }
    }

    fn give_up(&self, label: &str, way: Way, mut problem: Box<Problem>) -> Next {
        problem.operation = Some(self.operation().clone());
        problem.step = Some(label.to_owned());
        let now = self.now();
        match way {
            Way::Forward => self.board().failed(label, &problem, now),
            Way::Back => self.board().undo_failed(label, &problem, now),
        }
        tracing::warn!(step = label, ?way, error = %problem, "a step failed for good");
        Next::Failed(problem)
    }
}

fn timed_out(label: &str, waited: Duration, limit: Duration, last: &str) -> Box<Problem> {
    let detail = format!("{label} waited for {} s; its limit is {} s", waited.as_secs(), limit.as_secs());
    Box::new(Problem::new(Code::WaitTimedOut, detail).with_evidence("last_wait", last))
}
