//! Accepting: once per id and per idempotency key, all or nothing.

use shared::ids::OperationId;
use shared::operation::{Reason, State, StepState};
use shared::resource::Lifecycle;
use shared::store::{Acceptance, Accepted, Expect, Idempotency, Refusal, Reservation, StoreError};

use crate::fixture::{bench, create, district, name, provision};

fn keyed(acceptance: Acceptance, body: &str) -> Acceptance {
    let idempotency = Idempotency { key: "k".into(), scope: "scope".into(), body: body.into() };
    Acceptance { idempotency: Some(idempotency), ..acceptance }
}

#[tokio::test]
async fn an_accepted_create_is_visible_at_once_with_its_steps_to_come() {
    let bench = bench().await;
    let operation = bench.accepted(&provision()).await;
    assert_eq!((operation.state, operation.attempt, operation.seq), (State::Queued, 1, 1));
    assert_eq!(operation.steps.iter().map(|step| step.name.as_str()).collect::<Vec<_>>(), ["first", "second"]);
    assert!(operation.steps.iter().all(|step| step.state == StepState::Pending));
    let (record, _, unfinished) = bench.district(&district()).await.unwrap().unwrap();
    assert_eq!(record.state, Lifecycle::Creating);
    assert_eq!(unfinished[0].id, operation.id);
    assert_eq!(bench.cidrs().await.unwrap(), ["10.1.0.0/16"]);
}

#[tokio::test]
async fn the_same_id_sent_twice_is_accepted_once() {
    let bench = bench().await;
    let acceptance = provision();
    bench.accepted(&acceptance).await;
    let again = bench.accepted(&acceptance).await;
    assert_eq!((again.id, again.seq), (acceptance.id, 1));
    assert!(bench.claim("w").await.unwrap().is_some());
    assert!(bench.claim("w").await.unwrap().is_none());
}

#[tokio::test]
async fn an_idempotency_key_replays_its_operation_and_refuses_another_body() {
    let bench = bench().await;
    let first = bench.accepted(&keyed(provision(), "body")).await;
    let replay = bench.accept(&keyed(provision(), "body")).await.unwrap();
    assert!(matches!(replay, Accepted::Replayed(operation) if operation.id == first.id));
    assert_eq!(bench.refusal(&keyed(provision(), "other")).await, Refusal::KeyReused(first.id.clone()));

    let asked = |scope: &str, body: &str| Idempotency { key: "k".into(), scope: scope.into(), body: body.into() };
    assert_eq!(bench.replayed(&asked("scope", "body")).await.unwrap().unwrap().id, first.id);
    assert!(bench.replayed(&asked("free", "body")).await.unwrap().is_none());
    let reused = bench.replayed(&asked("scope", "other")).await;
    assert!(matches!(reused, Err(StoreError::Refused(Refusal::KeyReused(id))) if id == first.id));
}

#[tokio::test]
async fn a_refused_request_takes_no_key_and_writes_nothing() {
    let bench = bench().await;
    bench.standing_district().await;
    assert_eq!(bench.refusal(&keyed(provision(), "body")).await, Refusal::Exists);
    let create = keyed(create("web", Some(10_000)), "other body");
    assert!(matches!(bench.accept(&create).await.unwrap(), Accepted::New(_)));
}

#[tokio::test]
async fn what_is_missing_or_changed_since_is_refused() {
    let bench = bench().await;
    assert_eq!(bench.refusal(&create("web", None)).await, Refusal::Missing);
    bench.standing_district().await;
    assert_eq!(bench.refusal(&bench.deploy("web").await).await, Refusal::Missing);
    bench.standing_heritage("web", None).await;
    assert_eq!(bench.refusal(&create("web", None)).await, Refusal::Exists);

    let (one, other) = (bench.deploy("web").await, bench.deploy("web").await);
    bench.accepted(&one).await;
    assert_eq!(bench.refusal(&other).await, Refusal::Stale);
    let (one, other) = (bench.update_district().await, bench.update_district().await);
    bench.accepted(&one).await;
    assert_eq!(bench.refusal(&other).await, Refusal::Stale);
}

