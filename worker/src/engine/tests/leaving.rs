//! Cancelling, parking, and stopping a worker: an operation leaves between its turns.

use std::time::{Duration, Instant};

use shared::operation::{OnFailure, Reason, State, StepState};
use shared::problem::Code;

use super::bench::{Arrows, Bench};
use super::world::{OneWay, Trouble, World};
use crate::engine::Departure;

const PAIR: Arrows = &[("a", &[]), ("b", &["a"])];

fn waiting(time: Duration) -> World {
    World::default().with("b", Trouble { unready: time, ..Trouble::default() })
}

#[tokio::test]
async fn a_cancel_interrupts_a_wait_and_takes_everything_back() {
    let bench = Bench::new(waiting(Duration::from_secs(600)), PAIR).await;
    let id = bench.accept(OnFailure::Undo).await;
    let held = bench.claim().await;
    let (departure, ()) = tokio::join!(bench.drive(&held), async {
        bench.world.called("create b").await;
        bench.cancel(&id, &held).await;
    });
    assert_eq!(departure, Departure::Ended(State::Cancelled));
    assert!(bench.world.standing().is_empty());
    let operation = bench.operation(&id).await;
    assert_eq!(operation.error.unwrap().code, Code::CancelledByRequest);
    assert_eq!(operation.undo.unwrap().why, "cancel");
}

#[tokio::test]
async fn a_cancelled_deletion_stops_where_it_is() {
    let bench = Bench::new(waiting(Duration::from_secs(600)), PAIR).await;
    let id = bench.accept(OnFailure::Undo).await;
    let held = bench.claim().await;
    let (departure, ()) = tokio::join!(bench.drive_as(&held, &OneWay), async {
        bench.world.called("create b").await;
        bench.cancel(&id, &held).await;
    });
    assert_eq!(departure, Departure::Ended(State::Cancelled));
    assert_eq!(bench.world.standing(), ["a", "b"]);
}

#[tokio::test]
async fn a_long_wait_is_parked_and_goes_on_where_it_was() {
    let mut bench = Bench::new(waiting(Duration::from_millis(350)), PAIR).await;
    bench.timings.poll_floor = Duration::from_millis(300);
    let id = bench.accept(OnFailure::Undo).await;
    assert_eq!(bench.drive(&bench.claim().await).await, Departure::Parked);
    let parked = bench.operation(&id).await;
    assert_eq!((parked.state, parked.reason), (State::Waiting, Some(Reason::Aws)));
    assert_eq!((parked.steps[1].state, parked.percent), (StepState::Waiting, 75));
    bench.timings.poll_floor = Duration::from_millis(20);
    let held = bench.claim().await;
    assert!(!held.claim().after_crash);
    assert_eq!(bench.drive(&held).await, Departure::Ended(State::Succeeded));
    assert_eq!(bench.world.calls(), ["create a", "create b"]);
}

#[tokio::test]
async fn a_cancel_reaches_a_parked_operation_at_once() {
    let mut bench = Bench::new(waiting(Duration::from_secs(600)), PAIR).await;
    bench.timings.poll_floor = Duration::from_secs(100);
    let id = bench.accept(OnFailure::Undo).await;
    assert_eq!(bench.drive(&bench.claim().await).await, Departure::Parked);
    let asked = Instant::now();
    bench.store.cancel(&id, "token:test").await.unwrap().unwrap();
    let held = bench.claim().await;
    assert_eq!(bench.drive(&held).await, Departure::Ended(State::Cancelled));
    assert!(asked.elapsed() < Duration::from_secs(1));
    assert!(bench.world.standing().is_empty());
}

#[tokio::test]
async fn a_worker_that_stops_finishes_its_turn_and_gives_the_operation_back() {
    let slow = Trouble { slow: Duration::from_millis(200), ..Trouble::default() };
    let mut bench = Bench::new(World::default().with("a", slow), PAIR).await;
    let id = bench.accept(OnFailure::Undo).await;
    let held = bench.claim().await;
    let (departure, ()) = tokio::join!(bench.drive(&held), async {
        bench.world.called("create a").await;
        bench.drain.cancel();
    });
    assert_eq!(departure, Departure::Released);
    assert_eq!(bench.operation(&id).await.steps[0].state, StepState::Succeeded);
    bench.drain = Default::default();
    let held = bench.claim().await;
    assert!(!held.claim().after_crash);
    assert_eq!(bench.drive(&held).await, Departure::Ended(State::Succeeded));
    assert_eq!(bench.world.calls(), ["create a", "create b"]);
}
