//! Cancelling: at once what has not begun, at the next safe point what has, undone what was held.

use shared::operation::{OnFailure, Reason, Residue, State};
use shared::resource::Lifecycle;
use shared::store::{Acceptance, Cancelled, Changes, Checkpoint, Finish, Park, RecordChange, Refusal, StoreError};

use crate::fixture::{Bench, bench, condition, create, district, ending, name, provision};

fn residue() -> Checkpoint {
    let left = Residue { step: "first".into(), resource: "vpc-1".into(), why: "held".into() };
    Checkpoint { changes: Changes { residue: Some(vec![left]), ..Changes::default() }, ..Checkpoint::default() }
}

/// A create that failed and was told to hold what it had made.
async fn held(bench: &Bench) -> shared::ids::OperationId {
    bench.standing_district().await;
    let held = Acceptance { on_failure: OnFailure::Hold, ..create("web", Some(10_000)) };
    let id = bench.accepted(&held).await.id;
    let claim = bench.claimed().await;
    let record =
        RecordChange::Heritage { state: Lifecycle::Failed, spec: None, services: None, condition: condition(false) };
    let finish = Finish { checkpoint: residue(), record, ..ending(&claim, State::Failed) };
    bench.finish(&id, &claim.fence, &finish).await.unwrap();
    id
}

#[tokio::test]
async fn a_queued_create_ends_at_once_and_leaves_nothing() {
    let bench = bench().await;
    let id = bench.accepted(&provision()).await.id;
    let cancelled = bench.cancel(&id, "token:me").await.unwrap().unwrap();
    assert!(matches!(cancelled, Cancelled::AtOnce(operation) if operation.state == State::Cancelled));
    assert_eq!(bench.journalled(&id).await, ["accepted", "cancel_requested", "finished"]);
    assert!(bench.district(&district()).await.unwrap().is_none());
    assert!(bench.cidrs().await.unwrap().is_empty());
    assert!(bench.claim("w").await.unwrap().is_none());
    bench.accepted(&provision()).await;
}

#[tokio::test]
async fn a_running_operation_is_told_at_its_next_checkpoint() {
    let bench = bench().await;
    let id = bench.accepted(&provision()).await.id;
    let claim = bench.claimed().await;
    for _ in 0..2 {
        assert!(matches!(bench.cancel(&id, "token:me").await.unwrap(), Some(Cancelled::Requested(_))));
    }
    assert_eq!(bench.journalled(&id).await, ["accepted", "claimed", "cancel_requested"]);
    let signals = bench.checkpoint(&id, &claim.fence, &Checkpoint::default()).await.unwrap();
    assert!(signals.cancel);
}

#[tokio::test]
async fn a_parked_operation_is_ready_at_once_in_the_interactive_lane() {
    let bench = bench().await;
    bench.standing_district().await;
    let parked = bench.accepted(&create("one", None)).await.id;
    let claim = bench.claimed().await;
    let park = Park { reason: Reason::Aws, after_ms: 60_000, checkpoint: Checkpoint::default() };
    bench.park(&parked, &claim.fence, &park, false).await.unwrap();
    bench.accepted(&create("two", None)).await;
    bench.cancel(&parked, "token:me").await.unwrap();
    let claim = bench.claimed().await;
    assert_eq!(claim.operation.id, parked);
    assert!(claim.operation.cancel_requested);

    bench.park(&parked, &claim.fence, &park, true).await.unwrap();
    assert_ne!(bench.claimed().await.operation.id, parked, "a cancel that the engine has seen does not wake it again");
}

#[tokio::test]
async fn a_cancel_that_the_engine_has_not_seen_wakes_what_parks() {
    let bench = bench().await;
    let id = bench.accepted(&provision()).await.id;
    let claim = bench.claimed().await;
    bench.cancel(&id, "token:me").await.unwrap();
    let park = Park { reason: Reason::Aws, after_ms: 60_000, checkpoint: Checkpoint::default() };
    bench.park(&id, &claim.fence, &park, false).await.unwrap();
    assert_eq!(bench.claimed().await.operation.id, id);
}

#[tokio::test]
async fn what_was_held_is_taken_back_in_an_attempt_of_its_own() {
    let bench = bench().await;
    let id = held(&bench).await;
    assert_eq!(bench.ports(&district()).await.unwrap(), [10_000]);
    assert!(bench.operation(&id).await.unwrap().unwrap().links.cancel.is_some());
    assert!(matches!(bench.cancel(&id, "token:me").await.unwrap(), Some(Cancelled::Requested(_))));
    let claim = bench.claimed().await;
    assert_eq!((claim.operation.attempt, claim.operation.cancel_requested), (2, true));
    assert_eq!(claim.operation.residue.len(), 1);
    let clean = Changes { residue: Some(vec![]), ..Changes::default() };
    let clean = Checkpoint { changes: clean, ..Checkpoint::default() };
    let finish = Finish { checkpoint: clean, ..ending(&claim, State::Cancelled) };
    bench.finish(&id, &claim.fence, &finish).await.unwrap();
    assert!(bench.heritage(&district(), &name("web")).await.unwrap().is_none());
    assert!(bench.ports(&district()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_queued_retry_of_what_was_held_is_not_forgotten_but_taken_back() {
    let bench = bench().await;
    let id = held(&bench).await;
    bench.retry(&id, "token:me").await.unwrap();
    assert!(matches!(bench.cancel(&id, "token:me").await.unwrap(), Some(Cancelled::Requested(_))));
    assert!(bench.claimed().await.operation.cancel_requested);
}

#[tokio::test]
async fn a_cancelled_deletion_that_had_not_begun_leaves_the_thing_as_it_was() {
    let bench = bench().await;
    bench.standing_district().await;
    bench.standing_heritage("web", None).await;
    let id = bench.accepted(&bench.delete_heritage("web").await).await.id;
    bench.cancel(&id, "token:me").await.unwrap();
    let view = bench.heritage(&district(), &name("web")).await.unwrap().unwrap();
    assert_eq!(view.heritage.state, Lifecycle::Active);
}

#[tokio::test]
async fn cancelling_a_cascade_cancels_its_children() {
    let bench = bench().await;
    bench.standing_district().await;
    bench.standing_heritage("web", None).await;
    let parent = bench.accepted(&bench.delete_district(true).await).await.id;
    bench.claimed().await;
    let child = Acceptance { parent: Some(parent.clone()), ..bench.delete_heritage("web").await };
    bench.accepted(&child).await;
    bench.cancel(&parent, "token:me").await.unwrap();
    assert_eq!(bench.state(&child.id).await, State::Cancelled);
}

#[tokio::test]
async fn what_has_ended_or_never_was_is_not_cancelled() {
    let bench = bench().await;
    bench.accepted(&provision()).await;
    let id = bench.succeed_next().await;
    let refused = bench.cancel(&id, "token:me").await;
    assert!(matches!(refused, Err(StoreError::Refused(Refusal::WrongState(State::Succeeded)))));
    assert!(bench.cancel(&shared::ids::OperationId::draw(), "token:me").await.unwrap().is_none());
}
