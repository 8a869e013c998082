//! What earlier versions of the format left in Redis is read, shown, resumed, retried, cancelled and finished by this one.

use std::collections::BTreeMap;
use std::time::Duration;

use shared::format::FORMAT;
use shared::ids::OperationId;
use shared::operation::{Operation, State};
use shared::payload::Payload;
use shared::problem::Code;
use shared::store::{Cancelled, Filter, Refusal, StoreError};

use crate::fixture::{Bench, alone, create, district, name};
use crate::namespace::{Namespace, Value, ask, dump, kept, restore};
use crate::populated::{Operations, populated};

/// Versions of which a namespace is kept.
const KEPT: [u32; 1] = [1];

#[tokio::test]
#[ignore = "writes the fixture of the version of the format that the code is at: run it before the format changes"]
async fn write_the_fixture_of_this_version() {
    let (bench, operations) = populated().await;
    let namespace = dump(&mut bench.raw().await).await;
    let kept = kept(KEPT[KEPT.len() - 1]);
    std::fs::create_dir_all(kept.parent().unwrap()).unwrap();
    std::fs::write(&kept, serde_json::to_string_pretty(&namespace).unwrap()).unwrap();
    std::fs::write(kept.with_file_name("operations.json"), serde_json::to_string_pretty(&operations).unwrap()).unwrap();
}

/// A Redis as a version left it: its workers' leases have run out, its timers are due.
async fn left_by(version: u32) -> (Bench, BTreeMap<String, OperationId>) {
    let read = |path| std::fs::read_to_string(path).unwrap();
    let mut namespace: Namespace = serde_json::from_str(&read(kept(version))).unwrap();
    for timers in ["leases", "delayed"] {
        let Some(Value::Zset(members)) = namespace.get_mut(timers) else { panic!("no {timers}") };
        members.iter_mut().for_each(|(_, score)| *score = 1.0);
    }
    let bench = alone().await;
    restore(&mut bench.raw().await, &namespace).await;
    (bench, serde_json::from_str(&read(kept(version).with_file_name("operations.json"))).unwrap())
}

/// Where each operation of a populated namespace stands.
const STANDING: [(&str, State); 18] = [
    ("provisioned", State::Succeeded),
    ("held", State::Failed),
    ("clean", State::Failed),
    ("stuck", State::Stuck),
    ("set aside", State::Stuck),
    ("cancelled", State::Cancelled),
    ("deleted", State::Succeeded),
    ("not deleted", State::Failed),
    ("parent", State::Waiting),
    ("child", State::Running),
    ("running", State::Running),
    ("waiting", State::Waiting),
    ("undoing", State::Undoing),
    ("behind", State::Queued),
    ("folded", State::Superseded),
    ("newer", State::Queued),
    ("new", State::Queued),
    ("update", State::Queued),
];

async fn all(bench: &Bench) -> Vec<Operation> {
    let (mut all, mut cursor) = (vec![], None);
    loop {
        let page = bench.operations(&Filter::default(), cursor.as_deref(), 7).await.unwrap();
        all.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            return all;
        }
    }
}

#[tokio::test]
async fn everything_that_earlier_versions_wrote_is_listed_and_shown() {
    for version in KEPT {
        let (bench, ids) = left_by(version).await;
        assert_eq!(ids.len(), STANDING.len());
        let listed = all(&bench).await;
        for (label, state) in STANDING {
            let shown = bench.operation(&ids[label]).await.unwrap().unwrap();
            assert_eq!(shown.state, state, "{label}");
            assert!(listed.contains(&shown), "{label}");
        }
        for operation in &listed {
            let journal = bench.journal(&operation.id, 0, 1000).await.unwrap();
            assert_eq!(journal.len() as u64, operation.seq);
            assert_eq!(journal[0].event.name(), "accepted");
        }
        let (read, _) = bench.all_events(Some("0-0"), 1000).await.unwrap();
        assert_eq!(read.len() as u64, listed.iter().map(|operation| operation.seq).sum::<u64>());
        assert_eq!(bench.districts().await.unwrap().len(), 2);
        assert_eq!(bench.heritages(&district()).await.unwrap().len(), 9);
        let web = bench.heritage(&district(), &name("web")).await.unwrap().unwrap();
        assert!(web.desired().is_some_and(|spec| spec.services[0].desired_count == 2));
        assert_eq!(bench.token_owner("hash of the token").await.unwrap().as_deref(), Some("bootstrap"));
    }
}

