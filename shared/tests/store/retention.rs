//! What has ended long ago goes, with all that belongs to it; what something refers to stays.

use std::time::Duration;

use shared::ids::OperationId;
use shared::operation::{Residue, State};
use shared::resource::Lifecycle;
use shared::store::{
    Acceptance, Accepted, Changes, Checkpoint, Claim, Filter, Finish, Idempotency, RecordChange, Reservation, Settings,
    Store,
};

use crate::dangling::nothing_dangles;
use crate::fixture::{Bench, bench, condition, create, ending, heritage_spec};

/// Another worker's store, which keeps nothing after its end.
pub(crate) async fn sweeper(bench: &Bench) -> Store {
    let forgetful = Settings { retention: Duration::ZERO, ..bench.settings.clone() };
    Store::connect(&forgetful, Duration::from_secs(10)).await.unwrap()
}

/// Sweeps, as if the last sweep were long ago.
pub(crate) async fn sweep(bench: &Bench) -> Vec<OperationId> {
    let () = redis::cmd("DEL").arg(bench.key("swept")).query_async(&mut bench.raw().await).await.unwrap();
    let removed = sweeper(bench).await.sweep().await.unwrap();
    nothing_dangles(bench).await;
    removed
}

/// A district with the heritage `web`.
async fn standing() -> Bench {
    let bench = bench().await;
    bench.standing_district().await;
    bench.standing_heritage("web", None).await;
    bench
}

async fn deployed(bench: &Bench, state: State) -> OperationId {
    let id = bench.accepted(&bench.deploy("web").await).await.id;
    bench.end(&bench.claimed().await, state).await;
    id
}

fn with_residue(claim: &Claim) -> Finish {
    let residue = vec![Residue { step: "first".into(), resource: "r".into(), why: "test".into() }];
    let changes = Changes { residue: Some(residue), ..Changes::default() };
    Finish { checkpoint: Checkpoint { changes, ..Checkpoint::default() }, ..ending(claim, State::Failed) }
}

/// Succeeds with a specification that has the host port.
fn keeping_the_port(claim: &Claim) -> Finish {
    let (spec, state) = (Some(heritage_spec(Some(10_000))), Lifecycle::Active);
    let record = RecordChange::Heritage { state, spec, services: None, condition: condition(true) };
    Finish { record, ..ending(claim, State::Succeeded) }
}

#[tokio::test]
async fn what_a_later_operation_followed_goes_and_what_made_or_last_changed_a_thing_stays() {
    let bench = standing().await;
    let old = [deployed(&bench, State::Succeeded).await, deployed(&bench, State::Failed).await];
    let latest = deployed(&bench, State::Failed).await;
    assert!(bench.sweep().await.unwrap().is_empty(), "they ended just now");
    assert_eq!(sweep(&bench).await, old);
    for id in &old {
        assert!(bench.operation(id).await.unwrap().is_none());
        assert!(bench.journal(id, 0, 10).await.unwrap().is_empty());
        assert!(bench.retry(id, "token:test").await.unwrap().is_none());
        assert!(bench.cancel(id, "token:test").await.unwrap().is_none());
    }
    let left = bench.operations(&Filter::default(), None, 10).await.unwrap().items;
    assert_eq!((left.len(), &left[0].id), (3, &latest), "what made the district, what made the heritage, the latest");
    bench.retry(&latest, "token:test").await.unwrap().unwrap();
}

#[tokio::test]
async fn what_has_not_ended_stays_however_old_it_is() {
    let bench = standing().await;
    let failed = deployed(&bench, State::Failed).await;
    bench.retry(&failed, "token:test").await.unwrap().unwrap();
    let queued = bench.accepted(&create("api", None)).await.id;
    assert!(sweep(&bench).await.is_empty());
    assert_eq!((bench.state(&failed).await, bench.state(&queued).await), (State::Queued, State::Queued));
}

#[tokio::test]
async fn a_thing_that_is_gone_keeps_nothing() {
    let bench = standing().await;
    deployed(&bench, State::Stuck).await;
    bench.accepted(&bench.delete_heritage("web").await).await;
    bench.succeed_next().await;
    let failed = bench.accepted(&create("api", Some(10_000))).await.id;
    bench.end(&bench.claimed().await, State::Failed).await;
    assert_eq!(sweep(&bench).await.len(), 4);
    assert!(bench.retry(&failed, "token:test").await.unwrap().is_none());
    let latest: Vec<String> =
        redis::cmd("HKEYS").arg(bench.key("latest")).query_async(&mut bench.raw().await).await.unwrap();
    assert_eq!(latest, ["dev"]);
}

