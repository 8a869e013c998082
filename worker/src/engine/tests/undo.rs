//! What was done is taken back against the arrows, unless it is to be held or cannot be undone.

use std::time::Duration;

use shared::operation::{OnFailure, State, StepState};
use shared::problem::Code;

use super::bench::{Arrows, Bench};
use super::world::{OneWay, Trouble, World};
use crate::engine::{Class, Departure};

const CHAIN: Arrows = &[("a", &[]), ("b", &["a"]), ("c", &["b"]), ("d", &["a"])];

fn fails(class: Class) -> Trouble {
    Trouble { refused: vec![class], ..Trouble::default() }
}

fn deletions(bench: &Bench) -> Vec<String> {
    bench.world.calls().into_iter().filter(|call| call.starts_with("delete")).collect()
}

#[tokio::test]
async fn a_failed_step_takes_everything_back_against_the_arrows() {
    let bench = Bench::new(World::default().with("c", fails(Class::Permanent)), CHAIN).await;
    let (departure, operation) = bench.run().await;
    assert_eq!(departure, Departure::Ended(State::Failed));
    assert!(bench.world.standing().is_empty());
    let deleted = deletions(&bench);
    assert_eq!(deleted.len(), 3, "{deleted:?}");
    assert_eq!(deleted[2], "delete a");
    let error = operation.error.unwrap();
    assert_eq!((error.code, error.step.as_deref()), (Code::AwsRefused, Some("make:c")));
    let undo = operation.undo.unwrap();
    assert_eq!((undo.why.as_str(), undo.done, undo.total), ("failure", 4, 4));
    assert!(operation.residue.is_empty());
    assert!(bench.store.districts().await.unwrap().is_empty());
}

#[tokio::test]
async fn branches_beside_a_failure_finish_their_turn_and_nothing_new_begins() {
    let slow = Trouble { slow: Duration::from_millis(200), ..Trouble::default() };
    let world = World::default().with("a", fails(Class::Permanent)).with("b", slow);
    let bench = Bench::new(world, &[("a", &[]), ("b", &[]), ("c", &["b"])]).await;
    let (_, operation) = bench.run().await;
    let states: Vec<_> = operation.steps.iter().map(|step| step.state).collect();
    assert_eq!(states, [StepState::Undone, StepState::Undone, StepState::Pending]);
    assert!(bench.world.standing().is_empty());
}

#[tokio::test]
async fn an_undo_that_fails_leaves_residue_and_a_person_is_needed() {
    let kept = Trouble { kept: vec![Class::Permanent], ..Trouble::default() };
    let world = World::default().with("b", kept).with("c", fails(Class::Permanent));
    let bench = Bench::new(world, CHAIN).await;
    let (departure, operation) = bench.run().await;
    assert_eq!(departure, Departure::Ended(State::Stuck));
    let residue: Vec<_> = operation.residue.iter().map(|left| left.step.as_str()).collect();
    assert_eq!(residue, ["make:a", "make:b"]);
    assert_eq!(bench.world.standing(), ["a", "b"]);
    assert_eq!(operation.steps[1].state, StepState::UndoFailed);
    assert_eq!(operation.error.unwrap().step.as_deref(), Some("make:c"));
}

#[tokio::test]
async fn an_undo_in_the_way_of_others_is_tried_again() {
    let kept = Trouble { kept: vec![Class::Conflict, Class::Transient, Class::Conflict], ..Trouble::default() };
    let world = World::default().with("a", kept).with("c", fails(Class::Unknown));
    let bench = Bench::new(world, CHAIN).await;
    let (departure, _) = bench.run().await;
    assert_eq!(departure, Departure::Ended(State::Failed));
    assert!(bench.world.standing().is_empty());
}

#[tokio::test]
async fn a_deletion_stops_where_it_is() {
    let bench = Bench::new(World::default().with("c", fails(Class::Permanent)), CHAIN).await;
    let id = bench.accept(OnFailure::Undo).await;
    let departure = bench.drive_as(&bench.claim().await, &OneWay).await;
    assert_eq!(departure, Departure::Ended(State::Failed));
    assert!(deletions(&bench).is_empty());
    assert_eq!(bench.operation(&id).await.undo, None);
}

#[tokio::test]
async fn what_is_held_stays_until_it_is_taken_up_again_or_taken_back() {
    let bench = Bench::new(World::default().with("c", fails(Class::Permanent)), CHAIN).await;
    let id = bench.accept(OnFailure::Hold).await;
    assert_eq!(bench.drive(&bench.claim().await).await, Departure::Ended(State::Failed));
    let held = bench.operation(&id).await;
    assert!(held.residue.len() >= 2, "{:?}", held.residue);
    assert!(bench.world.standing().starts_with(&["a"]));

    bench.world.calm("c");
    bench.store.retry(&id, "token:test").await.unwrap().unwrap();
    assert_eq!(bench.drive(&bench.claim().await).await, Departure::Ended(State::Succeeded));
    assert_eq!(bench.world.standing().len(), 4);
    assert_eq!(bench.world.calls().iter().filter(|call| *call == "create a").count(), 1);
}

#[tokio::test]
async fn a_cancel_of_what_is_held_takes_it_back() {
    let bench = Bench::new(World::default().with("c", fails(Class::Permanent)), CHAIN).await;
    let id = bench.accept(OnFailure::Hold).await;
    bench.drive(&bench.claim().await).await;
    bench.store.cancel(&id, "token:test").await.unwrap().unwrap();
    assert_eq!(bench.drive(&bench.claim().await).await, Departure::Ended(State::Cancelled));
    assert!(bench.world.standing().is_empty());
    assert!(bench.operation(&id).await.residue.is_empty());
}

#[tokio::test]
async fn what_reads_do_not_show_yet_is_taken_back_too() {
    let hidden = Trouble { hidden: Duration::from_millis(70), ..Trouble::default() };
    let world = World::default().with("a", hidden).with("b", fails(Class::Permanent));
    let bench = Bench::new(world, &[("a", &[]), ("b", &["a"])]).await;
    let (departure, _) = bench.run().await;
    assert_eq!(departure, Departure::Ended(State::Failed));
    assert!(bench.world.standing().is_empty());
}

#[tokio::test]
async fn steps_that_a_retry_does_not_have_any_more_are_listed_behind_those_that_it_has() {
    let kept = Trouble { kept: vec![Class::Permanent], ..Trouble::default() };
    let refused = Trouble { refused: vec![Class::Permanent], ..Trouble::default() };
    let plan: Arrows = &[("a", &[]), ("b", &["a"])];
    let mut bench = Bench::new(World::default().with("a", kept).with("b", refused), plan).await;
    let (departure, operation) = bench.run().await;
    assert_eq!(departure, Departure::Ended(State::Stuck));
    bench.world.calm("a");
    bench.world.calm("b");
    bench.store.retry(&operation.id, "token:test").await.unwrap().unwrap();
    bench.arrows = &[("c", &[]), ("b", &["c"]), ("d", &["b"])];
    assert_eq!(bench.drive(&bench.claim().await).await, Departure::Ended(State::Succeeded));
    let steps = bench.operation(&operation.id).await.steps;
    assert_eq!(
        steps.iter().map(|step| step.name.as_str()).collect::<Vec<_>>(),
        ["make:c", "make:b", "make:d", "make:a"]
    );
}
