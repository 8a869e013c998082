//! What the store knows of operations, as plain values. How it changes stands in the files beside this one; every move goes
//! by the same table as those of the scripts.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use shared::operation::{Lane, State};
use shared::resource::Lifecycle;
use shared::store::moves::{Place, Transition, Whereabouts, is_allowed};

/// An operation, by the order in which a test names them.
pub(super) type Id = u8;

/// What an operation does to what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Does {
    Create,
    Change,
    Delete,
}

/// What an operation is for: a heritage, or the district itself.
pub(super) type Thing = Option<u8>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Kind {
    pub(super) does: Does,
    pub(super) thing: Thing,
}

impl Kind {
    pub(super) fn lane(self) -> Lane {
        if self.does == Does::Delete { Lane::Bulk } else { Lane::Normal }
    }

    /// Whether it excludes everything else in the district.
    pub(super) fn is_exclusive(self) -> bool {
        self.thing.is_none() && self.does != Does::Change
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Op {
    pub(super) kind: Kind,
    /// Where it is; none only while it is being accepted.
    pub(super) place: Option<Place>,
    /// Its place in the order.
    pub(super) turn: u8,
    pub(super) lane: Lane,
    pub(super) has_begun: bool,
    /// Fencing tokens are numbers of claims; 0 is none.
    pub(super) claims: u8,
    pub(super) fence: u8,
    pub(super) given_back: u8,
    pub(super) crashes: u8,
    pub(super) is_cancelled: bool,
    pub(super) is_woken: bool,
    /// Whether it keeps what it made when it fails.
    pub(super) holds: bool,
    pub(super) has_residue: bool,
    pub(super) is_abandoned: bool,
    pub(super) attempt: u8,
    /// The last checkpoint that was written.
    pub(super) nonce: u8,
    pub(super) seq: Seq,
    pub(super) parent: Option<Id>,
    pub(super) children: Vec<Id>,
}

impl Op {
    pub(super) fn state(&self) -> State {
        self.place.map_or(State::Queued, |(state, _)| state)
    }

    pub(super) fn is_at(&self, whereabouts: Whereabouts) -> bool {
        self.place.is_some_and(|(_, it)| it == whereabouts)
    }
}

/// What follows from the moves alone is no part of what tells two worlds apart.
macro_rules! beside {
    ($name:ident, $of:ty) => {
        #[derive(Clone, Debug, Default)]
        pub(super) struct $name(pub(super) $of);

        impl PartialEq for $name {
            fn eq(&self, _: &Self) -> bool {
                true
            }
        }

        impl Eq for $name {}

        impl Hash for $name {
            fn hash<H: Hasher>(&self, _: &mut H) {}
        }
    };
}

beside!(Seq, u64);
beside!(Trace, Vec<(Transition, Option<Place>, Place)>);

/// The record of a district or of a heritage.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Record {
    pub(super) state: Lifecycle,
    /// Where it goes back to when its deletion is cancelled.
    pub(super) prior: Lifecycle,
    pub(super) made_by: Id,
    /// Nothing is left of it, but a deletion stands behind.
    pub(super) is_gone: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct World {
    pub(super) ops: BTreeMap<Id, Op>,
    /// The ready lists, first lane first.
    pub(super) ready: [Vec<Id>; 3],
    pub(super) records: BTreeMap<Thing, Record>,
    pub(super) latest: BTreeMap<Thing, Id>,
    pub(super) turns: u8,
    /// At so many crashes an operation is set aside.
    pub(super) crashes_allowed: u8,
    /// The moves since the trace was last taken.
    pub(super) trace: Trace,
    /// A move that the table does not have.
    pub(super) is_illegal: bool,
}

fn line(lane: Lane) -> usize {
    match lane {
        Lane::Interactive => 0,
        Lane::Normal => 1,
        Lane::Bulk => 2,
    }
}

impl World {
    /// Nothing was ever accepted.
    fn empty(crashes_allowed: u8) -> World {
        World {
            ops: BTreeMap::new(),
            ready: Default::default(),
            records: BTreeMap::new(),
            latest: BTreeMap::new(),
            turns: 0,
            crashes_allowed,
            trace: Trace::default(),
            is_illegal: false,
        }
    }

    /// Nothing was accepted yet, but these things stand.
    pub(super) fn standing(things: &[Thing], crashes_allowed: u8) -> World {
        let mut world = World::empty(crashes_allowed);
        let record = Record { state: Lifecycle::Active, prior: Lifecycle::Active, made_by: Id::MAX, is_gone: false };
        world.records = things.iter().map(|thing| (*thing, record.clone())).collect();
        world
    }

    pub(super) fn op(&self, id: Id) -> &Op {
        &self.ops[&id]
    }

    pub(super) fn op_mut(&mut self, id: Id) -> &mut Op {
        self.ops.get_mut(&id).unwrap()
    }

    /// Moves an operation; no state keeps the state, no lane the lane.
    pub(super) fn shift(&mut self, id: Id, by: Transition, state: Option<State>, to: Whereabouts, lane: Option<Lane>) {
        let op = self.op(id);
        let (from, target) = (op.place, (state.unwrap_or(op.state()), to));
        self.is_illegal |= !is_allowed(by, from, target);
        self.trace.0.push((by, from, target));
        let old_line = &mut self.ready[line(self.ops[&id].lane)];
        if let Some(at) = old_line.iter().position(|it| *it == id) {
            old_line.remove(at);
        }
        let op = self.op_mut(id);
        op.place = Some(target);
        if to != Whereabouts::Leased {
            op.fence = 0;
        }
        if to == Whereabouts::Ready {
            op.lane = lane.unwrap_or(op.lane);
            let (lane, has_begun) = (op.lane, op.has_begun);
            let new_line = &mut self.ready[line(lane)];
            new_line.insert(if has_begun { 0 } else { new_line.len() }, id);
        }
    }

    /// It says that it waits for its turn, which it has had.
    pub(super) fn mislay(&mut self, id: Id) {
        self.op_mut(id).place = Some((State::Queued, Whereabouts::Order));
    }

    pub(super) fn journal(&mut self, id: Id, entries: u64) {
        self.op_mut(id).seq.0 += entries;
    }
}
