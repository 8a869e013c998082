//! What workers do: claim, renew, write, give back, end; and what time does to what they hold.

use shared::operation::{Lane, State};
use shared::resource::Lifecycle;
use shared::store::moves::{Transition, Whereabouts};

use super::world::{Does, Id, World};

/// What the store answers to a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Done,
    Fenced,
}

/// What a worker writes between steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Written {
    pub(super) nonce: u8,
    pub(super) state: Option<State>,
}

/// How a worker ends an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Ending {
    pub(super) state: State,
    pub(super) leaves: bool,
}

enum Hold {
    Held,
    GivenBack,
    Fenced,
}

impl World {
    fn hold(&self, id: Id, fence: u8) -> Hold {
        match self.ops.get(&id) {
            Some(op) if op.fence == fence => Hold::Held,
            Some(op) if op.given_back == fence && op.fence == 0 => Hold::GivenBack,
            Some(_) | None => Hold::Fenced,
        }
    }

    /// Writes for a worker that holds it; a repeat of what gave it back changes nothing.
    fn held(&mut self, id: Id, fence: u8, write: impl FnOnce(&mut World)) -> Answer {
        match self.hold(id, fence) {
            Hold::Held => write(self),
            Hold::GivenBack => {}
            Hold::Fenced => return Answer::Fenced,
        }
        Answer::Done
    }

    /// Takes the next operation: its id and fencing token.
    pub(super) fn claim(&mut self) -> Option<(Id, u8)> {
        while let Some(id) = self.ready.iter().find_map(|line| line.first().copied()) {
            if self.op(id).crashes < self.crashes_allowed {
                return Some((id, self.begin(id)));
            }
            self.set_aside(id);
        }
        None
    }

    fn begin(&mut self, id: Id) -> u8 {
        let state = if self.op(id).state() == State::Undoing { State::Undoing } else { State::Running };
        self.shift(id, Transition::Claim, Some(state), Whereabouts::Leased, None);
        self.journal(id, 1);
        let op = self.op_mut(id);
        op.claims += 1;
        (op.fence, op.given_back) = (op.claims, 0);
        (op.is_woken, op.has_begun) = (false, true);
        op.fence
    }

    fn set_aside(&mut self, id: Id) {
        let kind = self.op(id).kind;
        self.end(id, Transition::Quarantine, State::Stuck, 1);
        match kind.does {
            Does::Change => {}
            Does::Create => self.settle(kind, Lifecycle::Failed),
            Does::Delete => self.settle(kind, Lifecycle::DeleteFailed),
        }
        self.pass_on(id);
    }

    /// Whether the lease is lost, and whether somebody wants the operation to stop.
    pub(super) fn renew(&self, id: Id, fence: u8) -> (bool, bool) {
        match self.hold(id, fence) {
            Hold::Held => (false, self.op(id).is_cancelled),
            Hold::GivenBack | Hold::Fenced => (true, false),
        }
    }

    fn write(&mut self, id: Id, written: Written) {
        let op = self.op_mut(id);
        if op.nonce == written.nonce {
            return;
        }
        (op.nonce, op.crashes) = (written.nonce, 0);
        if written.state.is_some() {
            self.shift(id, Transition::Checkpoint, written.state, Whereabouts::Leased, None);
        }
        self.journal(id, 1);
    }

    pub(super) fn checkpoint(&mut self, id: Id, fence: u8, written: Written) -> Answer {
        match self.hold(id, fence) {
            Hold::Held => self.write(id, written),
            Hold::GivenBack | Hold::Fenced => return Answer::Fenced,
        }
        Answer::Done
    }

    pub(super) fn release(&mut self, id: Id, fence: u8) -> Answer {
        self.held(id, fence, |world| {
            world.op_mut(id).given_back = fence;
            world.shift(id, Transition::Release, None, Whereabouts::Ready, None);
        })
    }

    pub(super) fn park(&mut self, id: Id, fence: u8, written: Written, has_seen_cancel: bool) -> Answer {
        self.held(id, fence, |world| {
            world.write(id, written);
            world.journal(id, 1);
            let op = world.op_mut(id);
            op.given_back = fence;
            let state = if op.state() == State::Undoing { State::Undoing } else { State::Waiting };
            let (to, lane) = if op.is_cancelled && !has_seen_cancel {
                (Whereabouts::Ready, Some(Lane::Interactive))
            } else if op.is_woken {
                (Whereabouts::Ready, None)
            } else {
                (Whereabouts::Delayed, None)
            };
            world.shift(id, Transition::Park, Some(state), to, lane);
        })
    }

    pub(super) fn finish(&mut self, id: Id, fence: u8, written: Written, ending: Ending) -> Answer {
        self.held(id, fence, |world| {
            let is_written = world.op(id).nonce != written.nonce;
            world.write(id, written);
            let op = world.op_mut(id);
            op.has_residue = (op.has_residue || is_written && ending.leaves) && ending.state != State::Succeeded;
            op.given_back = fence;
            world.end(id, Transition::Finish, ending.state, 1);
            world.settle_after(id, ending);
            world.pass_on(id);
        })
    }

    /// The lease of its worker runs out.
    pub(super) fn expire(&mut self, id: Id) {
        if self.op(id).is_at(Whereabouts::Leased) {
            self.op_mut(id).crashes += 1;
            self.shift(id, Transition::Expire, None, Whereabouts::Ready, None);
        }
    }

    /// Its timer runs out.
    pub(super) fn due(&mut self, id: Id) {
        if self.op(id).is_at(Whereabouts::Delayed) {
            self.shift(id, Transition::Due, None, Whereabouts::Ready, None);
        }
    }

    /// Finds an operation that its structure has lost.
    pub(super) fn reap(&mut self, id: Id) {
        self.shift(id, Transition::Reap, None, Whereabouts::Ready, None);
    }
}
