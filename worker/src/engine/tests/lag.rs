//! Reads that show the world as it was: nothing is taken for made, or for gone, that is not.

use std::time::Duration;

use shared::operation::{OnFailure, State};

use super::bench::{Arrows, Bench};
use super::world::{Trouble, World};
use crate::engine::{Class, Departure};

/// How much reads lag: less than the bench's settle time.
const LAG: Duration = Duration::from_millis(60);
const TWO: Arrows = &[("a", &[]), ("b", &["a"])];

fn refused() -> Trouble {
    Trouble { refused: vec![Class::Permanent], ..Trouble::default() }
}

#[tokio::test]
async fn a_retry_does_not_take_for_made_what_the_attempt_before_took_back() {
    let lingers = Trouble { lingers: LAG, ..Trouble::default() };
    let bench = Bench::new(World::default().with("a", lingers).with("b", refused()), TWO).await;
    let (departure, operation) = bench.run().await;
    assert_eq!(departure, Departure::Ended(State::Failed));
    bench.store.retry(&operation.id, "token:test").await.unwrap();
    assert_eq!(bench.drive(&bench.claim().await).await, Departure::Ended(State::Succeeded));
    assert_eq!(bench.world.standing(), ["a", "b"]);
}

#[tokio::test]
async fn what_was_held_is_taken_back_although_reads_do_not_show_it_yet() {
    let hidden = Trouble { hidden: LAG, ..Trouble::default() };
    let bench = Bench::new(World::default().with("a", hidden).with("b", refused()), TWO).await;
    let id = bench.accept(OnFailure::Hold).await;
    assert_eq!(bench.drive(&bench.claim().await).await, Departure::Ended(State::Failed));
    bench.store.cancel(&id, "token:test").await.unwrap();
    assert_eq!(bench.drive(&bench.claim().await).await, Departure::Ended(State::Cancelled));
    assert!(bench.world.standing().is_empty());
}

#[tokio::test]
async fn an_earlier_thing_is_used_but_not_one_that_has_just_gone() {
    let lingers = Trouble { lingers: LAG, ..Trouble::default() };
    let bench = Bench::new(World::default().with("a", lingers), TWO).await;
    bench.world.put_earlier("a");
    bench.world.put_earlier("b");
    bench.world.remove("a");
    let (departure, _) = bench.run().await;
    assert_eq!(departure, Departure::Ended(State::Succeeded));
    assert_eq!(bench.world.standing(), ["b", "a"]);
    assert_eq!(bench.world.calls(), ["create a"]);
}
