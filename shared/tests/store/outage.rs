//! A Redis that was silent for a while: what was sent to it meanwhile must do no harm, and what workers do for each other is
//! done once.

use std::time::Duration;

use shared::format::FORMAT;
use shared::operation::State;

use crate::fixture::{Bench, alone, provision};

/// Longer than anybody waits for a claim.
const SILENCE_MS: u64 = 1_300;

/// Redis takes commands and answers none for a while.
async fn silence(bench: &Bench) {
    let mut connection = bench.raw().await;
    let mut pause = redis::cmd("CLIENT");
    let () = pause.arg("PAUSE").arg(SILENCE_MS).arg("ALL").query_async(&mut connection).await.unwrap();
}

#[tokio::test]
async fn a_claim_that_reaches_redis_late_takes_nothing() {
    let bench = alone().await;
    let id = bench.accepted(&provision()).await.id;
    silence(&bench).await;
    assert!(bench.claim("gone").await.unwrap().is_none());
    assert_eq!(bench.state(&id).await, State::Queued);
    let claim = bench.claimed().await;
    assert_eq!((claim.operation.id, claim.crashes, claim.after_crash), (id, 0, false));
}

#[tokio::test]
async fn a_renewal_that_reaches_redis_late_keeps_nothing_from_others() {
    let bench = alone().await;
    let id = bench.accepted(&provision()).await.id;
    let held = bench.claimed().await;
    silence(&bench).await;
    let fences = [(id.clone(), held.fence)];
    let renewal = tokio::time::timeout(Duration::from_millis(500), bench.renew(&fences)).await;
    assert!(renewal.is_err(), "nobody waits for it any more: {renewal:?}");
    bench.ping().await.unwrap();
    let mut connection = bench.raw().await;
    let ends: u64 =
        redis::cmd("ZSCORE").arg(bench.key("leases")).arg(id.as_str()).query_async(&mut connection).await.unwrap();
    let (seconds, micros): (u64, u64) = redis::cmd("TIME").query_async(&mut connection).await.unwrap();
    assert!(ends < seconds * 1_000 + micros / 1_000, "the lease was renewed");
    assert_eq!(bench.claimed().await.operation.id, id);
}

#[tokio::test]
async fn upkeep_is_done_by_one_worker_at_a_time() {
    let bench = alone().await;
    let mut connection = bench.raw().await;
    bench.upkeep(Duration::from_secs(60)).await.unwrap();
    let id = bench.accepted(&provision()).await.id;
    let lose = async |mut connection: redis::aio::MultiplexedConnection| {
        let () = redis::cmd("DEL")
            .arg(bench.key(&format!("ready:normal:{FORMAT}")))
            .query_async(&mut connection)
            .await
            .unwrap();
    };
    lose(connection.clone()).await;
    bench.upkeep(Duration::from_secs(60)).await.unwrap();
    assert!(bench.claim("w").await.unwrap().is_none(), "somebody has just done it");
    let () = redis::cmd("DEL").arg(bench.key("duty:upkeep")).query_async(&mut connection).await.unwrap();
    bench.upkeep(Duration::from_secs(60)).await.unwrap();
    assert_eq!(bench.claimed().await.operation.id, id);
}
