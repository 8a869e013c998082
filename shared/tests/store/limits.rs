//! Limits: a full queue, a spent budget and a full memory refuse what is new, whole and only that.

use std::collections::BTreeMap;
use std::time::Duration;

use shared::ids::OperationId;
use shared::operation::State;
use shared::store::{Acceptance, Accepted, Checkpoint, Idempotency, Limits, Park, Refusal, StoreError};

use crate::fixture::{Bench, alone, bench, create, district, provision};

const WIDE: Limits = Limits { queue_limit: 1_000, changes_per_minute: 6_000, changes_at_once: 1_000 };

fn queue_of(queue_limit: u64) -> Limits {
    Limits { queue_limit, ..WIDE }
}

/// One change at once, and the next after a minute.
const ONE_A_MINUTE: Limits = Limits { queue_limit: 1_000, changes_per_minute: 1, changes_at_once: 1 };

fn keyed(acceptance: Acceptance) -> Acceptance {
    let idempotency = Idempotency { key: "k".into(), scope: "scope".into(), body: "body".into() };
    Acceptance { idempotency: Some(idempotency), ..acceptance }
}

/// Every key of the bench with all that stands in it; other tests may be at work on the same servers.
async fn everything(bench: &Bench) -> BTreeMap<String, String> {
    let mut connection = bench.raw().await;
    let own = format!("{}:*", shared::store::keys::namespace(&bench.store.settings().namespace));
    let keys: Vec<String> = redis::cmd("KEYS").arg(own).query_async(&mut connection).await.unwrap();
    let mut dump = BTreeMap::new();
    for key in keys {
        let kind: String = redis::cmd("TYPE").arg(&key).query_async(&mut connection).await.unwrap();
        let (command, range): (_, &[&str]) = match kind.as_str() {
            "hash" => ("HGETALL", &[]),
            "set" => ("SMEMBERS", &[]),
            "list" => ("LRANGE", &["0", "-1"]),
            "zset" => ("ZRANGE", &["0", "-1", "WITHSCORES"]),
            "stream" => ("XRANGE", &["-", "+"]),
            _ => ("GET", &[]),
        };
        let value: redis::Value = redis::cmd(command).arg(&key).arg(range).query_async(&mut connection).await.unwrap();
        dump.insert(key, in_one_order(value));
    }
    dump
}

/// Redis gives the fields of a hash in an order that changes while it grows.
fn in_one_order(value: redis::Value) -> String {
    let redis::Value::Array(items) = value else { return format!("{value:?}") };
    let mut pairs: Vec<String> = items.chunks(2).map(|pair| format!("{pair:?}")).collect();
    pairs.sort();
    pairs.concat()
}

/// Why, without how long to wait: that is shorter a moment later.
fn why(error: &StoreError) -> String {
    let why = format!("{error:?}");
    why.split_once("wait").map_or(why.clone(), |(before, _)| before.to_owned())
}

/// Refuses the acceptance, and its rehearsal in the same way, and leaves no trace of either.
async fn refused(bench: &Bench, limits: &Limits, acceptance: &Acceptance) -> StoreError {
    let before = everything(bench).await;
    let rehearsed = bench.rehearse(limits, acceptance).await.unwrap_err();
    let error = bench.accept_within(limits, acceptance).await.unwrap_err();
    assert_eq!(why(&rehearsed), why(&error));
    assert_eq!(everything(bench).await, before);
    error
}

fn wait(error: &StoreError) -> Duration {
    match error {
        StoreError::Refused(Refusal::QueueFull { wait, .. } | Refusal::BudgetSpent { wait }) => *wait,
        other => panic!("refused otherwise: {other:?}"),
    }
}

async fn max_memory(bench: &Bench, bytes: &str) {
    let set = ["SET", "maxmemory", bytes];
    let () = redis::cmd("CONFIG").arg(&set).query_async(&mut bench.raw().await).await.unwrap();
}

/// A district with a heritage `web`, and as many more operations queued as there are names.
async fn busy(names: &[&str]) -> Bench {
    busy_in(bench().await, names).await
}

async fn busy_in(bench: Bench, names: &[&str]) -> Bench {
    bench.standing_district().await;
    bench.standing_heritage("web", None).await;
    for name in names {
        bench.accepted(&create(name, None)).await;
    }
    bench
}

#[tokio::test]
async fn a_full_queue_refuses_what_is_new_and_takes_it_when_one_has_ended() {
    let bench = busy(&["a", "b"]).await;
    let new = keyed(create("c", Some(10_000)));
    let error = refused(&bench, &queue_of(2), &new).await;
    assert!(matches!(error, StoreError::Refused(Refusal::QueueFull { unfinished: 2, limit: 2, .. })), "{error:?}");
    bench.succeed_next().await;
    assert!(matches!(bench.accept_within(&queue_of(2), &new).await.unwrap(), Accepted::New(_)));
}

