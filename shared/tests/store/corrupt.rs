//! Records that are not as they were written: each stops the one operation that it is of, and nothing else.

use shared::ids::OperationId;
use shared::operation::{State, Unreadable};
use shared::problem::Code;
use shared::store::{Acceptance, Filter, StoreError, keys};

use crate::fixture::{Bench, alone, create, district, name};
use crate::namespace::{Namespace, Value, ask, dump, restore};
use crate::populated::populated;
use crate::retention::{sweep, sweeper};

async fn spoil(bench: &Bench, id: &OperationId, field: &str, value: &str) {
    let () = ask(&mut bench.raw().await, &["HSET", &format!("{{test}}:op:{id}"), field, value]).await;
}

#[tokio::test]
async fn an_operation_that_cannot_be_read_is_set_aside_at_once_and_the_next_is_taken() {
    for (field, value) in [("payload", "{"), ("target", "{"), ("crashes", "many"), ("claims", "x"), ("attempt", "one")]
    {
        let bench = alone().await;
        bench.standing_district().await;
        let broken = bench.accepted(&create("web", Some(10_000))).await.id;
        let next = bench.accepted(&create("api", None)).await.id;
        spoil(&bench, &broken, field, value).await;
        assert_eq!(bench.claimed().await.operation.id, next, "{field}");
        let shown = bench.operation(&broken).await.unwrap().unwrap();
        let error = shown.error.as_ref().unwrap();
        assert_eq!((shown.state, error.code), (State::Stuck, Code::CorruptRecord), "{field}");
        assert!(error.detail.contains(broken.as_str()), "{}", error.detail);
        assert!(shown.links.abandon.is_some());
        assert!(bench.reap().await.unwrap().is_empty());
        let view = bench.heritage(&district(), &name("web")).await.unwrap().unwrap();
        assert!(view.unfinished.is_empty(), "its place is free");
        bench.abandon(&broken, "token:me", None).await.unwrap().unwrap();
        assert_eq!(bench.state(&broken).await, State::Failed);
    }
}

