//! Operations that the queue brings to the engine, as in a worker's process.

use std::time::{Duration, Instant};

use shared::ids::OperationId;
use shared::operation::{OnFailure, State, StepState};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::bench::Bench;
use super::world::{Making, Toy, Trouble, World};
use crate::engine::drive;
use crate::queue::{ServeError, Settings, serve};

/// Shorter than what the steps take, so that only renewals keep the operations.
const SHORT_LEASE: u64 = 400;

struct Worker {
    stop: oneshot::Sender<()>,
    ended: JoinHandle<Result<(), ServeError>>,
}

impl Worker {
    fn start(bench: &Bench, concurrency: usize) -> Worker {
        let (stop, asked) = oneshot::channel::<()>();
        let lease = Duration::from_millis(SHORT_LEASE);
        let settings = Settings { concurrency, lease, timings: bench.timings };
        let (world, plan) = (bench.world.clone(), bench.arrows.to_vec());
        let run = move |held| {
            let (world, plan) = (world.clone(), plan.clone());
            async move { drive(&held, &Making, async |run| Ok(Toy { run, world, plan })).await }
        };
        let asked = async {
            asked.await.unwrap();
            Ok(())
        };
        Worker { stop, ended: tokio::spawn(serve(bench.store.clone(), settings, run, asked)) }
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
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
