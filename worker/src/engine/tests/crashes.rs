//! Workers die at any moment, and each thing still stands once, or not at all.

use std::sync::Arc;
use std::time::Duration;

use shared::operation::{OnFailure, State};

use super::bench::{Arrows, Bench};
use super::world::{Trouble, World};
use crate::engine::{Class, Departure};

const PAIR: Arrows = &[("a", &[]), ("b", &["a"])];
const SHORT_LEASE: u64 = 400;

/// A worker that dies once `call` was made.
async fn die_after(bench: &Arc<Bench>, call: &str) {
    let (bench, held) = (bench.clone(), bench.claim().await);
    let world = bench.world.clone();
    let worker = tokio::spawn(async move { bench.drive(&held).await });
    world.called(call).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    worker.abort();
    assert!(worker.await.unwrap_err().is_cancelled());
}

#[tokio::test]
async fn what_was_made_before_a_crash_is_found_although_reads_lag() {
    let hangs = Trouble { hangs: true, hidden: Duration::from_millis(550), ..Trouble::default() };
    let bench = Arc::new(Bench::with_lease(World::default().with("b", hangs), PAIR, SHORT_LEASE).await);
    let id = bench.accept(OnFailure::Undo).await;
    die_after(&bench, "create b").await;
    let held = bench.claim().await;
    assert!(held.claim().after_crash);
    assert_eq!(bench.drive(&held).await, Departure::Ended(State::Succeeded));
    assert_eq!(bench.world.standing(), ["a", "b"]);
    assert_eq!(bench.world.calls(), ["create a", "create b"]);
    let journal = bench.journal(&id).await;
    assert_eq!(journal.iter().filter(|told| *told == "step_succeeded a").count(), 1);
    assert!(journal.contains(&"resumed".to_owned()));
}

#[tokio::test]
async fn an_undo_goes_on_after_a_crash_and_keeps_its_cause() {
    let world = World::default()
        .with("a", Trouble { kept: vec![Class::Transient; 6], ..Trouble::default() })
        .with("b", Trouble { refused: vec![Class::Permanent], ..Trouble::default() });
    let bench = Arc::new(Bench::with_lease(world, PAIR, SHORT_LEASE).await);
    let id = bench.accept(OnFailure::Undo).await;
    die_after(&bench, "delete a").await;
    bench.world.calm("a");
    assert_eq!(bench.drive(&bench.claim().await).await, Departure::Ended(State::Failed));
    assert!(bench.world.standing().is_empty());
    let operation = bench.operation(&id).await;
    assert_eq!(operation.error.unwrap().step.as_deref(), Some("make:b"));
    let undo = operation.undo.unwrap();
    assert_eq!((undo.done, undo.total), (2, 2));
    let journal = bench.journal(&id).await;
    assert_eq!(journal.iter().filter(|told| *told == "undo_started").count(), 1);
}

#[tokio::test]
async fn a_worker_whose_operation_was_taken_over_writes_nothing_more() {
    let slow = Trouble { slow: Duration::from_millis(700), ..Trouble::default() };
    let bench = Bench::with_lease(World::default().with("b", slow), PAIR, SHORT_LEASE).await;
    let id = bench.accept(OnFailure::Undo).await;
    let stale = bench.claim().await;
    let (first, second) = tokio::join!(bench.drive(&stale), async {
        bench.world.called("create b").await;
        bench.world.calm("b");
        let held = bench.claim().await;
        bench.drive(&held).await
    });
    assert_eq!(second, Departure::Ended(State::Succeeded));
    assert_eq!(first, Departure::Lost);
    let journal = bench.journal(&id).await;
    assert_eq!(journal.iter().filter(|told| *told == "step_succeeded b").count(), 1);
    assert_eq!(journal.last().unwrap(), "finished");
}