#[tokio::test]
async fn a_port_is_reserved_until_nothing_names_it_any_more() {
    let bench = bench().await;
    bench.standing_district().await;
    bench.standing_heritage("web", Some(10_000)).await;
    assert_eq!(bench.ports(&district()).await.unwrap(), [10_000]);
    assert_eq!(bench.refusal(&create("api", Some(10_000))).await, Refusal::Reserved("10000".into()));

    let deploy = Acceptance { reserve: vec![Reservation::Port(10_001)], ..bench.deploy("web").await };
    bench.accepted(&deploy).await;
    assert_eq!(bench.ports(&district()).await.unwrap().len(), 2);
    let claim = bench.claimed().await;
    bench.end(&claim, State::Failed).await;
    assert_eq!(bench.ports(&district()).await.unwrap(), [10_000]);

    bench.accepted(&bench.delete_heritage("web").await).await;
    bench.succeed_next().await;
    assert!(bench.ports(&district()).await.unwrap().is_empty());
    assert!(bench.heritage(&district(), &name("web")).await.unwrap().is_none());
}

#[tokio::test]
async fn a_newer_deploy_takes_the_place_of_a_queued_one() {
    let bench = bench().await;
    bench.standing_district().await;
    bench.standing_heritage("web", None).await;
    bench.accepted(&bench.deploy("web").await).await;
    let running = bench.claimed().await;
    let older = Acceptance { reserve: vec![Reservation::Port(10_001)], ..bench.deploy("web").await };
    let older = bench.accepted(&older).await;
    assert_eq!(older.reason, Some(Reason::Lock));

    let newer = Acceptance { supersedes: Some(older.id.clone()), ..bench.deploy("web").await };
    bench.accepted(&newer).await;
    let older = bench.operation(&older.id).await.unwrap().unwrap();
    assert_eq!((older.state, older.superseded_by), (State::Superseded, Some(newer.id.clone())));
    assert_eq!(bench.journalled(&older.id).await, ["accepted", "superseded", "finished"]);

    bench.end(&running, State::Succeeded).await;
    assert_eq!(bench.ports(&district()).await.unwrap(), [10_001], "it takes over what the older one had reserved");
    let claim = bench.claimed().await;
    assert_eq!(claim.operation.id, newer.id);
    let late = Acceptance { supersedes: Some(newer.id.clone()), ..bench.deploy("web").await };
    assert_eq!(bench.refusal(&late).await, Refusal::Stale);
    bench.end(&claim, State::Failed).await;
    assert!(bench.ports(&district()).await.unwrap().is_empty());
}

#[tokio::test]
async fn children_are_accepted_only_while_their_parent_runs() {
    let bench = bench().await;
    bench.standing_district().await;
    bench.standing_heritage("web", None).await;
    bench.standing_heritage("mail", None).await;
    let parent = bench.delete_district(true).await;
    bench.accepted(&parent).await;
    let child = Acceptance {
        id: OperationId::of_child(&parent.id, "web"),
        parent: Some(parent.id.clone()),
        ..bench.delete_heritage("web").await
    };
    assert_eq!(bench.refusal(&child).await, Refusal::WrongState(State::Queued));
    bench.claimed().await;
    assert_eq!(bench.accepted(&child).await.parent, Some(parent.id.clone()));
    assert_eq!(bench.operation(&parent.id).await.unwrap().unwrap().children, std::slice::from_ref(&child.id));

    bench.cancel(&parent.id, "token:test").await.unwrap().unwrap();
    let parent_id = Some(parent.id.clone());
    let late = Acceptance { parent: parent_id, ..bench.delete_heritage("mail").await };
    assert_eq!(bench.refusal(&late).await, Refusal::WrongState(State::Running), "a cancelled parent begins nothing");
}

#[tokio::test]
async fn what_depends_on_all_heritages_is_stale_when_one_changed_or_came() {
    let bench = bench().await;
    bench.standing_district().await;
    bench.standing_heritage("web", None).await;
    bench.standing_heritage("mail", None).await;
    let read = async || {
        let all = bench.heritages(&district()).await.unwrap();
        let all = all.into_iter().map(|view| (view.heritage.name, view.revision)).collect();
        let update = bench.update_district().await;
        Acceptance { expect: Expect { heritages: Some(all), ..update.expect }, ..update }
    };
    let before = read().await;
    bench.accepted(&bench.deploy("web").await).await;
    assert_eq!(bench.refusal(&before).await, Refusal::Stale);
    let before = read().await;
    bench.accepted(&create("new", None)).await;
    assert_eq!(bench.refusal(&before).await, Refusal::Stale);
    bench.accepted(&read().await).await;
}
