//! What people ask for: accept, cancel, retry; and what is refused.

use shared::operation::{Lane, State};
use shared::resource::Lifecycle;
use shared::store::moves::{Transition, Whereabouts};

use super::world::{Does, Id, Kind, Op, Record, Seq, World};

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    Exists,
    Missing,
    BeingDeleted,
    HasHeritages,
    Stale,
    WrongState,
    SupersededByLater,
    Abandoned,
}

/// One acceptance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Asked {
    pub(super) kind: Kind,
    pub(super) holds: bool,
    pub(super) supersedes: Option<Id>,
    pub(super) parent: Option<Id>,
}

fn refuse_if(is_refused: bool, why: Refused) -> Result<(), Refused> {
    if is_refused { Err(why) } else { Ok(()) }
}

/// Deletions of districts take heritages along, unless said otherwise.
const CASCADE: bool = true;

impl World {
    fn check_target(&self, id: Id, kind: Kind, parent: Option<Id>) -> Result<(), Refused> {
        let district = self.records.get(&None);
        let record = self.records.get(&kind.thing);
        if kind.does == Does::Create && kind.thing.is_none() {
            return refuse_if(record.is_some_and(|record| record.made_by != id), Refused::Exists);
        }
        let district = district.ok_or(Refused::Missing)?;
        refuse_if(district.state == Lifecycle::Deleting && parent.is_none(), Refused::BeingDeleted)?;
        if kind.thing.is_none() {
            return refuse_if(kind.does == Does::Delete && !CASCADE && self.records.len() > 1, Refused::HasHeritages);
        }
        if kind.does == Does::Create {
            return refuse_if(record.is_some_and(|record| record.made_by != id), Refused::Exists);
        }
        let record = record.ok_or(Refused::Missing)?;
        refuse_if(record.state == Lifecycle::Deleting, Refused::BeingDeleted)
    }

    fn check_latest(&self, id: Id) -> Result<(), Refused> {
        let latest = self.latest.get(&self.op(id).kind.thing);
        refuse_if(latest.is_some_and(|latest| *latest != id), Refused::SupersededByLater)
    }

    fn check_superseded(&self, superseded: Id, kind: Kind) -> Result<(), Refused> {
        let is_last = self.order_of(kind.thing).last() == Some(&superseded);
        refuse_if(!is_last || !self.is_idle(superseded), Refused::Stale)
    }

    fn take_thing(&mut self, id: Id, kind: Kind) {
        match kind.does {
            Does::Create => {
                let (state, prior) = (Lifecycle::Creating, Lifecycle::Active);
                let made = Record { state, prior, made_by: id, is_gone: false };
                self.records.entry(kind.thing).or_insert(made).state = state;
            }
            Does::Delete => self.begin_deletion(kind.thing),
            Does::Change => {}
        }
    }

    pub(super) fn accept(&mut self, id: Id, asked: Asked) -> Result<(), Refused> {
        let Asked { kind, holds, supersedes, parent } = asked;
        if self.ops.contains_key(&id) {
            return Ok(());
        }
        self.check_target(id, kind, parent)?;
        if let Some(superseded) = supersedes {
            self.check_superseded(superseded, kind)?;
        }
        if let Some(parent) = parent {
            refuse_if(!self.op(parent).is_at(Whereabouts::Leased), Refused::WrongState)?;
            self.op_mut(parent).children.push(id);
        }
        self.take_thing(id, kind);
        if let Some(superseded) = supersedes {
            self.end(superseded, Transition::Supersede, State::Superseded, 2);
        }
        self.ops.insert(id, Op::new(kind, holds, parent));
        self.latest.insert(kind.thing, id);
        self.enter_order(id, Transition::Accept);
        Ok(())
    }

    /// Whether the operation has ended at once; `false`: it was asked to stop.
    pub(super) fn cancel(&mut self, id: Id) -> Result<bool, Refused> {
        if !self.op(id).is_at(Whereabouts::Ended) {
            let is_idle = self.is_idle(id);
            self.stop(id);
            return Ok(is_idle);
        }
        let op = self.op(id);
        refuse_if(op.state() != State::Failed || !op.holds || !op.has_residue || op.is_abandoned, Refused::WrongState)?;
        self.check_latest(id)?;
        self.reopen(id);
        let op = self.op_mut(id);
        (op.is_cancelled, op.lane) = (true, Lane::Interactive);
        self.enter_order(id, Transition::Cancel);
        Ok(false)
    }

    pub(super) fn retry(&mut self, id: Id, attempt: u8) -> Result<(), Refused> {
        let Op { kind, parent, .. } = *self.op(id);
        let is_retryable = matches!(self.op(id).state(), State::Failed | State::Cancelled | State::Stuck);
        refuse_if(self.op(id).attempt != attempt || !is_retryable, Refused::WrongState)?;
        refuse_if(self.op(id).is_abandoned, Refused::Abandoned)?;
        self.check_latest(id)?;
        self.check_target(id, kind, parent)?;
        self.take_thing(id, kind);
        self.reopen(id);
        let op = self.op_mut(id);
        (op.is_cancelled, op.lane) = (false, kind.lane());
        self.enter_order(id, Transition::Retry);
        Ok(())
    }

    /// Given up for good; once more, it stays so.
    pub(super) fn abandon(&mut self, id: Id) -> Result<(), Refused> {
        let Op { kind, has_residue, is_abandoned, .. } = *self.op(id);
        if is_abandoned {
            return Ok(());
        }
        refuse_if(self.op(id).state() != State::Stuck, Refused::WrongState)?;
        self.shift(id, Transition::Abandon, Some(State::Failed), Whereabouts::Ended, None);
        self.op_mut(id).is_abandoned = true;
        self.journal(id, 1);
        if self.check_latest(id).is_ok()
            && self.records.contains_key(&kind.thing)
            && kind.does == Does::Create
            && !has_residue
        {
            self.remove_record(kind.thing);
        }
        self.pass_on(id);
        Ok(())
    }

    fn reopen(&mut self, id: Id) {
        self.journal(id, 1);
        let op = self.op_mut(id);
        op.attempt += 1;
        (op.crashes, op.has_begun, op.given_back, op.nonce) = (0, false, 0, 0);
    }
}

impl Op {
    /// Accepted a moment ago.
    fn new(kind: Kind, holds: bool, parent: Option<Id>) -> Op {
        Op {
            kind,
            place: None,
            turn: 0,
            lane: kind.lane(),
            has_begun: false,
            claims: 0,
            fence: 0,
            given_back: 0,
            crashes: 0,
            is_cancelled: false,
            is_woken: false,
            holds,
            has_residue: false,
            is_abandoned: false,
            attempt: 1,
            nonce: 0,
            seq: Seq(1),
            parent,
            children: vec![],
        }
    }
}
