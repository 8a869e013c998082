//! The real scripts and the model, step by step: after every action both must say the same of every operation.

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::Mutex;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use shared::operation::State;
use shared::store::moves::{self, Whereabouts};

use super::real::{Real, Sent};
use super::requests::Asked;
use super::schedule::{Act, schedules};
use super::system::Message;
use super::worker::{Answer, Ending, Written};
use super::world::{Does, Id, Kind, World};
use crate::fixture::{Bench, alone};

/// As many crashes as the store allows.
const CRASHES_ALLOWED: u8 = 20;

/// A schedule under way.
struct Pair<'a> {
    world: World,
    real: Real<'a>,
    /// Which operation each claim was of, and its number there.
    claims: Vec<(Id, u8)>,
    nonces: u8,
    /// Timers and leases that have run out, and that nobody has seen yet.
    due: Vec<Id>,
    expired: Vec<Id>,
    last: Option<Sent>,
}

pub(super) type Moves = BTreeSet<(moves::Transition, Option<moves::Place>, moves::Place)>;

impl Pair<'_> {
    fn choose(&self, number: u8, is_meant: impl Fn(&Id) -> bool) -> Option<Id> {
        let ids: Vec<Id> = self.world.ops.keys().copied().filter(is_meant).collect();
        ids.get(usize::from(number) % ids.len().max(1)).copied()
    }

    fn claim_number(&self, back: u8) -> Option<usize> {
        self.claims.len().checked_sub(1 + usize::from(back))
    }

    async fn act(&mut self, act: &Act) {
        match *act {
            Act::Accept { kind, holds, folds } => {
                let last = self.world.order_of(kind.thing).last().copied();
                let folded = last.filter(|id| folds && self.world.op(*id).kind.does == Does::Change);
                let supersedes = folded.filter(|_| kind.does == Does::Change && kind.thing.is_some());
                self.accept(Asked { kind, holds, supersedes, parent: None }).await;
            }
            Act::AcceptChild { heritage } => {
                let is_parent = |id: &Id| self.world.op(*id).kind == Kind { does: Does::Delete, thing: None };
                if let Some(parent) = self.choose(0, is_parent) {
                    let kind = Kind { does: Does::Delete, thing: Some(heritage) };
                    self.accept(Asked { kind, holds: false, supersedes: None, parent: Some(parent) }).await;
                }
            }
            Act::Claim => self.claim().await,
            Act::Renew { claim } => self.renew(claim).await,
            Act::Checkpoint { .. } | Act::Park { .. } | Act::Release { .. } | Act::Finish { .. } => {
                if let Some((claim, message)) = self.message(act) {
                    self.send(claim, message).await;
                }
            }
            Act::Again => match self.last.clone() {
                Some(Sent::Accepted(id, asked, acceptance)) => {
                    let real = self.real.accept(&acceptance).await;
                    assert_eq!(real, self.world.accept(id, asked), "accepted again");
                }
                Some(Sent::Message(claim, message)) => self.send(claim, message).await,
                None => {}
            },
            Act::Expire { .. } | Act::Due { .. } | Act::WearOut { .. } | Act::LoseAndReap { .. } | Act::Reap => {
                self.befall(act).await;
            }
            Act::Cancel { op } => {
                if let Some(id) = self.choose(op, |_| true) {
                    assert_eq!(self.real.cancel(id).await, self.world.cancel(id));
                }
            }
            Act::Abandon { op } => {
                if let Some(id) = self.choose(op, |id| self.world.op(*id).is_at(Whereabouts::Ended)) {
                    assert_eq!(self.real.abandon(id).await, self.world.abandon(id));
                }
            }
            Act::Retry { op } => {
                if let Some(id) = self.choose(op, |id| self.world.op(*id).is_at(Whereabouts::Ended)) {
                    let attempt = self.world.op(id).attempt;
                    assert_eq!(self.real.retry(id).await, self.world.retry(id, attempt));
                }
            }
        }
    }

    /// What time and accidents do.
    async fn befall(&mut self, act: &Act) {
        match *act {
            Act::Expire { op } => {
                if let Some(id) = self.choose(op, |id| self.world.op(*id).is_at(Whereabouts::Leased)) {
                    self.real.run_out("leases", id).await;
                    self.expired.retain(|it| *it != id);
                    self.expired.push(id);
                }
            }
            Act::Due { op } => {
                if let Some(id) = self.choose(op, |id| self.world.op(*id).is_at(Whereabouts::Delayed)) {
                    self.real.run_out("delayed", id).await;
                    self.due.retain(|it| *it != id);
                    self.due.push(id);
                }
            }
            Act::WearOut { op } => {
                if let Some(id) = self.choose(op, |id| self.world.op(*id).has_begun) {
                    self.world.op_mut(id).crashes = CRASHES_ALLOWED - 1;
                    self.real.wear_out(id, CRASHES_ALLOWED - 1).await;
                }
            }
            Act::LoseAndReap { op } => {
                let stands = |id: &Id| {
                    let op = self.world.op(*id);
                    op.place.is_some_and(|(_, it)| !matches!(it, Whereabouts::Order | Whereabouts::Ended))
                };
                if let Some(id) = self.choose(op, stands) {
                    let is_queued = self.world.op(id).place == Some((State::Queued, Whereabouts::Ready));
                    if is_queued && op % 2 == 0 {
                        self.world.mislay(id);
                        self.real.mislay(id).await;
                    }
                    self.real.lose(id, self.world.op(id).lane).await;
                    self.world.reap(id);
                    assert_eq!(self.real.reap().await, [id]);
                }
            }
            _ => assert!(self.real.reap().await.is_empty(), "something was in limbo"),
        }
    }

    async fn accept(&mut self, asked: Asked) {
        let id = Id::try_from(self.world.ops.len()).unwrap();
        let acceptance = self.real.acceptance(asked).await;
        let real = self.real.accept(&acceptance).await;
        assert_eq!(real, self.world.accept(id, asked), "{asked:?}");
        if real.is_ok() {
            self.last = Some(Sent::Accepted(id, asked, Box::new(acceptance)));
        }
    }

    async fn claim(&mut self) {
        for id in std::mem::take(&mut self.due) {
            self.world.due(id);
        }
        for id in std::mem::take(&mut self.expired) {
            self.world.expire(id);
        }
        let claimed = self.world.claim();
        assert_eq!(self.real.claim().await, claimed.map(|(id, _)| (id, u32::from(self.world.op(id).crashes))));
        self.claims.extend(claimed);
    }

    async fn renew(&mut self, back: u8) {
        let Some(number) = self.claim_number(back) else { return };
        let (id, fence) = self.claims[number];
        let renewed = self.world.renew(id, fence);
        assert_eq!(self.real.renew(number).await, renewed);
        if !renewed.0 {
            self.expired.retain(|it| *it != id);
        }
    }

    fn message(&mut self, act: &Act) -> Option<(usize, Message)> {
        let (Act::Checkpoint { claim, .. }
        | Act::Park { claim, .. }
        | Act::Release { claim }
        | Act::Finish { claim, .. }) = *act
        else {
            return None;
        };
        let number = self.claim_number(claim)?;
        let is_undoing = self.world.op(self.claims[number].0).state() == State::Undoing;
        self.nonces += 1;
        let written = Written { nonce: self.nonces, state: None };
        let message = match *act {
            Act::Checkpoint { state, .. } => {
                // What is being taken back goes on to be taken back.
                let state = state.map(|state| if is_undoing { State::Undoing } else { state });
                Message::Checkpoint(Written { state, ..written })
            }
            Act::Park { has_seen_cancel, .. } => Message::Park { written, has_seen_cancel },
            Act::Finish { ending, .. } => {
                let succeeds = ending.state == State::Succeeded && !is_undoing;
                let state = if succeeds || ending.state != State::Succeeded { ending.state } else { State::Failed };
                Message::Finish { written, ending: Ending { state, ..ending } }
            }
            _ => Message::Release,
        };
        Some((number, message))
    }

    async fn send(&mut self, number: usize, message: Message) {
        let (id, fence) = self.claims[number];
        let before = self.world.clone();
        let is_holder = self.world.op(id).fence == fence;
        let expected = match message {
            Message::Checkpoint(written) => self.world.checkpoint(id, fence, written),
            Message::Release => self.world.release(id, fence),
            Message::Park { written, has_seen_cancel } => self.world.park(id, fence, written, has_seen_cancel),
            Message::Finish { written, ending } => self.world.finish(id, fence, written, ending),
        };
        assert_eq!(self.real.send(number, message).await, expected, "{message:?}");
        assert!(is_holder || self.world == before, "a stale write changed something");
        assert!(!is_holder || expected == Answer::Done, "the holder was refused");
        self.last = Some(Sent::Message(number, message));
    }

    /// After each action: what holds always, and that both sides are alike.
    async fn compare(&mut self, before: &World) {
        let world = &self.world;
        self.due.retain(|id| world.op(*id).is_at(Whereabouts::Delayed));
        self.expired.retain(|id| world.op(*id).is_at(Whereabouts::Leased));
        assert_eq!(world.wrong_after(before), None);
        assert!(
            world.knows_where_all_are() && world.keeps_the_order() && world.leaves_no_record_behind(),
            "{world:#?}"
        );
        assert_eq!(self.real.shown().await, world.shown(), "left: Redis; right: the model");
    }
}

