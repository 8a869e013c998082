//! Steps run in parallel along their arrows, and are tried again by the class of their failure.

use std::time::{Duration, Instant};

use shared::operation::{OnFailure, State, StepState};
use shared::problem::Code;

use super::bench::Bench;
use super::world::{Trouble, World};
use crate::engine::{Class, Departure};

#[tokio::test]
async fn steps_without_an_arrow_between_them_run_at_once_and_followers_after_all_they_need() {
    let slow = Trouble { slow: Duration::from_millis(300), ..Trouble::default() };
    let world = World::default().with("a", slow.clone()).with("b", slow);
    let bench = Bench::new(world, &[("a", &[]), ("b", &[]), ("c", &["a", "b"])]).await;
    let began = Instant::now();
    let (departure, operation) = bench.run().await;
    assert!(began.elapsed() < Duration::from_millis(550), "{:?}", began.elapsed());
    assert_eq!(departure, Departure::Ended(State::Succeeded));
    assert_eq!(bench.world.calls()[2], "create c");
    assert_eq!((operation.state, operation.percent), (State::Succeeded, 100));
    assert_eq!(operation.result.unwrap()["made"], 3);
    assert_eq!(operation.steps[2].after, ["make:a", "make:b"]);
    assert_eq!(operation.steps[0].resources.len(), 1);
}

#[tokio::test]
async fn the_first_step_begins_at_once_and_the_journal_tells_each_thing_once() {
    let bench = Bench::new(World::default(), &[("a", &[]), ("b", &["a"])]).await;
    let id = bench.accept(OnFailure::Undo).await;
    let held = bench.claim().await;
    let began = Instant::now();
    let (departure, delay) = tokio::join!(bench.drive(&held), async {
        bench.world.called("create a").await;
        began.elapsed()
    });
    assert_eq!(departure, Departure::Ended(State::Succeeded));
    assert!(delay < Duration::from_millis(50), "{delay:?}");
    let expected = [
        "accepted",
        "claimed",
        "step_started a",
        "step_intent a",
        "step_succeeded a",
        "step_started b",
        "step_intent b",
        "step_succeeded b",
        "finished",
    ];
    assert_eq!(bench.journal(&id).await, expected);
}

#[tokio::test]
async fn what_passes_is_tried_again_and_throttling_uses_up_no_tries() {
    let refused = [vec![Class::Throttled; 4], vec![Class::NotYetConsistent; 2], vec![Class::Transient; 7]].concat();
    let world = World::default().with("a", Trouble { refused, ..Trouble::default() });
    let bench = Bench::new(world, &[("a", &[])]).await;
    let (departure, operation) = bench.run().await;
    assert_eq!(departure, Departure::Ended(State::Succeeded), "{operation:#?}");
    assert_eq!(bench.world.standing(), ["a"]);
}

#[tokio::test]
async fn an_answer_that_was_lost_is_looked_for_before_the_call_is_made_again() {
    let hidden = Duration::from_millis(60);
    let world = World::default().with("a", Trouble { loses_answer: true, hidden, ..Trouble::default() });
    let bench = Bench::new(world, &[("a", &[])]).await;
    let (departure, _) = bench.run().await;
    assert_eq!(departure, Departure::Ended(State::Succeeded));
    assert_eq!(bench.world.calls(), ["create a"]);
}

#[tokio::test]
async fn of_several_that_are_ours_the_oldest_is_kept() {
    let bench = Bench::new(World::default(), &[("a", &[])]).await;
    let id = bench.accept(OnFailure::Undo).await;
    bench.world.put("a", &id);
    bench.world.put("a", &id);
    bench.drive(&bench.claim().await).await;
    let operation = bench.operation(&id).await;
    assert_eq!(operation.steps[0].resources, ["a-1"]);
    assert_eq!(bench.world.standing(), ["a"]);
    assert_eq!(bench.world.calls(), ["delete a"]);
}

#[tokio::test]
async fn a_wait_over_its_limit_fails_with_what_it_last_said() {
    let never = Trouble { unready: Duration::from_secs(600), ..Trouble::default() };
    let bench = Bench::new(World::default().with("a", never), &[("a", &[])]).await;
    let (departure, operation) = bench.run().await;
    assert_eq!(departure, Departure::Ended(State::Failed));
    let error = operation.error.unwrap();
    assert_eq!((error.code, error.step.as_deref()), (Code::WaitTimedOut, Some("make:a")));
    assert_eq!(error.evidence[0].message, "a is not ready");
    assert!(bench.world.standing().is_empty());
}

#[tokio::test]
async fn a_panic_fails_the_step_and_is_undone() {
    let world = World::default().with("b", Trouble { panics: true, ..Trouble::default() });
    let bench = Bench::new(world, &[("a", &[]), ("b", &["a"])]).await;
    let (departure, operation) = bench.run().await;
    assert_eq!(departure, Departure::Ended(State::Failed));
    assert_eq!(operation.error.unwrap().code, Code::Internal);
    assert_eq!(operation.steps[0].state, StepState::Undone);
    assert!(bench.world.standing().is_empty());
}