#[tokio::test]
async fn a_full_queue_tells_when_a_place_is_usually_free() {
    let bench = busy(&["a", "b", "c"]).await;
    let unknown = refused(&bench, &queue_of(3), &create("d", None)).await;
    assert_eq!(wait(&unknown), Duration::from_mins(1), "nobody works");
    let set = [&bench.key("durations"), "provision_district", "50000", "create_heritage", "30000"];
    let () = redis::cmd("HSET").arg(&set).query_async(&mut bench.raw().await).await.unwrap();
    let (_one, _other) = (bench.claimed().await, bench.claimed().await);
    let two_at_once = refused(&bench, &queue_of(3), &create("d", None)).await;
    assert_eq!(wait(&two_at_once), Duration::from_secs(20), "40 s on average, two at once");
}

#[tokio::test]
async fn a_spent_budget_refuses_until_the_next_token_and_only_who_spent_it() {
    let bench = busy(&[]).await;
    bench.accept_within(&ONE_A_MINUTE, &create("a", None)).await.unwrap();
    let error = refused(&bench, &ONE_A_MINUTE, &keyed(create("b", Some(10_000)))).await;
    assert!(matches!(error, StoreError::Refused(Refusal::BudgetSpent { .. })), "{error:?}");
    assert!((Duration::from_secs(55)..=Duration::from_mins(1)).contains(&wait(&error)), "{error:?}");
    let other = Acceptance { actor: "token:other".into(), ..create("b", None) };
    bench.accept_within(&ONE_A_MINUTE, &other).await.unwrap();

    // A minute later on Redis' clock.
    let mut connection = bench.raw().await;
    let bucket = bench.key("budget:changes:token:test");
    let minus = [&bucket, "at", "-60000"];
    let () = redis::cmd("HINCRBY").arg(&minus).query_async(&mut connection).await.unwrap();
    bench.accept_within(&ONE_A_MINUTE, &create("c", None)).await.unwrap();
    refused(&bench, &ONE_A_MINUTE, &create("d", None)).await;
}

#[tokio::test]
async fn a_refused_or_rehearsed_change_costs_no_budget() {
    let bench = busy(&[]).await;
    bench.rehearse(&ONE_A_MINUTE, &create("a", None)).await.unwrap();
    let exists = bench.accept_within(&ONE_A_MINUTE, &create("web", None)).await;
    assert!(matches!(exists, Err(StoreError::Refused(Refusal::Exists))), "{exists:?}");
    bench.accept_within(&ONE_A_MINUTE, &create("a", None)).await.unwrap();
}

#[tokio::test]
async fn a_full_memory_refuses_what_is_new_and_takes_it_when_there_is_some() {
    let bench = busy_in(alone().await, &["a"]).await;
    max_memory(&bench, "1").await;
    let new = keyed(create("b", Some(10_000)));
    let error = refused(&bench, &WIDE, &new).await;
    assert!(matches!(error, StoreError::Full(_)), "{error:?}");
    let health = bench.health().await.unwrap();
    assert!(health.writable && health.full.is_some_and(|full| full.contains("maxmemory is 1B")));
    max_memory(&bench, "0").await;
    bench.accept_within(&WIDE, &new).await.unwrap();
    assert_eq!(bench.health().await.unwrap().full, None);
}

#[tokio::test]
async fn what_makes_room_is_admitted_by_a_full_queue_a_spent_budget_and_a_full_memory() {
    for memory in ["0", "1"] {
        let bench = busy_in(alone().await, &["a", "b"]).await;
        bench.accept_within(&ONE_A_MINUTE, &create("c", None)).await.unwrap();
        max_memory(&bench, memory).await;
        let none = Limits { queue_limit: 1, ..ONE_A_MINUTE };
        refused(&bench, &none, &bench.deploy("web").await).await;

        bench.accept_within(&none, &bench.delete_heritage("web").await).await.unwrap();
        let claim = bench.claimed().await;
        bench.cancel(&claim.operation.id, "token:test").await.unwrap().unwrap();
        bench.end(&claim, State::Cancelled).await;
        let deletion = bench.accept_within(&none, &bench.delete_district(true).await).await.unwrap();
        let Accepted::New(deletion) = deletion else { panic!("not accepted: {deletion:?}") };
        let queued = bench.operations(&shared::store::Filter::default(), None, 100).await.unwrap().items;
        assert!(queued.iter().all(|it| it.kind.is_deletion() || it.state != State::Queued), "{queued:?}");

        let web = bench.claimed().await;
        bench.end(&web, State::Failed).await;
        let parent = bench.claimed().await;
        assert_eq!(parent.operation.id, deletion.id);
        let child = Acceptance { parent: Some(deletion.id), ..bench.delete_heritage("web").await };
        bench.accept_within(&none, &child).await.unwrap();
    }
}

