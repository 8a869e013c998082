//! What must hold in every world, and from every world to the next.

use shared::operation::{Lane, State};
use shared::resource::Lifecycle;
use shared::store::moves::{Transition, Whereabouts};

use super::world::{Does, Id, Op, World};

impl World {
    /// Every unfinished operation is in the one structure that it says, and nowhere else.
    pub(super) fn knows_where_all_are(&self) -> bool {
        self.ops.iter().all(|(id, op)| {
            let listed = self.ready.iter().flatten().filter(|it| *it == id).count();
            let lane = [Lane::Interactive, Lane::Normal, Lane::Bulk].iter().position(|it| *it == op.lane).unwrap();
            match op.place.map(|(_, whereabouts)| whereabouts) {
                Some(Whereabouts::Ready) => listed == 1 && self.ready[lane].contains(id) && op.fence == 0,
                Some(Whereabouts::Leased) => listed == 0 && op.fence != 0,
                Some(Whereabouts::Order) => listed == 0 && op.fence == 0 && self.is_blocked(*id),
                Some(Whereabouts::Delayed | Whereabouts::Ended) => listed == 0 && op.fence == 0,
                None => false,
            }
        })
    }

    /// What had its turn stands behind nothing that excludes it: one at a time, in the order of acceptance.
    pub(super) fn keeps_the_order(&self) -> bool {
        let had_its_turn = |op: &Op| !op.is_at(Whereabouts::Order);
        self.order(had_its_turn).into_iter().all(|id| !self.is_blocked(id))
    }

    /// What is being made or removed has an operation that makes or removes it.
    pub(super) fn leaves_no_record_behind(&self) -> bool {
        self.records.iter().all(|(thing, record)| {
            let at_it = |does| self.order_of(*thing).into_iter().any(|id| self.op(id).kind.does == does);
            match record.state {
                Lifecycle::Creating => at_it(Does::Create),
                Lifecycle::Deleting => at_it(Does::Delete),
                Lifecycle::Active | Lifecycle::Updating | Lifecycle::Failed | Lifecycle::DeleteFailed => true,
            }
        })
    }

    /// What one action did wrong to one operation; `self` is the world after it.
    fn wrong_with(&self, id: Id, before: &Op) -> Option<&'static str> {
        let after = self.op(id);
        let expired = self.trace.0.iter().filter(|(by, ..)| *by == Transition::Expire).count();
        let is_again = after.attempt == before.attempt + 1;
        let has_moved = after.place != before.place;
        let is_given_up = after.is_abandoned && !before.is_abandoned;
        let cases = [
            (has_moved && before.is_at(Whereabouts::Ended) && !is_again && !is_given_up, "an ended attempt went on"),
            (is_again && !before.is_at(Whereabouts::Ended), "an attempt began before the one before had ended"),
            (before.is_cancelled && !after.is_cancelled && !is_again, "a cancel was lost"),
            (after.is_cancelled && !before.is_cancelled && after.is_at(Whereabouts::Delayed), "a cancel was not heard"),
            (usize::from(after.crashes) > usize::from(before.crashes) + expired, "a crash was counted that was none"),
            (after.seq.0 < before.seq.0, "sequence numbers went back"),
            (has_moved && after.seq.0 == before.seq.0 && after.state().is_terminal(), "an end was not written down"),
            (after.claims < before.claims, "a fencing token came again"),
        ];
        cases.into_iter().find_map(|(is_wrong, what)| is_wrong.then_some(what))
    }

    /// What the step from one world to the next did wrong.
    pub(super) fn wrong_after(&self, before: &World) -> Option<&'static str> {
        let wrong = before.ops.iter().find_map(|(id, op)| self.wrong_with(*id, op));
        wrong.or((self.is_illegal).then_some("a move that the table does not have"))
    }

    /// Whether every attempt has come to its end.
    pub(super) fn is_at_rest(&self) -> bool {
        self.ops.values().all(|op| op.is_at(Whereabouts::Ended))
    }

    /// How far one operation is from its end, as long as nobody wishes for anything and nothing fails.
    pub(super) fn distance(&self, id: Id, has_worker: bool) -> u8 {
        let op = self.op(id);
        let way = match op.place.map(|(_, whereabouts)| whereabouts) {
            None | Some(Whereabouts::Ended) => return 0,
            Some(Whereabouts::Leased) if has_worker => 1,
            Some(Whereabouts::Ready) => 2,
            Some(Whereabouts::Leased | Whereabouts::Delayed | Whereabouts::Order) => 3,
        };
        2 * way + u8::from(op.state() != State::Undoing)
    }
}
