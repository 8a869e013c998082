//! A Redis that is full, or stops and comes back.

use std::time::Duration;

use shared::operation::State;
use shared::store::{Checkpoint, StoreError};

use crate::fixture::{alone, create};

#[tokio::test]
async fn with_a_full_memory_what_has_begun_ends_and_deletions_are_accepted_but_nothing_new() {
    let bench = alone().await;
    bench.standing_district().await;
    bench.standing_heritage("web", None).await;
    let id = bench.accepted(&bench.deploy("web").await).await.id;
    let claim = bench.claimed().await;
    let () = redis::cmd("CONFIG").arg(&["SET", "maxmemory", "1"]).query_async(&mut bench.raw().await).await.unwrap();

    assert!(matches!(bench.accept(&create("new", None)).await, Err(StoreError::Full(_))));
    assert!(bench.health().await.unwrap().full.is_some());
    bench.checkpoint(&id, &claim.fence, &Checkpoint::default()).await.unwrap();
    bench.end(&claim, State::Succeeded).await;
    bench.accepted(&bench.delete_heritage("web").await).await;
    bench.succeed_next().await;
    assert!(bench.heritages(&crate::fixture::district()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_redis_that_was_killed_has_everything_when_it_is_back() {
    let mut bench = alone().await;
    bench.standing_district().await;
    let id = bench.accepted(&create("web", None)).await.id;
    let claim = bench.claimed().await;
    let watcher = bench.watcher().await.unwrap();
    let mut notices = watcher.notices.subscribe();
    bench.kill();
    let down = bench.checkpoint(&id, &claim.fence, &Checkpoint::default()).await;
    assert!(matches!(down, Err(StoreError::Unavailable(_))), "{down:?}");

    bench.start();
    let again = async || bench.checkpoint(&id, &claim.fence, &Checkpoint::default()).await;
    while let Err(down) = again().await {
        assert!(matches!(down, StoreError::Unavailable(_)), "{down:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let hint = tokio::time::timeout(Duration::from_secs(10), notices.recv()).await.unwrap().unwrap();
    assert_eq!(hint, None, "watchers are told to look again");
    bench.end(&claim, State::Succeeded).await;
    assert_eq!(bench.state(&id).await, State::Succeeded);
}

#[tokio::test]
async fn the_first_read_after_a_restart_is_answered() {
    let mut bench = alone().await;
    bench.standing_district().await;
    let id = bench.accepted(&create("web", None)).await.id;
    bench.restart().await;
    assert_eq!(bench.state(&id).await, State::Queued);
    bench.restart().await;
    assert_eq!(bench.districts().await.unwrap().len(), 1);
    bench.restart().await;
    bench.all_events(None, 1).await.unwrap();
}
