//! The real store as a schedule drives it, and as it is looked at.

use std::fmt::Write;

use shared::format::FORMAT;
use shared::ids::OperationId;
use shared::journal::Event;
use shared::operation::{Lane, OnFailure, Reason};
use shared::store::{Acceptance, Cancelled, Changes, Checkpoint, Claim, Park, Refusal, Settings, Store, StoreError};

use super::requests::{Asked, Refused};
use super::system::Message;
use super::worker::{Answer, Written};
use super::world::{Does, Id, Thing, World};
use crate::fixture::{Bench, create, ending, leaving, provision};

/// So long that nothing runs out but by the schedule.
const LONG_MS: u64 = 3_600_000;
const HERITAGES: [&str; 2] = ["web", "api"];

/// What can be sent again.
#[derive(Clone)]
pub(super) enum Sent {
    Accepted(Id, Asked, Box<Acceptance>),
    Message(usize, Message),
}

pub(super) struct Real<'a> {
    bench: &'a mut Bench,
    namespace: String,
    ids: Vec<OperationId>,
    claims: Vec<Claim>,
    run_out: u64,
    raw: redis::aio::MultiplexedConnection,
}

fn why(refusal: &Refusal) -> Refused {
    match refusal {
        Refusal::Exists => Refused::Exists,
        Refusal::Missing => Refused::Missing,
        Refusal::BeingDeleted => Refused::BeingDeleted,
        Refusal::HasHeritages(_) => Refused::HasHeritages,
        Refusal::Stale => Refused::Stale,
        Refusal::WrongState(_) => Refused::WrongState,
        Refusal::Abandoned => Refused::Abandoned,
        Refusal::SupersededByLater(_) => Refused::SupersededByLater,
        other => panic!("nothing of this is in a schedule: {other:?}"),
    }
}

fn refused<T>(result: Result<T, StoreError>) -> Result<T, Refused> {
    result.map_err(|error| match error {
        StoreError::Refused(refusal) => why(&refusal),
        other => panic!("{other:?}"),
    })
}

/// A checkpoint with one entry of the journal.
fn checkpoint(Written { nonce, state }: Written) -> Checkpoint {
    let events = vec![Event::StepStarted { step: "first".into() }];
    let changes = Changes { state, ..Changes::default() };
    Checkpoint { steps: vec![], events, changes, nonce: nonce.to_string() }
}

