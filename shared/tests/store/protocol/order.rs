//! The order of operations on one thing, and on a district and its heritages, as DESIGN has it: heritage operations share
//! their district, making or removing it excludes everything, changing it excludes other operations on the district.

use shared::operation::State;
use shared::store::moves::{Transition, Whereabouts};

use super::world::{Id, Op, Thing, World};

impl World {
    /// Unfinished operations that `is_meant` names, first in order first.
    pub(super) fn order(&self, is_meant: impl Fn(&Op) -> bool) -> Vec<Id> {
        let stands = |op: &&Op| op.place.is_some() && !op.is_at(Whereabouts::Ended) && is_meant(op);
        let mut found: Vec<(u8, Id)> =
            self.ops.iter().filter(|(_, op)| stands(op)).map(|(id, op)| (op.turn, *id)).collect();
        found.sort_unstable();
        found.into_iter().map(|(_, id)| id).collect()
    }

    /// Unfinished operations on one thing.
    pub(super) fn order_of(&self, thing: Thing) -> Vec<Id> {
        self.order(|op| op.kind.thing == thing)
    }

    /// Unfinished operations on all heritages.
    pub(super) fn order_shared(&self) -> Vec<Id> {
        self.order(|op| op.kind.thing.is_some())
    }

    /// Whether an operation may not be under way beside another one. A child runs under its parent's place.
    pub(super) fn exclude(&self, one: Id, other: Id) -> bool {
        let (a, b) = (self.op(one), self.op(other));
        a.kind.thing == b.kind.thing || a.kind.is_exclusive() || b.kind.is_exclusive() && a.parent != Some(other)
    }

    /// Whether something that stands before it excludes it.
    pub(super) fn is_blocked(&self, id: Id) -> bool {
        let turn = self.op(id).turn;
        self.order(|op| op.turn < turn).into_iter().any(|other| self.exclude(id, other))
    }

    pub(super) fn offer(&mut self, id: Id) {
        if self.op(id).is_at(Whereabouts::Order) && !self.is_blocked(id) {
            self.shift(id, Transition::Offer, None, Whereabouts::Ready, None);
        }
    }

    pub(super) fn enter_order(&mut self, id: Id, by: Transition) {
        self.turns += 1;
        self.op_mut(id).turn = self.turns;
        self.shift(id, by, Some(State::Queued), Whereabouts::Order, None);
        self.offer(id);
    }

    /// Offers their turn to all that waited behind one that has left: those on the same thing first, then the district or its
    /// heritages.
    pub(super) fn offer_next(&mut self, id: Id) {
        let thing = self.op(id).kind.thing;
        let rest = if thing.is_some() { self.order_of(None) } else { self.order_shared() };
        for other in [self.order_of(thing), rest].concat() {
            self.offer(other);
        }
    }
}