#[tokio::test]
async fn a_retry_is_a_change_unless_it_deletes() {
    let bench = busy_in(alone().await, &[]).await;
    let deploy = bench.accepted(&bench.deploy("web").await).await.id;
    bench.end(&bench.claimed().await, State::Failed).await;
    let none = Limits { queue_limit: 1, ..ONE_A_MINUTE };
    bench.accept_within(&none, &create("a", None)).await.unwrap();
    let before = everything(&bench).await;
    let full = bench.retry_within(&none, &deploy, "token:test").await;
    assert!(matches!(full, Err(StoreError::Refused(Refusal::QueueFull { .. }))), "{full:?}");
    let spent = bench.retry_within(&ONE_A_MINUTE, &deploy, "token:test").await;
    assert!(matches!(spent, Err(StoreError::Refused(Refusal::BudgetSpent { .. }))), "{spent:?}");
    max_memory(&bench, "1").await;
    let no_memory = bench.retry_within(&WIDE, &deploy, "token:test").await;
    assert!(matches!(no_memory, Err(StoreError::Full(_))), "{no_memory:?}");
    assert_eq!(everything(&bench).await, before);

    let deletion = bench.accepted(&bench.delete_heritage("web").await).await.id;
    let claim = loop {
        let claim = bench.claimed().await;
        if claim.operation.id == deletion {
            break claim;
        }
    };
    bench.end(&claim, State::Failed).await;
    bench.retry_within(&none, &deletion, "token:test").await.unwrap().unwrap();
}

#[tokio::test]
async fn a_replay_is_answered_and_a_superseding_deploy_accepted_when_the_queue_is_full() {
    let bench = busy(&[]).await;
    let first = keyed(bench.deploy("web").await);
    let id = bench.accepted(&first).await.id;
    let replay = Acceptance { id: OperationId::draw(), ..first };
    let replayed = bench.accept_within(&queue_of(1), &replay).await.unwrap();
    assert!(matches!(replayed, Accepted::Replayed(operation) if operation.id == id));
    let newer = Acceptance { supersedes: Some(id.clone()), ..bench.deploy("web").await };
    bench.accept_within(&queue_of(1), &newer).await.unwrap();
    assert_eq!(bench.state(&id).await, State::Superseded);
}

/// Sends 40 creates at the same moment; how many are accepted.
async fn race(bench: &Bench, limits: Limits) -> usize {
    let mut sent = tokio::task::JoinSet::new();
    for number in 0..40 {
        let (store, acceptance) = (bench.store.clone(), create(&format!("h{number}"), Some(10_000 + number)));
        sent.spawn(async move { store.accept_within(&limits, &acceptance).await });
    }
    let answers = sent.join_all().await;
    let within = |answer: &Result<_, _>| match answer {
        Ok(_) => true,
        Err(StoreError::Refused(Refusal::QueueFull { .. } | Refusal::BudgetSpent { .. })) => false,
        Err(other) => panic!("refused otherwise: {other:?}"),
    };
    answers.iter().filter(|answer| within(answer)).count()
}

#[tokio::test]
async fn of_many_at_the_same_moment_exactly_as_many_as_allowed_are_accepted() {
    let bench = busy(&[]).await;
    assert_eq!(race(&bench, queue_of(7)).await, 7);
    assert_eq!(bench.unfinished().await.unwrap(), 7);
    assert_eq!(
        (bench.heritages(&district()).await.unwrap().len(), bench.ports(&district()).await.unwrap().len()),
        (8, 7)
    );

    let bench = busy(&[]).await;
    assert_eq!(race(&bench, Limits { changes_at_once: 9, ..ONE_A_MINUTE }).await, 9);
    assert_eq!(bench.unfinished().await.unwrap(), 9);
}

#[tokio::test]
async fn a_worker_does_everything_while_the_memory_is_full_and_goes_on_when_it_is_not() {
    let bench = busy_in(alone().await, &[]).await;
    let id = bench.accepted(&bench.deploy("web").await).await.id;
    max_memory(&bench, "1").await;
    let claim = bench.claimed().await;
    bench.checkpoint(&id, &claim.fence, &Checkpoint::default()).await.unwrap();
    assert!(bench.renew(&[(id.clone(), claim.fence.clone())]).await.unwrap().lost.is_empty());
    let park = Park { reason: shared::operation::Reason::Aws, after_ms: 1, checkpoint: Checkpoint::default() };
    bench.park(&id, &claim.fence, &park, false).await.unwrap();
    bench.cancel(&id, "token:test").await.unwrap().unwrap();
    let claim = bench.claimed().await;
    bench.release(&id, &claim.fence).await.unwrap();
    bench.reap().await.unwrap();
    let claim = bench.claimed().await;
    bench.end(&claim, State::Cancelled).await;
    assert_eq!(
        bench.journal(&id, 0, 100).await.unwrap().len() as u64,
        bench.operation(&id).await.unwrap().unwrap().seq
    );
    max_memory(&bench, "0").await;
    bench.accept_within(&WIDE, &bench.deploy("web").await).await.unwrap();
    bench.succeed_next().await;
    assert!(matches!(bench.accept_within(&WIDE, &provision()).await, Err(StoreError::Refused(Refusal::Exists))));
}