impl Real<'_> {
    pub(super) async fn begin(bench: &mut Bench, namespace: String) -> Real<'_> {
        let settings = Settings { namespace: namespace.clone(), lease_ms: LONG_MS, ..bench.settings.clone() };
        bench.store = Store::connect(&settings, std::time::Duration::from_secs(10)).await.unwrap();
        // Nobody restarts this Redis: nothing has to be written to disk.
        let mut raw = bench.raw().await;
        let () = redis::cmd("CONFIG").arg(&["SET", "appendonly", "no"]).query_async(&mut raw).await.unwrap();
        assert!(bench.claim("first").await.unwrap().is_none());
        Real { bench, namespace, ids: vec![], claims: vec![], run_out: 0, raw }
    }

    fn id(&self, id: Id) -> &OperationId {
        &self.ids[usize::from(id)]
    }

    fn number(&self, id: &OperationId) -> Id {
        Id::try_from(self.ids.iter().position(|it| it == id).unwrap()).unwrap()
    }

    pub(super) async fn acceptance(&self, asked: Asked) -> Acceptance {
        let heritage = asked.kind.thing.map(|number| HERITAGES[usize::from(number)]);
        let acceptance = match (asked.kind.does, heritage) {
            (Does::Create, None) => provision(),
            (Does::Create, Some(heritage)) => create(heritage, None),
            (Does::Change, None) => self.bench.update_district().await,
            (Does::Change, Some(heritage)) => self.bench.deploy(heritage).await,
            (Does::Delete, None) => self.bench.delete_district(true).await,
            (Does::Delete, Some(heritage)) => self.bench.delete_heritage(heritage).await,
        };
        let on_failure = if asked.holds { OnFailure::Hold } else { OnFailure::Undo };
        let supersedes = asked.supersedes.map(|id| self.id(id).clone());
        let parent = asked.parent.map(|id| self.id(id).clone());
        Acceptance { on_failure, supersedes, parent, ..acceptance }
    }

    pub(super) async fn accept(&mut self, acceptance: &Acceptance) -> Result<(), Refused> {
        let accepted = refused(self.bench.accept(acceptance).await).map(|_| ());
        if accepted.is_ok() && !self.ids.contains(&acceptance.id) {
            self.ids.push(acceptance.id.clone());
        }
        accepted
    }

    pub(super) async fn cancel(&self, id: Id) -> Result<bool, Refused> {
        let cancelled = refused(self.bench.cancel(self.id(id), "token:test").await)?;
        Ok(matches!(cancelled.unwrap(), Cancelled::AtOnce(_)))
    }

    pub(super) async fn retry(&self, id: Id) -> Result<(), Refused> {
        refused(self.bench.retry(self.id(id), "token:test").await).map(|retried| assert!(retried.is_some()))
    }

    pub(super) async fn abandon(&self, id: Id) -> Result<(), Refused> {
        refused(self.bench.abandon(self.id(id), "token:test", None).await).map(|given_up| assert!(given_up.is_some()))
    }

    /// The operation that was claimed, and its crashes.
    pub(super) async fn claim(&mut self) -> Option<(Id, u32)> {
        let claim = self.bench.claim("worker").await.unwrap()?;
        let claimed = (self.number(&claim.operation.id), claim.crashes);
        self.claims.push(claim);
        Some(claimed)
    }

    /// Whether the lease of that claim is lost, and whether its operation is to stop.
    pub(super) async fn renew(&self, claim: usize) -> (bool, bool) {
        let Claim { operation, fence, .. } = &self.claims[claim];
        let renewal = self.bench.renew(&[(operation.id.clone(), fence.clone())]).await.unwrap();
        (!renewal.lost.is_empty(), !renewal.cancel.is_empty())
    }

    pub(super) async fn send(&self, claim: usize, message: Message) -> Answer {
        let claim = &self.claims[claim];
        let (id, fence) = (&claim.operation.id, &claim.fence);
        let answer = match message {
            Message::Checkpoint(written) => self.bench.checkpoint(id, fence, &checkpoint(written)).await.map(|_| ()),
            Message::Release => self.bench.release(id, fence).await,
            Message::Park { written, has_seen_cancel } => {
                let park = Park { reason: Reason::Aws, after_ms: LONG_MS, checkpoint: checkpoint(written) };
                self.bench.park(id, fence, &park, has_seen_cancel).await
            }
            Message::Finish { written, ending: end } => {
                let mut finish = if end.leaves { leaving(claim, end.state) } else { ending(claim, end.state) };
                let residue = finish.checkpoint.changes.residue.take();
                finish.checkpoint = checkpoint(written);
                finish.checkpoint.changes.residue = residue;
                self.bench.finish(id, fence, &finish).await
            }
        };
        match answer {
            Ok(()) => Answer::Done,
            Err(StoreError::Fenced) => Answer::Fenced,
            Err(other) => panic!("{other:?}"),
        }
    }

    pub(super) async fn reap(&self) -> Vec<Id> {
        self.bench.reap().await.unwrap().iter().map(|id| self.number(id)).collect()
    }

    fn key(&self, rest: &str) -> String {
        format!("{{{}}}:{rest}", self.namespace)
    }

    async fn command(&self, words: &[&str]) {
        let mut command = redis::cmd(words[0]);
        command.arg(&words[1..]);
        let () = command.query_async(&mut self.raw.clone()).await.unwrap();
    }

    /// Lets a timer or a lease run out: after those that did so before.
    pub(super) async fn run_out(&mut self, structure: &str, id: Id) {
        self.run_out += 1;
        let (score, key) = (self.run_out.to_string(), self.key(structure));
        self.command(&["ZADD", &key, "XX", &score, self.id(id).as_str()]).await;
    }

    pub(super) async fn wear_out(&self, id: Id, crashes: u8) {
        self.command(&["HSET", &self.key(&format!("op:{}", self.id(id))), "crashes", &crashes.to_string()]).await;
    }

    /// Says that it waits for its turn, which it has had.
    pub(super) async fn mislay(&self, id: Id) {
        self.command(&["HSET", &self.key(&format!("op:{}", self.id(id))), "whereabouts", "order"]).await;
    }

    /// Takes it out of whatever has it.
    pub(super) async fn lose(&self, id: Id, lane: Lane) {
        let id = self.id(id).as_str();
        self.command(&["LREM", &self.key(&format!("ready:{lane}:{FORMAT}")), "1", id]).await;
        for structure in ["leases", "delayed"] {
            self.command(&["ZREM", &self.key(structure), id]).await;
        }
    }

    /// What stands in Redis, as [`World::shown`] shows a model.
    pub(super) async fn shown(&self) -> String {
        let mut pipe = redis::pipe();
        for id in &self.ids {
            let words = ["state", "whereabouts", "lane", "crashes", "attempt", "cancel", "fence", "seq"];
            pipe.hmget(self.key(&format!("op:{id}")), &words).llen(self.key(&format!("journal:{id}")));
        }
        let mut raw = self.raw.clone();
        let rows: Vec<redis::Value> =
            if self.ids.is_empty() { vec![] } else { pipe.query_async(&mut raw).await.unwrap() };
        let mut text = String::new();
        for (number, row) in rows.chunks(2).enumerate() {
            let words: Vec<Option<String>> = redis::from_redis_value(row[0].clone()).unwrap();
            let entries: u64 = redis::from_redis_value(row[1].clone()).unwrap();
            let [state, whereabouts, lane, crashes, attempt, cancel, fence, seq] = words.try_into().unwrap();
            let word = |word: Option<String>| word.unwrap_or_else(|| "0".into());
            let (state, whereabouts, lane) = (word(state), word(whereabouts), word(lane));
            let (crashes, attempt, seq) = (word(crashes), word(attempt), word(seq));
            let (cancel, held) = (cancel.is_some(), fence.is_some());
            assert_eq!(seq, entries.to_string(), "the journal has a gap");
            let _ = writeln!(
                text,
                "{number}: {state} {whereabouts} {lane} crashes {crashes} attempt {attempt} cancel {cancel} held {held} seq {seq}"
            );
        }
        text + &self.structures(&mut raw).await
    }

    async fn structures(&self, raw: &mut redis::aio::MultiplexedConnection) -> String {
        let mut pipe = redis::pipe();
        for lane in ["interactive", "normal", "bulk"] {
            pipe.lrange(self.key(&format!("ready:{lane}:{FORMAT}")), 0, -1);
        }
        for structure in ["unfinished", "leases", "delayed"] {
            pipe.zrange(self.key(structure), 0, -1);
        }
        let records = ["district:dev", "heritage:dev:web", "heritage:dev:api"].map(|record| self.key(record));
        records.iter().fold(&mut pipe, |pipe, record| pipe.hget(record, "state"));
        let values: Vec<redis::Value> = pipe.query_async(raw).await.unwrap();
        let ids = |value: &redis::Value| -> Vec<Id> {
            let ids: Vec<String> = redis::from_redis_value(value.clone()).unwrap();
            ids.iter().map(|id| self.number(&OperationId::parse(id).unwrap())).collect()
        };
        let sorted = |value: &redis::Value| {
            let mut ids = ids(value);
            ids.sort_unstable();
            ids
        };
        let state = |value: &redis::Value| redis::from_redis_value::<Option<String>>(value.clone()).unwrap();
        let ready = [ids(&values[0]), ids(&values[1]), ids(&values[2])];
        let records: Vec<String> = values[6..].iter().map(|it| state(it).unwrap_or_else(|| "-".into())).collect();
        structures(&ready, &ids(&values[3]), &sorted(&values[4]), &sorted(&values[5]), &records)
    }
}

