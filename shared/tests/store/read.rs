//! Lists, events, notices, budgets, tokens, health, keys.

use std::time::Duration;

use futures::StreamExt;
use shared::operation::{Kind, State};
use shared::store::{Acceptance, Budget, Filter, Idempotency, Notice, Refusal, StoreError, Take, keys};
use shared::time::Timestamp;

use crate::fixture::{bench, create, name, provision};

#[tokio::test]
async fn operations_are_listed_newest_first_page_by_page() {
    let bench = bench().await;
    bench.standing_district().await;
    let mut expected = vec![];
    for number in 0..5 {
        expected.insert(0, bench.accepted(&create(&format!("h{number}"), None)).await.id);
    }
    let filter = Filter { kinds: vec![Kind::CreateHeritage], ..Filter::default() };
    let (mut cursor, mut seen) = (None, vec![]);
    loop {
        let page = bench.operations(&filter, cursor.as_deref(), 2).await.unwrap();
        seen.extend(page.items.into_iter().map(|operation| operation.id));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, expected);
    let one = Filter { heritage: Some(name("h3")), states: vec![State::Queued], ..Filter::default() };
    assert_eq!(bench.operations(&one, None, 10).await.unwrap().items.len(), 1);
    let later = Some(Timestamp(bench.now().0 + 1000));
    for none in [
        Filter { actor: Some("nobody".into()), ..Filter::default() },
        Filter { since: later, ..Filter::default() },
        Filter { until: Some(Timestamp(1)), ..Filter::default() },
    ] {
        assert!(bench.operations(&none, None, 10).await.unwrap().items.is_empty());
    }
    let all = Filter { since: Some(Timestamp(1)), until: later, ..Filter::default() };
    assert_eq!(bench.operations(&all, None, 10).await.unwrap().items.len(), 6);
    let nonsense = bench.operations(&all, Some("nonsense"), 10).await;
    assert!(matches!(nonsense, Err(StoreError::Refused(Refusal::Stale))));
}

#[tokio::test]
async fn the_stream_of_all_events_goes_on_from_its_cursor() {
    let bench = bench().await;
    let (nothing, start) = bench.all_events(None, 10).await.unwrap();
    assert!(nothing.is_empty());
    let id = bench.accepted(&provision()).await.id;
    let (events, cursor) = bench.all_events(Some(&start), 10).await.unwrap();
    assert_eq!(events[0].1, bench.journal(&id, 0, 1).await.unwrap()[0]);
    bench.claimed().await;
    let (events, _) = bench.all_events(Some(&cursor), 10).await.unwrap();
    assert_eq!(events.iter().map(|(_, entry)| entry.event.name()).collect::<Vec<_>>(), ["claimed"]);
}

#[tokio::test]
async fn a_cursor_that_was_trimmed_is_stale() {
    let bench = bench().await;
    let (_, start) = bench.all_events(None, 10).await.unwrap();
    bench.standing_district().await;
    let mut connection = bench.raw().await;
    let trim = [&bench.key("events"), "MAXLEN", "1"];
    let () = redis::cmd("XTRIM").arg(&trim).query_async(&mut connection).await.unwrap();
    let stale = bench.all_events(Some(&start), 10).await;
    assert!(matches!(stale, Err(StoreError::Refused(Refusal::Stale))));
}

#[tokio::test]
async fn watchers_and_workers_hear_of_what_happens() {
    let bench = bench().await;
    let watcher = bench.watcher().await.unwrap();
    let mut notices = watcher.notices.subscribe();
    let mut wakeups = Box::pin(bench.wakeups().await.unwrap());
    let id = bench.accepted(&provision()).await.id;
    let notice = tokio::time::timeout(Duration::from_secs(5), notices.recv()).await.unwrap().unwrap();
    assert_eq!(notice, Some(Notice { op: id, seq: 1 }));
    tokio::time::timeout(Duration::from_secs(5), wakeups.next()).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_budget_grants_its_burst_and_less_after_throttling() {
    let bench = bench().await;
    let budget = Budget { name: "1:us-east-1:ec2".into(), per_second: 0.1, burst: 3.0 };
    for _ in 0..3 {
        assert_eq!(bench.take(&budget).await.unwrap(), Take::Granted);
    }
    let Take::After(wait) = bench.take(&budget).await.unwrap() else { panic!("granted more than the burst") };
    assert!((1..=10_000).contains(&wait), "{wait}");
    bench.shrink(&budget).await.unwrap();
    let Take::After(wait) = bench.take(&budget).await.unwrap() else { panic!("granted after throttling") };
    assert!((10_001..=20_000).contains(&wait), "{wait}");
}

#[tokio::test]
async fn a_new_bootstrap_token_revokes_the_one_before() {
    let bench = bench().await;
    bench.remember_bootstrap_token("one").await.unwrap();
    assert_eq!(bench.token_owner("one").await.unwrap().as_deref(), Some("bootstrap"));
    bench.remember_bootstrap_token("two").await.unwrap();
    assert_eq!(bench.token_owner("one").await.unwrap(), None);
    assert!(bench.token_owner("two").await.unwrap().is_some());
}

#[tokio::test]
async fn every_key_is_one_of_the_documented_families() {
    let bench = bench().await;
    bench.health().await.unwrap();
    bench.standing_district().await;
    let idempotency = Idempotency { key: "k".into(), scope: "s".into(), body: "b".into() };
    bench.accepted(&Acceptance { idempotency: Some(idempotency), ..create("web", Some(10_000)) }).await;
    bench.claimed().await;
    bench.accepted(&create("api", None)).await;
    bench.remember_bootstrap_token("one").await.unwrap();
    bench.take(&Budget { name: "b".into(), per_second: 1.0, burst: 1.0 }).await.unwrap();

    let mut connection = bench.raw().await;
    let found: Vec<String> = redis::cmd("KEYS").arg(bench.all_keys()).query_async(&mut connection).await.unwrap();
    assert!(found.len() > 20);
    for key in found {
        let kind: String = redis::cmd("TYPE").arg(&key).query_async(&mut connection).await.unwrap();
        let family = key.strip_prefix(&bench.key("")).and_then(|rest| rest.split(':').next()).unwrap_or_default();
        assert!(keys::FAMILIES.contains(&(family, kind.as_str())), "{key} is a {kind}");
    }
}

#[tokio::test]
async fn a_durable_redis_is_healthy() {
    let bench = bench().await;
    let health = bench.health().await.unwrap();
    assert!(health.writable);
    assert_eq!(health.may_lose_writes, None);
}
