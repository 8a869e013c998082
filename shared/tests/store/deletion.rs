//! Deleting: it clears its way, takes its place, and has the last word.

use shared::ids::OperationId;
use shared::operation::{Reason, State};
use shared::resource::Lifecycle;
use shared::store::{Acceptance, Checkpoint, Park, Refusal};

use crate::fixture::{bench, create, district, name, provision};

#[tokio::test]
async fn deleting_a_heritage_cancels_what_is_queued_and_asks_what_runs_to_stop() {
    let bench = bench().await;
    bench.standing_district().await;
    bench.standing_heritage("web", None).await;
    let running = bench.accepted(&bench.deploy("web").await).await;
    let claim = bench.claimed().await;
    let queued = bench.accepted(&bench.deploy("web").await).await;
    let deletion = bench.accepted(&bench.delete_heritage("web").await).await;

    assert_eq!(deletion.reason, Some(Reason::Lock));
    assert_eq!(bench.state(&queued.id).await, State::Cancelled);
    let renewal = bench.renew(&[(running.id.clone(), claim.fence.clone())]).await.unwrap();
    assert_eq!(renewal.cancel, [running.id]);
    let view = bench.heritage(&district(), &name("web")).await.unwrap().unwrap();
    assert_eq!(view.heritage.state, Lifecycle::Deleting);
    assert_eq!(bench.refusal(&bench.deploy("web").await).await, Refusal::BeingDeleted);

    bench.end(&claim, State::Cancelled).await;
    let view = bench.heritage(&district(), &name("web")).await.unwrap().unwrap();
    assert_eq!(view.heritage.state, Lifecycle::Deleting);
    assert_eq!(bench.succeed_next().await, deletion.id);
    assert!(bench.heritages(&district()).await.unwrap().is_empty());
    assert!(bench.districts_with(&name("web")).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_record_of_a_cancelled_create_stays_for_the_deletion_behind_it() {
    let bench = bench().await;
    bench.standing_district().await;
    bench.accepted(&create("web", None)).await;
    let claim = bench.claimed().await;
    bench.accepted(&bench.delete_heritage("web").await).await;
    bench.end(&claim, State::Cancelled).await;
    assert!(bench.heritage(&district(), &name("web")).await.unwrap().is_some());
    bench.succeed_next().await;
    assert!(bench.heritage(&district(), &name("web")).await.unwrap().is_none());
}

#[tokio::test]
async fn a_district_with_heritages_is_not_deleted_and_a_deleted_one_takes_no_heritage() {
    let bench = bench().await;
    bench.standing_district().await;
    bench.standing_heritage("web", None).await;
    bench.standing_heritage("api", None).await;
    let refusal = bench.refusal(&bench.delete_district(false).await).await;
    assert_eq!(refusal, Refusal::HasHeritages(vec![name("api"), name("web")]));
    bench.accepted(&bench.delete_district(true).await).await;
    assert_eq!(bench.refusal(&create("new", None)).await, Refusal::BeingDeleted);
    assert_eq!(bench.refusal(&bench.deploy("web").await).await, Refusal::BeingDeleted);
    assert_eq!(bench.refusal(&bench.delete_district(true).await).await, Refusal::BeingDeleted);
}

#[tokio::test]
async fn a_cascade_runs_its_children_under_its_place_and_is_woken_by_them() {
    let bench = bench().await;
    bench.standing_district().await;
    bench.standing_heritage("web", Some(10_000)).await;
    let parent = bench.accepted(&bench.delete_district(true).await).await;
    let claim = bench.claimed().await;
    let child = Acceptance {
        id: OperationId::of_child(&parent.id, "web"),
        parent: Some(parent.id.clone()),
        ..bench.delete_heritage("web").await
    };
    bench.accepted(&child).await;
    let park = Park { reason: Reason::Children, after_ms: 60_000, checkpoint: Checkpoint::default() };
    bench.park(&parent.id, &claim.fence, &park, false).await.unwrap();

    assert_eq!(bench.succeed_next().await, child.id);
    let woken = bench.claimed().await;
    assert_eq!(woken.operation.id, parent.id);
    bench.end(&woken, State::Succeeded).await;
    assert!(bench.districts().await.unwrap().is_empty());
    assert!(bench.cidrs().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_child_that_ended_before_its_parent_parked_wakes_it_at_once() {
    let bench = bench().await;
    bench.standing_district().await;
    bench.standing_heritage("web", None).await;
    let parent = bench.accepted(&bench.delete_district(true).await).await;
    let claim = bench.claimed().await;
    let child = Acceptance { parent: Some(parent.id.clone()), ..bench.delete_heritage("web").await };
    bench.accepted(&child).await;
    bench.succeed_next().await;
    let park = Park { reason: Reason::Children, after_ms: 60_000, checkpoint: Checkpoint::default() };
    bench.park(&parent.id, &claim.fence, &park, false).await.unwrap();
    assert_eq!(bench.claimed().await.operation.id, parent.id);
}

#[tokio::test]
async fn deleting_a_district_waits_for_its_heritages_operations_to_stop() {
    let bench = bench().await;
    bench.standing_district().await;
    bench.accepted(&create("one", None)).await;
    let running = bench.claimed().await;
    let queued = bench.accepted(&create("two", None)).await;
    let deletion = bench.accepted(&bench.delete_district(true).await).await;
    assert_eq!(deletion.reason, Some(Reason::Lock));
    assert_eq!(bench.state(&queued.id).await, State::Cancelled);
    assert!(bench.heritage(&district(), &name("two")).await.unwrap().is_none());
    bench.end(&running, State::Cancelled).await;
    assert_eq!(bench.succeed_next().await, deletion.id);
}

#[tokio::test]
async fn a_failed_deletion_can_be_repeated() {
    let bench = bench().await;
    bench.accepted(&provision()).await;
    bench.succeed_next().await;
    bench.accepted(&bench.delete_district(false).await).await;
    let claim = bench.claimed().await;
    bench.end(&claim, State::Failed).await;
    let (record, _, _) = bench.district(&district()).await.unwrap().unwrap();
    assert_eq!(record.state, Lifecycle::DeleteFailed);
    bench.accepted(&bench.delete_district(false).await).await;
    bench.succeed_next().await;
    assert!(bench.district(&district()).await.unwrap().is_none());
}