#[tokio::test]
async fn an_entry_that_cannot_be_read_says_so_among_the_others() {
    let (bench, ids) = populated().await;
    let id = &ids["running"];
    let journal = format!("{{test}}:journal:{id}");
    let mut connection = bench.raw().await;
    let () = ask(&mut connection, &["LSET", &journal, "1", "1795000000000 1 {\"type\":\"of_tomorrow\"}"]).await;
    let () = ask(&mut connection, &["LSET", &journal, "2", "nothing"]).await;
    let types = bench.journalled(id).await;
    assert_eq!(types[..4], ["accepted", "unreadable", "unreadable", "step_intent"]);
    let entries = bench.journal(id, 0, 100).await.unwrap();
    assert_eq!(entries.iter().map(|it| it.seq).collect::<Vec<_>>(), (1..=entries.len() as u64).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_operation_that_cannot_be_read_is_kept_by_the_sweep_which_removes_the_others() {
    let bench = alone().await;
    bench.standing_district().await;
    bench.standing_heritage("web", None).await;
    let mut ended = vec![];
    for _ in 0..3 {
        let id = bench.accepted(&bench.deploy("web").await).await.id;
        bench.end(&bench.claimed().await, State::Failed).await;
        ended.push(id);
    }
    spoil(&bench, &ended[0], "finished_at", "long ago").await;
    assert_eq!(sweep(&bench).await, ended[1..2], "the last one stays, as the last accepted");
    assert!(bench.operation(&ended[0]).await.unwrap().is_some());
}

#[tokio::test]
async fn what_cannot_be_shown_is_listed_apart_and_hides_nothing() {
    let (bench, ids) = populated().await;
    spoil(&bench, &ids["new"], "kind", "of_tomorrow").await;
    spoil(&bench, &ids["waiting"], "residue", "?").await;
    let page = bench.operations(&Filter::default(), None, 1000).await.unwrap();
    let [Unreadable { id, kind, state, problem, .. }] = page.unreadable.as_slice() else { panic!("{page:?}") };
    assert_eq!(
        (id.as_str(), kind.as_deref(), state.as_deref()),
        (ids["new"].as_str(), Some("of_tomorrow"), Some("queued"))
    );
    assert_eq!(problem.code, Code::CorruptRecord);
    let waiting = page.items.iter().find(|it| it.id == ids["waiting"]).unwrap();
    assert!(waiting.warnings.iter().any(|it| it.contains("residue")), "{:?}", waiting.warnings);
    assert!(matches!(bench.operation(&ids["new"]).await, Err(StoreError::Corrupt(..))));
}

/// A key, the field of it that is spoilt unless it is the whole, and what stands there then.
type Spoilt = (String, Option<String>, Option<&'static [u8]>);

/// Every way in which one value of a namespace is spoilt: gone, garbled, no text at all, cut short.
fn spoilt(namespace: &Namespace) -> Vec<Spoilt> {
    let mut ways = vec![];
    for (key, value) in namespace {
        let fields: Vec<Option<String>> = match value {
            Value::Hash(fields) => fields.keys().cloned().map(Some).collect(),
            Value::String(_) => vec![None],
            Value::List(_) | Value::Set(_) | Value::Zset(_) | Value::Stream(_) => continue,
        };
        for field in fields {
            // Each is lost once, and garbled in one of three ways.
            let garbage: [&[u8]; 3] = [b"{\"x\":", b"\xff\xfe", b"-7"];
            let garbled = garbage[ways.len() / 2 % garbage.len()];
            ways.extend([None, Some(garbled)].map(|way| (key.clone(), field.clone(), way)));
        }
    }
    ways
}

/// Families whose values are of one operation alone.
const OF_ONE: [&str; 3] = [keys::OPERATION, keys::STEPS, keys::JOURNAL];

#[tokio::test]
async fn whatever_value_is_spoilt_nothing_panics_and_the_other_operations_go_on() {
    let (bench, ids) = populated().await;
    let mut connection = bench.raw().await;
    let namespace = dump(&mut connection).await;
    let forgetful = sweeper(&bench).await;
    // A few of each field are as good as all: every operation has the same.
    let chosen = ["running", "new", "behind", "undoing"].map(|label| ids[label].as_str());
    let of_chosen = |key: &str| {
        let family = key.split(':').next().unwrap();
        !OF_ONE.contains(&family) || chosen.iter().any(|id| key.ends_with(id))
    };
    for (key, field, garbage) in spoilt(&namespace).into_iter().filter(|(key, ..)| of_chosen(key)) {
        restore(&mut connection, &namespace).await;
        let full = format!("{{test}}:{key}");
        let write = match (&field, garbage) {
            (Some(field), None) => redis::cmd("HDEL").arg(&full).arg(field).to_owned(),
            (None, None) => redis::cmd("DEL").arg(&full).to_owned(),
            (Some(field), Some(garbage)) => redis::cmd("HSET").arg(&full).arg(field).arg(garbage).to_owned(),
            (None, Some(garbage)) => redis::cmd("SET").arg(&full).arg(garbage).to_owned(),
        };
        let () = write.query_async(&mut connection).await.unwrap();
        let () = redis::pipe().zadd("{test}:leases", chosen[0], 1).query_async(&mut connection).await.unwrap();
        let what = format!("{key} {field:?} {garbage:?}");
        goes_on(&bench, &what, &chosen, &key).await;
        let () = ask(&mut connection, &["DEL", "{test}:swept"]).await;
        forgetful.sweep().await.unwrap_or_else(|error| panic!("{what}: {error:?}"));
    }
}

/// What must work whatever is spoilt; `key` is what was.
async fn goes_on(bench: &Bench, what: &str, chosen: &[&str], key: &str) {
    let page =
        bench.operations(&Filter::default(), None, 1000).await.unwrap_or_else(|error| panic!("{what}: {error:?}"));
    assert!(page.unreadable.len() <= 1, "{what}: {:?}", page.unreadable);
    bench.all_events(Some("0-0"), 1000).await.unwrap_or_else(|error| panic!("{what}: {error:?}"));
    bench.reap().await.unwrap_or_else(|error| panic!("{what}: {error:?}"));
    let spoilt = chosen.iter().find(|id| key.ends_with(*id));
    for id in chosen {
        let id = OperationId::parse(id).unwrap();
        bench.journal(&id, 0, 1000).await.unwrap_or_else(|error| panic!("{what}: {error:?}"));
        let shown = bench.operation(&id).await;
        assert!(shown.is_ok() || spoilt == Some(&id.as_str()), "{what}: {shown:?}");
    }
    let mut taken = vec![];
    while let Some(claim) = bench.claim("worker-3").await.unwrap_or_else(|error| panic!("{what}: {error:?}")) {
        taken.push(claim.operation.id.to_string());
        bench.release(&claim.operation.id, &claim.fence).await.unwrap();
        let is_again = taken.iter().filter(|id| *id == claim.operation.id.as_str()).count() > 1;
        if is_again {
            break;
        }
        bench.cancel(&claim.operation.id, "token:me").await.unwrap_or_else(|error| panic!("{what}: {error:?}"));
    }
    assert!(!taken.is_empty(), "{what}: nothing is taken");
    let other = Acceptance { heritage: None, ..create("another", None) };
    let asked = bench.accept(&other).await;
    let is_clear = matches!(asked, Ok(_) | Err(StoreError::Refused(_)));
    assert!(is_clear, "{what}: {asked:?}");
}