#[tokio::test]
async fn everything_that_earlier_versions_had_begun_or_queued_is_resumed_and_finished() {
    for version in KEPT {
        let (bench, ids) = left_by(version).await;
        let unfinished: Vec<_> = STANDING.iter().filter(|(_, state)| !state.is_terminal()).collect();
        let mut ended = vec![];
        while let Some(claim) = bench.claim("worker-3").await.unwrap() {
            let id = &claim.operation.id;
            if *id == ids["running"] {
                assert_eq!((claim.crashes, claim.after_crash, claim.operation.percent), (1, true, 40));
                assert_eq!(claim.steps[0].output.as_ref().unwrap()["id"], "vpc-1");
                assert!(claim.target.is_some());
            }
            let is_undone = claim.operation.state == State::Undoing;
            assert_eq!(is_undone, *id == ids["undoing"]);
            bench.end(&claim, if is_undone { State::Failed } else { State::Succeeded }).await;
            ended.push(id.clone());
        }
        assert_eq!(ended.len(), unfinished.len());
        for (label, _) in unfinished {
            assert!(ended.contains(&ids[*label]), "{label}");
            assert!(bench.operation(&ids[*label]).await.unwrap().unwrap().state.is_terminal(), "{label}");
        }
        let place = |label: &str| ended.iter().position(|id| *id == ids[label]);
        assert!(place("running") < place("behind"), "their order is kept");
    }
}

#[tokio::test]
async fn what_failed_in_earlier_versions_is_retried() {
    for version in KEPT {
        for label in ["held", "clean", "stuck", "set aside", "cancelled", "not deleted"] {
            let (bench, ids) = left_by(version).await;
            let retried = bench.retry(&ids[label], "token:me").await.unwrap().unwrap().operation;
            assert_eq!((retried.state, retried.attempt), (State::Queued, 2), "{label}");
            let mut finished = false;
            while let Some(claim) = bench.claim("worker-3").await.unwrap() {
                finished |= claim.operation.id == ids[label];
                let is_undone = claim.operation.state == State::Undoing;
                bench.end(&claim, if is_undone { State::Failed } else { State::Succeeded }).await;
            }
            assert!(finished, "{label}");
            assert_eq!(bench.state(&ids[label]).await, State::Succeeded, "{label}");
        }
        let (bench, ids) = left_by(version).await;
        let refused = bench.retry(&ids["folded"], "token:me").await;
        assert!(matches!(refused, Err(StoreError::Refused(Refusal::WrongState(State::Superseded)))));
    }
}

#[tokio::test]
async fn what_earlier_versions_accepted_is_cancelled() {
    for version in KEPT {
        let (bench, ids) = left_by(version).await;
        for label in ["new", "behind", "newer", "update"] {
            let cancelled = bench.cancel(&ids[label], "token:me").await.unwrap().unwrap();
            assert!(matches!(cancelled, Cancelled::AtOnce(now) if now.state == State::Cancelled), "{label}");
        }
        for label in ["running", "waiting", "undoing", "child", "held"] {
            let cancelled = bench.cancel(&ids[label], "token:me").await.unwrap().unwrap();
            assert!(matches!(cancelled, Cancelled::Requested(now) if now.cancel_requested), "{label}");
        }
        let mut seen = vec![];
        while let Some(claim) = bench.claim("worker-3").await.unwrap() {
            let is_deletion = matches!(claim.payload, Payload::DeleteHeritage { .. } | Payload::DeleteDistrict { .. });
            assert!(claim.operation.cancel_requested || is_deletion);
            bench.end(&claim, State::Cancelled).await;
            seen.push(claim.operation.id);
        }
        assert!(["running", "waiting", "undoing", "child", "held"].iter().all(|label| seen.contains(&ids[*label])));
    }
}

