//! The order of operations on one thing, and on a district and its heritages.

use std::time::Duration;

use shared::format::FORMAT;
use shared::operation::{Reason, State};

use crate::fixture::{bench, create, district, provision};

#[tokio::test]
async fn operations_on_one_heritage_run_one_at_a_time_in_order() {
    let bench = bench().await;
    bench.standing_district().await;
    bench.standing_heritage("web", None).await;
    let first = bench.accepted(&bench.deploy("web").await).await;
    let second = bench.accepted(&bench.deploy("web").await).await;
    assert_eq!((first.reason, second.reason), (None, Some(Reason::Lock)));
    let claim = bench.claimed().await;
    assert_eq!(claim.operation.id, first.id);
    assert!(bench.claim("w").await.unwrap().is_none());
    bench.end(&claim, State::Failed).await;
    assert_eq!(bench.claimed().await.operation.id, second.id);
}

#[tokio::test]
async fn heritages_of_one_district_run_in_parallel_once_it_is_made() {
    let bench = bench().await;
    bench.accepted(&provision()).await;
    for heritage in ["one", "two"] {
        assert_eq!(bench.accepted(&create(heritage, None)).await.reason, Some(Reason::Lock));
    }
    bench.succeed_next().await;
    bench.claimed().await;
    bench.claimed().await;
}

#[tokio::test]
async fn a_change_of_a_district_runs_beside_its_heritages_but_not_beside_another_change() {
    let bench = bench().await;
    bench.standing_district().await;
    bench.accepted(&create("one", None)).await;
    bench.claimed().await;
    bench.accepted(&bench.update_district().await).await;
    bench.claimed().await;
    let second = bench.accepted(&bench.update_district().await).await;
    assert_eq!(second.reason, Some(Reason::Lock));
    assert_eq!(bench.accepted(&create("two", None)).await.reason, None);
}

#[tokio::test]
async fn a_stuck_operation_gives_its_place_back() {
    let bench = bench().await;
    bench.standing_district().await;
    bench.standing_heritage("web", None).await;
    bench.accepted(&bench.deploy("web").await).await;
    let claim = bench.claimed().await;
    let second = bench.accepted(&bench.deploy("web").await).await;
    bench.end(&claim, State::Stuck).await;
    assert_eq!(bench.claimed().await.operation.id, second.id);
}

#[tokio::test]
async fn what_was_queued_on_a_thing_that_was_not_made_is_cancelled_with_it() {
    let bench = bench().await;
    bench.accepted(&provision()).await;
    let provisioning = bench.claimed().await;
    let heritage = bench.accepted(&create("web", Some(10_000))).await;
    let deploy = bench.accepted(&bench.deploy("web").await).await;
    bench.end(&provisioning, State::Failed).await;
    for id in [&heritage.id, &deploy.id] {
        assert_eq!(bench.state(id).await, State::Cancelled);
        assert_eq!(bench.journalled(id).await, ["accepted", "finished"]);
    }
    assert!(bench.district(&district()).await.unwrap().is_none());
    assert!(bench.cidrs().await.unwrap().is_empty());
    assert!(bench.claim("w").await.unwrap().is_none());
}

#[tokio::test]
async fn the_reaper_finds_what_a_broken_off_script_left_in_limbo() {
    let bench = bench().await;
    let id = bench.accepted(&provision()).await.id;
    let mut connection = bench.raw().await;
    let ready = bench.key(&format!("ready:normal:{FORMAT}"));
    let () = redis::cmd("DEL").arg(ready).query_async(&mut connection).await.unwrap();
    assert!(bench.claim("w").await.unwrap().is_none());
    bench.upkeep(Duration::from_millis(1)).await.unwrap();
    assert_eq!(bench.claimed().await.operation.id, id);
    assert!(bench.reap().await.unwrap().is_empty());
}
