//! Finishing: once, with everything that it means.

use shared::operation::State;
use shared::resource::Lifecycle;
use shared::store::{Finish, RecordChange, StoreError};

use crate::fixture::{bench, condition, create, district, district_spec, ending, lease_expired, provision};

#[tokio::test]
async fn a_finish_sent_twice_ends_the_operation_once() {
    let bench = bench().await;
    let id = bench.accepted(&provision()).await.id;
    let claim = bench.claimed().await;
    for _ in 0..2 {
        bench.end(&claim, State::Succeeded).await;
    }
    assert_eq!(bench.journalled(&id).await, ["accepted", "claimed", "finished"]);
    let ended = bench.operation(&id).await.unwrap().unwrap();
    assert_eq!((ended.state, ended.percent), (State::Succeeded, 100));
    assert!(ended.finished_at.is_some());
    lease_expired().await;
    assert!(bench.claim("w").await.unwrap().is_none());
}

#[tokio::test]
async fn a_stale_worker_finishes_nothing() {
    let bench = bench().await;
    let id = bench.accepted(&provision()).await.id;
    let dead = bench.claimed().await;
    lease_expired().await;
    let next = bench.claimed().await;
    let refused = bench.finish(&id, &dead.fence, &ending(&dead, State::Failed)).await;
    assert!(matches!(refused, Err(StoreError::Fenced)));
    bench.end(&next, State::Succeeded).await;
    assert_eq!(bench.state(&id).await, State::Succeeded);
}

#[tokio::test]
async fn the_record_becomes_what_the_operation_made_of_it() {
    let bench = bench().await;
    bench.standing_district().await;
    let (before, revision, _) = bench.district(&district()).await.unwrap().unwrap();
    assert_eq!((before.state, before.conditions.len()), (Lifecycle::Active, 1));
    bench.accepted(&bench.update_district().await).await;
    let (during, ..) = bench.district(&district()).await.unwrap().unwrap();
    assert_eq!(during.state, Lifecycle::Updating);
    let claim = bench.claimed().await;
    let mut spec = district_spec();
    spec.cluster_size = 7;
    let record = RecordChange::District {
        state: Lifecycle::Active,
        spec: Some(spec.clone()),
        ids: None,
        condition: condition(false),
    };
    let finish = Finish { record, ..ending(&claim, State::Succeeded) };
    bench.finish(&claim.operation.id, &claim.fence, &finish).await.unwrap();
    let (after, later, unfinished) = bench.district(&district()).await.unwrap().unwrap();
    assert_eq!((&after.spec, after.state, unfinished.len()), (&spec, Lifecycle::Active, 0));
    assert_eq!(after.conditions, [condition(false)]);
    assert!(later > revision);
}

#[tokio::test]
async fn operations_of_other_heritages_leave_a_revision_as_it_is() {
    let bench = bench().await;
    bench.standing_district().await;
    let (_, before, _) = bench.district(&district()).await.unwrap().unwrap();
    bench.accepted(&create("web", None)).await;
    bench.succeed_next().await;
    let (_, after, _) = bench.district(&district()).await.unwrap().unwrap();
    assert_eq!(before, after);
}

#[tokio::test]
async fn what_took_its_time_once_says_how_long_the_next_will_take() {
    let bench = bench().await;
    bench.accepted(&provision()).await;
    let first = bench.claimed().await;
    assert_eq!(first.operation.eta_seconds, None, "nothing is known of the first of its kind");
    bench.end(&first, State::Succeeded).await;
    let update = bench.accepted(&bench.update_district().await).await;
    let slow = bench.claimed().await;
    assert_eq!(slow.operation.eta_seconds, None, "another kind says nothing");
    tokio::time::sleep(std::time::Duration::from_millis(60)).await;
    bench.end(&slow, State::Succeeded).await;
    let next = bench.accepted(&bench.update_district().await).await;
    let claim = bench.claimed().await;
    assert_eq!((claim.operation.id.clone(), claim.operation.eta_seconds), (next.id.clone(), Some(1)));
    bench.end(&claim, State::Failed).await;
    for ended in [update.id, next.id] {
        assert_eq!(bench.operation(&ended).await.unwrap().unwrap().eta_seconds, None);
    }
}