/// The labels of a population are the same for as long as its fixtures are compared with them.
#[tokio::test]
async fn a_population_of_this_version_stands_as_the_kept_ones_do() {
    let (bench, ids): (Bench, Operations) = populated().await;
    for (label, state) in STANDING {
        assert_eq!(bench.state(&ids[label]).await, state, "{label}");
    }
}

/// Makes a ready operation one of a later version, as a newer API would have accepted it.
async fn of_version(bench: &Bench, id: &OperationId, version: u32) {
    let mut connection = bench.raw().await;
    let (before, after) = (format!("{{test}}:ready:normal:{FORMAT}"), format!("{{test}}:ready:normal:{version}"));
    let () = ask(&mut connection, &["HSET", &format!("{{test}}:op:{id}"), "version", &version.to_string()]).await;
    let () = ask(&mut connection, &["LREM", &before, "0", id.as_str()]).await;
    let () = ask(&mut connection, &["RPUSH", &after, id.as_str()]).await;
}

#[tokio::test]
async fn an_operation_of_a_newer_version_is_left_to_others_and_says_so() {
    let bench = alone().await;
    bench.standing_district().await;
    let newer = bench.accepted(&create("web", None)).await.id;
    of_version(&bench, &newer, FORMAT + 1).await;
    let next = bench.accepted(&create("api", None)).await.id;
    assert_eq!(bench.succeed_next().await, next, "what stands behind it is not held up");
    for _ in 0..3 {
        assert!(bench.claim("worker-1").await.unwrap().is_none());
        assert!(bench.reap().await.unwrap().is_empty(), "it is where it belongs");
    }
    assert!(bench.next_due_in(Duration::from_secs(1)) > Duration::from_millis(500), "nobody spins for it");
    let shown = bench.operation(&newer).await.unwrap().unwrap();
    assert_eq!((shown.state, shown.seq), (State::Queued, 1));
    assert!(shown.warnings[0].starts_with("no worker understands it yet"), "{:?}", shown.warnings);
    assert_eq!(bench.operations(&Filter::default(), None, 10).await.unwrap().items[1], shown);

    let mut connection = bench.raw().await;
    let op = format!("{{test}}:op:{newer}");
    let () = ask(&mut connection, &["HSET", &op, "kind", "of_tomorrow"]).await;
    let page = bench.operations(&Filter::default(), None, 10).await.unwrap();
    assert_eq!((page.items.len(), page.unreadable[0].problem.code), (2, Code::NewerVersion));
    let unknown = bench.operation(&newer).await;
    assert!(matches!(unknown, Err(StoreError::Refused(Refusal::Newer(version))) if version == FORMAT + 1));
    let () = ask(&mut connection, &["HSET", &op, "kind", "create_heritage"]).await;

    let cancelled = bench.cancel(&newer, "token:me").await.unwrap().unwrap();
    assert!(matches!(cancelled, Cancelled::AtOnce(_)), "to stop it, nobody must understand it");
    let retried = bench.retry(&newer, "token:me").await;
    assert!(matches!(retried, Err(StoreError::Refused(Refusal::Newer(_)))), "its version is never lowered");
}

#[tokio::test]
async fn a_worker_takes_older_and_newer_versions_that_it_understands_in_the_order_of_acceptance() {
    let bench = alone().await;
    bench.standing_district().await;
    let older = bench.accepted(&create("one", None)).await.id;
    let mut connection = bench.raw().await;
    let () = ask(&mut connection, &["HDEL", &format!("{{test}}:op:{older}"), "version"]).await;
    let () = ask(&mut connection, &["DEL", &format!("{{test}}:ready:normal:{FORMAT}")]).await;
    let () = ask(&mut connection, &["RPUSH", "{test}:ready:normal", older.as_str()]).await;
    let newer = bench.accepted(&create("two", None)).await.id;
    // As a version that knew one list only would put it back.
    let () = ask(&mut connection, &["RPUSH", "{test}:ready:normal", newer.as_str()]).await;
    assert_eq!(bench.succeed_next().await, older);
    assert_eq!(bench.succeed_next().await, newer);
    assert!(bench.claim("worker-1").await.unwrap().is_none());
}