fn structures(ready: &[Vec<Id>; 3], order: &[Id], leased: &[Id], delayed: &[Id], records: &[String]) -> String {
    format!("ready {ready:?} order {order:?} leased {leased:?} delayed {delayed:?} records {records:?}")
}

impl World {
    /// What everybody may see of it.
    pub(super) fn shown(&self) -> String {
        use shared::store::moves::{Whereabouts, named};
        let mut text = String::new();
        for (id, op) in &self.ops {
            let (place, held) = (named(op.place), op.fence != 0);
            let _ = writeln!(
                text,
                "{id}: {place} {} crashes {} attempt {} cancel {} held {held} seq {}",
                op.lane, op.crashes, op.attempt, op.is_cancelled, op.seq.0
            );
        }
        let at = |whereabouts| -> Vec<Id> {
            self.ops.iter().filter(|(_, op)| op.is_at(whereabouts)).map(|(id, _)| *id).collect()
        };
        let things: [Thing; 3] = [None, Some(0), Some(1)];
        let records = things.map(|it| self.records.get(&it).map_or_else(|| "-".into(), |it| it.state.to_string()));
        let order = self.order(|_| true);
        text + &structures(&self.ready, &order, &at(Whereabouts::Leased), &at(Whereabouts::Delayed), &records)
    }
}