#[tokio::test]
async fn what_needs_a_person_or_holds_a_port_stays_while_the_thing_stands() {
    let bench = standing().await;
    let stuck = deployed(&bench, State::Stuck).await;
    let left = bench.accepted(&bench.deploy("web").await).await.id;
    let claim = bench.claimed().await;
    bench.finish(&left, &claim.fence, &with_residue(&claim)).await.unwrap();
    let reserve = vec![Reservation::Port(10_000)];
    let holder = bench.accepted(&Acceptance { reserve, ..bench.deploy("web").await }).await.id;
    let claim = bench.claimed().await;
    bench.finish(&holder, &claim.fence, &keeping_the_port(&claim)).await.unwrap();
    deployed(&bench, State::Failed).await;
    assert!(sweep(&bench).await.is_empty());
    for id in [stuck, left, holder] {
        assert!(bench.operation(&id).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn what_a_repeated_request_is_answered_with_stays_as_long_as_its_key() {
    let bench = standing().await;
    let idempotency = Idempotency { key: "k".into(), scope: "scope".into(), body: "body".into() };
    let keyed = |acceptance| Acceptance { idempotency: Some(idempotency.clone()), ..acceptance };
    let first = bench.accepted(&keyed(bench.deploy("web").await)).await.id;
    bench.succeed_next().await;
    deployed(&bench, State::Succeeded).await;
    assert!(sweep(&bench).await.is_empty());
    let replayed = bench.accept(&keyed(bench.deploy("web").await)).await.unwrap();
    assert!(matches!(replayed, Accepted::Replayed(operation) if operation.id == first));

    let mut connection = bench.raw().await;
    let () = redis::cmd("DEL").arg(bench.key("idempotency:scope")).query_async(&mut connection).await.unwrap();
    assert_eq!(sweep(&bench).await, [first]);
    let anew = bench.accept(&keyed(bench.deploy("web").await)).await.unwrap();
    assert!(matches!(anew, Accepted::New(_)));
}

#[tokio::test]
async fn a_key_whose_operation_is_gone_is_free() {
    let bench = standing().await;
    let asked = Idempotency { key: "k".into(), scope: "scope".into(), body: "body".into() };
    let gone = format!("{} other", OperationId::draw());
    let set = [&bench.key("idempotency:scope"), &gone];
    let () = redis::cmd("SET").arg(&set).query_async(&mut bench.raw().await).await.unwrap();
    let accepted = bench.accept(&Acceptance { idempotency: Some(asked), ..bench.deploy("web").await }).await.unwrap();
    assert!(matches!(accepted, Accepted::New(_)));
}

#[tokio::test]
async fn a_parent_goes_together_with_its_children() {
    let bench = standing().await;
    let parent = bench.accepted(&bench.delete_district(true).await).await.id;
    let claim = bench.claimed().await;
    let child = Acceptance { parent: Some(parent.clone()), ..bench.delete_heritage("web").await };
    let child = bench.accepted(&child).await.id;
    bench.succeed_next().await;
    assert!(!sweep(&bench).await.contains(&child), "its parent still asks for it");
    bench.end(&claim, State::Succeeded).await;
    let removed = sweep(&bench).await;
    assert!(removed.contains(&child) && removed.contains(&parent), "{removed:?}");
    assert!(bench.operations(&Filter::default(), None, 10).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn pages_go_on_where_they_were_when_operations_between_them_are_gone() {
    let bench = standing().await;
    let mut ids = vec![];
    for _ in 0..6 {
        ids.insert(0, deployed(&bench, State::Succeeded).await);
    }
    let first = bench.operations(&Filter::default(), None, 3).await.unwrap();
    assert_eq!(first.items.iter().map(|it| &it.id).collect::<Vec<_>>(), ids[..3].iter().collect::<Vec<_>>());
    assert_eq!(sweep(&bench).await.len(), 5);
    let second = bench.operations(&Filter::default(), first.next.as_deref(), 3).await.unwrap();
    let kinds: Vec<_> = second.items.iter().map(|it| it.kind.to_string()).collect();
    assert_eq!(kinds, ["create_heritage", "provision_district"], "the cursor's own operation is gone too");
}

#[tokio::test]
async fn one_look_at_everything_is_enough_for_a_minute_whoever_looks() {
    let bench = standing().await;
    for _ in 0..3 {
        deployed(&bench, State::Succeeded).await;
    }
    let (one, other) = (sweeper(&bench).await, sweeper(&bench).await);
    assert_eq!(one.sweep().await.unwrap().len(), 2);
    deployed(&bench, State::Succeeded).await;
    assert!(other.sweep().await.unwrap().is_empty());
    assert_eq!(sweep(&bench).await.len(), 1);
}

#[tokio::test]
async fn more_than_one_script_looks_at_are_swept_too() {
    let bench = standing().await;
    let mut connection = bench.raw().await;
    for _ in 0..2 {
        deployed(&bench, State::Succeeded).await;
    }
    let original = bench.operations(&Filter::default(), None, 2).await.unwrap().items.remove(1);
    let fields: Vec<String> = redis::cmd("HGETALL")
        .arg(bench.key(&format!("op:{}", original.id)))
        .query_async(&mut connection)
        .await
        .unwrap();
    for number in 0..250 {
        let id = OperationId::draw();
        let () = redis::cmd("HSET")
            .arg(bench.key(&format!("op:{id}")))
            .arg(&fields)
            .query_async(&mut connection)
            .await
            .unwrap();
        let add = redis::cmd("ZADD").arg(bench.key("operations")).arg(number + 1).arg(id.as_str()).to_owned();
        let () = add.query_async(&mut connection).await.unwrap();
    }
    assert_eq!(sweep(&bench).await.len(), 251);
}

#[tokio::test]
async fn a_worker_sweeps_when_it_does_the_upkeep() {
    let bench = standing().await;
    for _ in 0..2 {
        deployed(&bench, State::Succeeded).await;
    }
    let worker = sweeper(&bench).await;
    worker.upkeep(Duration::from_millis(1)).await.unwrap();
    assert_eq!(bench.operations(&Filter::default(), None, 10).await.unwrap().items.len(), 3);
}
