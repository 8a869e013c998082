//! What the end of an operation does to the record of its thing and to those who wait, and what a deletion does to others.

use shared::operation::{Lane, State};
use shared::resource::Lifecycle;
use shared::store::moves::{Transition, Whereabouts};

use super::worker::Ending;
use super::world::{Does, Id, Kind, Thing, World};

impl World {
    pub(super) fn end(&mut self, id: Id, by: Transition, state: State, entries: u64) {
        self.shift(id, by, Some(state), Whereabouts::Ended, None);
        self.op_mut(id).is_woken = false;
        self.journal(id, entries);
    }

    /// Lets those go on that waited for one that has ended.
    pub(super) fn pass_on(&mut self, id: Id) {
        self.offer_next(id);
        let Some(parent) = self.op(id).parent else { return };
        if self.op(parent).is_at(Whereabouts::Delayed) {
            self.shift(parent, Transition::Wake, None, Whereabouts::Ready, None);
        } else {
            self.op_mut(parent).is_woken = true;
        }
    }

    /// What becomes of a record; a deletion that waits behind has the last word.
    pub(super) fn settle(&mut self, kind: Kind, state: Lifecycle) {
        let Some(record) = self.records.get_mut(&kind.thing) else { return };
        if kind.does != Does::Delete && record.state == Lifecycle::Deleting {
            record.prior = state;
        } else {
            record.state = state;
        }
    }

    /// What becomes of the record when a worker ends an operation.
    pub(super) fn settle_after(&mut self, id: Id, ending: Ending) {
        let (kind, has_succeeded) = (self.op(id).kind, ending.state == State::Succeeded);
        match kind.does {
            Does::Create if has_succeeded => self.settle(kind, Lifecycle::Active),
            Does::Create if ending.leaves => self.settle(kind, Lifecycle::Failed),
            Does::Create => self.remove_record(kind.thing),
            Does::Delete if has_succeeded => self.remove_record(kind.thing),
            Does::Delete => self.settle(kind, Lifecycle::DeleteFailed),
            Does::Change => self.settle(kind, Lifecycle::Active),
        }
    }

    /// Whether its end needs no worker.
    pub(super) fn is_idle(&self, id: Id) -> bool {
        let op = self.op(id);
        op.place.is_some() && op.state() == State::Queued && !(op.has_residue && op.kind.does != Does::Delete)
    }

    fn end_idle(&mut self, id: Id, is_asked: bool, keeps_record: bool) {
        let Kind { does, thing } = self.op(id).kind;
        self.op_mut(id).is_cancelled = true;
        self.end(id, Transition::Cancel, State::Cancelled, 1 + u64::from(is_asked));
        match does {
            Does::Create if keeps_record => self.records.get_mut(&thing).unwrap().is_gone = true,
            Does::Create => self.remove_record(thing),
            Does::Delete if self.records.get(&thing).is_some_and(|record| record.is_gone) => self.remove_record(thing),
            Does::Delete => {
                if let Some(record) = self.records.get_mut(&thing) {
                    record.state = record.prior;
                }
            }
            Does::Change => {}
        }
        self.pass_on(id);
    }

    pub(super) fn remove_record(&mut self, thing: Thing) {
        let order = self.order_of(thing);
        if order.iter().any(|id| self.op(*id).kind.does == Does::Delete) {
            self.records.get_mut(&thing).unwrap().is_gone = true;
            return;
        }
        let shared = if thing.is_none() { self.order_shared() } else { vec![] };
        for other in shared.into_iter().rev().chain(order.into_iter().rev()) {
            if self.is_idle(other) {
                self.end_idle(other, false, false);
            }
        }
        self.records.remove(&thing);
    }

    pub(super) fn request_cancel(&mut self, id: Id) {
        if std::mem::replace(&mut self.op_mut(id).is_cancelled, true) {
            return;
        }
        self.journal(id, 1);
        if self.op(id).is_at(Whereabouts::Delayed) || self.op(id).is_at(Whereabouts::Ready) {
            self.shift(id, Transition::Cancel, None, Whereabouts::Ready, Some(Lane::Interactive));
        }
        for child in self.op(id).children.clone() {
            if !self.op(child).is_at(Whereabouts::Ended) {
                self.stop(child);
            }
        }
    }

    pub(super) fn stop(&mut self, id: Id) {
        if self.is_idle(id) {
            self.end_idle(id, true, false);
        } else {
            self.request_cancel(id);
        }
    }

    /// A thing is to go.
    pub(super) fn begin_deletion(&mut self, thing: Thing) {
        let shared = if thing.is_none() { self.order_shared() } else { vec![] };
        for other in shared.into_iter().rev().chain(self.order_of(thing).into_iter().rev()) {
            if self.op(other).kind.does == Does::Delete {
                continue;
            }
            if self.is_idle(other) {
                self.end_idle(other, true, self.op(other).kind.thing == thing);
            } else if self.op(other).place.is_some_and(|(state, _)| !state.is_terminal()) {
                self.request_cancel(other);
            }
        }
        let record = self.records.get_mut(&thing).unwrap();
        record.prior = std::mem::replace(&mut record.state, Lifecycle::Deleting);
    }
}
