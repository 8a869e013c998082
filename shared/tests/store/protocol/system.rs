//! Workers, people and faults around a world: everything that may happen next, with answers that get lost on the way.

use shared::operation::State;
use shared::store::moves::Whereabouts;

use super::requests::Asked;
use super::worker::{Answer, Ending, Written};
use super::world::{Id, Op, World};

/// What a worker sends to the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Message {
    Checkpoint(Written),
    Release,
    Park { written: Written, has_seen_cancel: bool },
    Finish { written: Written, ending: Ending },
}

/// What a worker believes to hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Belief {
    pub(super) id: Id,
    pub(super) fence: u8,
    /// The truth that it does not know.
    pub(super) is_true: bool,
    pub(super) has_written: bool,
    pub(super) has_seen_cancel: bool,
    /// Whose answer was lost: it is sent again, or nothing is.
    pub(super) unanswered: Option<Message>,
}

/// How often what is not certain may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Budget {
    pub(super) crashes: u8,
    pub(super) cancels: u8,
    pub(super) retries: u8,
    pub(super) parks: u8,
    pub(super) releases: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct System {
    pub(super) world: World,
    pub(super) workers: Vec<Option<Belief>>,
    pub(super) left: Budget,
    /// What went wrong on the way here.
    pub(super) wrong: Option<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Action {
    Accept(Id),
    Cancel(Id),
    Retry(Id),
    Claim {
        worker: usize,
        is_lost: bool,
    },
    Renew {
        worker: usize,
    },
    Send {
        worker: usize,
        message: Message,
        is_lost: bool,
    },
    /// The worker dies, or sends no more of what it believes to hold.
    Forget {
        worker: usize,
    },
    /// Its worker is held up for longer than its lease, or is no more.
    Expire(Id),
    Due(Id),
}

/// A part of a budget; `None` when it is used up.
fn take(budget: &mut u8) -> Option<()> {
    *budget = budget.checked_sub(1)?;
    Some(())
}

impl System {
    pub(super) fn has_worker(&self, id: Id) -> bool {
        self.workers.iter().flatten().any(|belief| belief.id == id && belief.is_true)
    }

    /// Applies an action; `None` when it is not possible.
    pub(super) fn apply(&mut self, action: &Action, asked: &[Asked]) -> Option<()> {
        match *action {
            Action::Accept(id) => self.world.accept(id, asked[usize::from(id)]).ok()?,
            Action::Cancel(id) => {
                take(&mut self.left.cancels)?;
                self.world.cancel(id).ok()?;
            }
            Action::Retry(id) => {
                take(&mut self.left.retries)?;
                let attempt = self.world.op(id).attempt;
                self.world.retry(id, attempt).ok()?;
            }
            Action::Claim { worker, is_lost } => self.claim(worker, is_lost)?,
            Action::Renew { worker } => self.renew(worker)?,
            Action::Send { worker, message, is_lost } => self.send(worker, message, is_lost)?,
            Action::Forget { worker } => {
                let belief = self.workers[worker].take()?;
                if belief.is_true {
                    take(&mut self.left.crashes)?;
                }
            }
            Action::Expire(id) => self.expire(id)?,
            Action::Due(id) => self.world.due(id),
        }
        Some(())
    }

    fn claim(&mut self, worker: usize, is_lost: bool) -> Option<()> {
        let claimed = self.world.claim();
        if is_lost {
            return claimed.and_then(|_| take(&mut self.left.crashes));
        }
        self.workers[worker] = claimed.map(|(id, fence)| Belief {
            id,
            fence,
            is_true: true,
            has_written: false,
            has_seen_cancel: self.world.op(id).is_cancelled,
            unanswered: None,
        });
        Some(())
    }

    fn renew(&mut self, worker: usize) -> Option<()> {
        let belief = self.workers[worker].as_mut()?;
        let (is_lost, is_cancelled) = self.world.renew(belief.id, belief.fence);
        belief.has_seen_cancel |= is_cancelled;
        if is_lost == belief.is_true {
            self.wrong = Some("a worker was told something else about its lease than is true");
        }
        if is_lost {
            self.workers[worker] = None;
        }
        Some(())
    }

    fn expire(&mut self, id: Id) -> Option<()> {
        if self.has_worker(id) {
            take(&mut self.left.crashes)?;
        }
        self.world.expire(id);
        self.no_longer_true(id);
        Some(())
    }

    fn no_longer_true(&mut self, id: Id) {
        for belief in self.workers.iter_mut().flatten().filter(|belief| belief.id == id) {
            belief.is_true = false;
        }
    }

    fn send(&mut self, worker: usize, message: Message, is_lost: bool) -> Option<()> {
        let Belief { id, fence, is_true, unanswered, .. } = self.workers[worker].clone()?;
        let is_repeat = unanswered.is_some();
        let before = (is_repeat || !is_true).then(|| self.world.clone());
        let answer = match message {
            Message::Checkpoint(written) => self.world.checkpoint(id, fence, written),
            Message::Release => self.world.release(id, fence),
            Message::Park { written, has_seen_cancel } => self.world.park(id, fence, written, has_seen_cancel),
            Message::Finish { written, ending } => self.world.finish(id, fence, written, ending),
        };
        if !is_repeat {
            match message {
                Message::Park { .. } if is_true => take(&mut self.left.parks)?,
                Message::Release if is_true => take(&mut self.left.releases)?,
                _ => {}
            }
        }
        if before.is_some_and(|before| self.world != before) {
            self.wrong = Some("a stale or repeated write changed something");
        }
        if is_true && answer == Answer::Fenced {
            self.wrong = Some("the holder was refused");
        }
        self.hear(worker, message, answer, is_lost);
        Some(())
    }

    /// What the worker believes after it heard the answer, or did not.
    fn hear(&mut self, worker: usize, message: Message, answer: Answer, is_lost: bool) {
        let Some(belief) = &mut self.workers[worker] else { return };
        let id = belief.id;
        belief.unanswered = is_lost.then_some(message);
        let is_checkpoint = matches!(message, Message::Checkpoint(_));
        belief.has_written |= is_checkpoint;
        belief.has_seen_cancel |= !is_lost && is_checkpoint && self.world.op(id).is_cancelled;
        if !is_lost && (!is_checkpoint || answer == Answer::Fenced) {
            self.workers[worker] = None;
        }
        if !self.world.op(id).is_at(Whereabouts::Leased) {
            self.no_longer_true(id);
        }
    }

    /// Renames what only has to be told apart, and forgets what nothing can ask for any more.
    pub(super) fn canonical(mut self) -> System {
        let order = self.world.order(|_| true);
        for (id, op) in &mut self.world.ops {
            for belief in self.workers.iter_mut().flatten().filter(|belief| belief.id == *id) {
                let is_alive = belief.fence == op.fence || belief.fence == op.given_back;
                belief.fence = if is_alive { 1 } else { u8::MAX };
                if !belief.is_true {
                    // It is refused, or sends what was done already: what else it believes makes no difference.
                    (belief.has_written, belief.has_seen_cancel) = (true, true);
                    belief.unanswered = belief.unanswered.filter(|_| is_alive);
                }
            }
            if op.is_at(Whereabouts::Ended) {
                (op.crashes, op.has_begun, op.is_cancelled, op.is_woken, op.lane) =
                    (0, false, false, false, op.kind.lane());
            }
            op.fence = op.fence.min(1);
            op.given_back = op.given_back.min(1);
            op.claims = op.fence.max(op.given_back);
            op.nonce = if op.is_at(Whereabouts::Leased) { op.nonce } else { 0 };
            op.turn = 0;
        }
        if self.left.cancels + self.left.retries == 0 {
            // Nobody can ask for anything any more: how an attempt ended makes no difference.
            self.world.latest.clear();
            let ended = |op: &&mut Op| op.is_at(Whereabouts::Ended);
            for op in self.world.ops.values_mut().filter(ended) {
                (op.place, op.has_residue) = (Some((State::Succeeded, Whereabouts::Ended)), false);
            }
        }
        self.world.turns = 0;
        for id in order {
            self.world.turns += 1;
            self.world.op_mut(id).turn = self.world.turns;
        }
        self.workers.sort();
        self
    }

    /// Falls with every action: then no schedule can go on for ever.
    pub(super) fn rank(&self, still_to_accept: usize) -> (usize, u8, u8, u8) {
        let Budget { crashes, cancels, retries, parks, releases } = self.left;
        let way = |id: &Id| self.world.distance(*id, self.has_worker(*id));
        let belief = |belief: &Belief| {
            let (unanswered, unwritten) = (belief.unanswered.is_some(), !belief.has_written);
            4 + u8::from(unanswered) + 2 * u8::from(unwritten) + 8 * u8::from(!belief.has_seen_cancel)
        };
        (
            still_to_accept + usize::from(cancels + retries),
            crashes + parks + releases,
            self.world.ops.keys().map(way).sum(),
            self.workers.iter().flatten().map(belief).sum(),
        )
    }

    /// How the worker may go on with what it believes to hold.
    pub(super) fn messages(&self, belief: &Belief) -> Vec<Message> {
        if let Some(unanswered) = belief.unanswered {
            return vec![unanswered];
        }
        let op = self.world.op(belief.id);
        let written = |nonce, state| Written { nonce, state };
        let is_undoing = op.state() == State::Undoing;
        let mut messages = vec![Message::Release];
        messages.push(Message::Park { written: written(2, None), has_seen_cancel: belief.has_seen_cancel });
        if !belief.has_written {
            messages.push(Message::Checkpoint(written(1, None)));
            messages.push(Message::Checkpoint(written(1, Some(State::Undoing))));
        }
        let endings: &[(State, bool)] = match (is_undoing, belief.has_seen_cancel) {
            (true, true) => &[(State::Cancelled, false), (State::Stuck, true)],
            (true, false) => &[(State::Failed, false), (State::Stuck, true)],
            (false, _) => &[(State::Succeeded, false), (State::Failed, op.holds)],
        };
        let finish = |(state, leaves)| Message::Finish { written: written(2, None), ending: Ending { state, leaves } };
        messages.extend(endings.iter().copied().map(finish));
        messages
    }
}