/// Runs a schedule against both, and tells which moves it made.
pub(super) async fn run(bench: &mut Bench, namespace: String, schedule: &[Act]) -> Moves {
    let real = Real::begin(bench, namespace).await;
    let world = World::standing(&[], CRASHES_ALLOWED);
    let (claims, due, expired) = (vec![], vec![], vec![]);
    let mut pair = Pair { world, real, claims, nonces: 0, due, expired, last: None };
    let mut moves = Moves::new();
    for act in schedule {
        let before = pair.world.clone();
        pair.world.trace.0.clear();
        pair.act(act).await;
        // What nobody did cannot be done wrong.
        let before = if matches!(act, Act::WearOut { .. }) { pair.world.clone() } else { before };
        pair.compare(&before).await;
        moves.extend(pair.world.trace.0.iter().copied());
    }
    moves
}

/// Always the same schedules, so that they are the same for everybody who looks into a failure; `PROPTEST_CASES` asks for
/// more of them.
#[test]
fn any_schedule_leads_the_scripts_and_the_model_to_the_same_places() {
    let config = Config { failure_persistence: None, ..Config::default() };
    let seed = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, seed);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let bench = Mutex::new((runtime.block_on(alone()), 0));
    let outcome = runner.run(&schedules(), |schedule| {
        let mut bench = bench.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        bench.1 += 1;
        let namespace = format!("case-{}", bench.1);
        let attempt = AssertUnwindSafe(|| runtime.block_on(run(&mut bench.0, namespace, &schedule)));
        std::panic::catch_unwind(attempt)
            .map(|_| ())
            .map_err(|panic| TestCaseError::fail(panic.downcast_ref::<String>().cloned().unwrap_or_default()))
    });
    assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
}
