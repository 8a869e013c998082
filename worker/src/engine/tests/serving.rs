//! Operations that the queue brings to the engine, as in a worker's process.

use std::time::{Duration, Instant};

use shared::ids::OperationId;
use shared::operation::{OnFailure, State, StepState};
use shared::stopping::Stopping;
use tokio::task::JoinHandle;

use super::bench::Bench;
use super::world::{Making, Toy, Trouble, World};
use crate::engine::{Departure, drive};
use crate::queue::{ServeError, Settings, serve};

/// Shorter than what the steps take, so that only renewals keep the operations.
const SHORT_LEASE: u64 = 400;

struct Worker {
    stopping: Stopping,
    ended: JoinHandle<Result<(), ServeError>>,
}

impl Worker {
    fn start(bench: &Bench, concurrency: usize) -> Worker {
        Worker::patient(bench, concurrency, Duration::from_secs(30))
    }

    fn patient(bench: &Bench, concurrency: usize, grace: Duration) -> Worker {
        let stopping = Stopping::default();
        let lease = Duration::from_millis(SHORT_LEASE);
        let settings = Settings { concurrency, lease, grace, timings: bench.timings };
        let (world, plan) = (bench.world.clone(), bench.arrows.to_vec());
        let run = move |held| {
            let (world, plan) = (world.clone(), plan.clone());
            async move { drive(&held, &Making, async |run| Ok(Toy { run, world, plan })).await }
        };
        let ended = tokio::spawn(serve(bench.store.clone(), settings, run, stopping.clone()));
        Worker { stopping, ended }
    }

    async fn stop(self) {
        self.stopping.asked.cancel();
        self.ended.await.unwrap().unwrap();
    }
}

async fn until(bench: &Bench, id: &OperationId, reached: impl Fn(&shared::operation::Operation) -> bool) {
    while !reached(&bench.operation(id).await) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_worker_runs_so_many_at_once_and_keeps_them_longer_than_a_lease() {
    let world = World::default().with("a", Trouble { slow: Duration::from_millis(900), ..Trouble::default() });
    let bench = Bench::with_lease(world, &[("a", &[])], SHORT_LEASE).await;
    let worker = Worker::start(&bench, 2);
    let mut ids = vec![];
    let began = Instant::now();
    for district in ["one", "two", "three"] {
        ids.push(bench.accept_in(district, OnFailure::Undo).await);
    }
    for id in &ids {
        until(&bench, id, |operation| operation.state == State::Succeeded).await;
    }
    assert!(began.elapsed() >= Duration::from_millis(1_800), "three at once: {:?}", began.elapsed());
    assert_eq!(bench.world.calls().len(), 3);
    worker.stop().await;
}

#[tokio::test]
async fn an_idle_worker_begins_at_once() {
    let bench = Bench::with_lease(World::default(), &[("a", &[])], SHORT_LEASE).await;
    let worker = Worker::start(&bench, 2);
    bench.accept_in("warm-up", OnFailure::Undo).await;
    bench.world.called("create a").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let accepted = Instant::now();
    bench.accept(OnFailure::Undo).await;
    while bench.world.calls().len() < 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert!(accepted.elapsed() < Duration::from_millis(150), "{:?}", accepted.elapsed());
    worker.stop().await;
}

#[tokio::test]
async fn a_worker_that_is_asked_to_stop_gives_back_what_waits_and_ends() {
    let never = Trouble { unready: Duration::from_secs(600), ..Trouble::default() };
    let bench = Bench::with_lease(World::default().with("a", never), &[("a", &[])], SHORT_LEASE).await;
    let worker = Worker::start(&bench, 2);
    let id = bench.accept(OnFailure::Undo).await;
    until(&bench, &id, |operation| operation.steps.first().is_some_and(|step| step.state == StepState::Waiting)).await;
    let asked = Instant::now();
    worker.stop().await;
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    let held = bench.claim().await;
    assert!(!held.claim().after_crash);
}

#[tokio::test]
async fn a_cancel_reaches_a_worker_through_its_renewals() {
    let never = Trouble { unready: Duration::from_secs(600), ..Trouble::default() };
    let bench = Bench::with_lease(World::default().with("a", never), &[("a", &[])], SHORT_LEASE).await;
    let worker = Worker::start(&bench, 2);
    let id = bench.accept(OnFailure::Undo).await;
    bench.world.called("create a").await;
    bench.store.cancel(&id, "token:test").await.unwrap().unwrap();
    until(&bench, &id, |operation| operation.state == State::Cancelled).await;
    assert!(bench.world.standing().is_empty());
    worker.stop().await;
}

#[tokio::test]
async fn a_worker_that_stops_waits_until_reads_show_what_it_made_and_then_gives_it_back() {
    let lost = Trouble { loses_answer: true, hidden: Duration::from_millis(400), ..Trouble::default() };
    let mut bench = Bench::with_lease(World::default().with("a", lost), &[("a", &[])], SHORT_LEASE).await;
    bench.timings.settle = Duration::from_millis(600);
    let worker = Worker::start(&bench, 2);
    let id = bench.accept(OnFailure::Undo).await;
    bench.world.called("create a").await;
    let called = Instant::now();
    worker.stop().await;
    assert!(called.elapsed() >= bench.timings.settle, "{:?}", called.elapsed());
    let held = bench.claim().await;
    assert_eq!((held.claim().after_crash, held.claim().crashes), (false, 0));
    assert_eq!(bench.drive(&held).await, Departure::Ended(State::Succeeded));
    assert_eq!(bench.world.calls(), ["create a"], "it was found and not made again: {:?}", bench.journal(&id).await);
}

#[tokio::test]
async fn a_worker_ends_after_its_grace_or_when_asked_again_and_leases_bring_the_rest_to_others() {
    let slow = Trouble { slow: Duration::from_secs(600), ..Trouble::default() };
    for grace in [Duration::from_millis(100), Duration::from_secs(600)] {
        let bench = Bench::with_lease(World::default().with("a", slow.clone()), &[("a", &[])], SHORT_LEASE).await;
        let worker = Worker::patient(&bench, 2, grace);
        bench.accept(OnFailure::Undo).await;
        bench.world.called("create a").await;
        worker.stopping.asked.cancel();
        if grace > Duration::from_secs(1) {
            worker.stopping.again.cancel();
        }
        let ended = tokio::time::timeout(Duration::from_secs(10), worker.ended).await.unwrap().unwrap();
        assert!(matches!(ended, Err(ServeError::CutShort)), "{ended:?}");
    }
}

#[tokio::test]
async fn a_worker_that_is_never_idle_still_finds_what_is_in_limbo() {
    let busy = Trouble { slow: Duration::from_millis(1_500), ..Trouble::default() };
    let bench = Bench::with_lease(World::default().with("a", busy), &[("a", &[])], SHORT_LEASE).await;
    let worker = Worker::start(&bench, 1);
    bench.accept_in("one", OnFailure::Undo).await;
    bench.world.called("create a").await;
    let lost = bench.accept_in("two", OnFailure::Undo).await;
    bench.forget_ready();
    until(&bench, &lost, |operation| operation.state == State::Succeeded).await;
    worker.stop().await;
}
