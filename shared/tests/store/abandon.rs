//! Abandoning what needs a person: listed for good, never retried, and out of the way of what comes after.

use shared::journal::Event;
use shared::operation::{Residue, State, Step, StepState};
use shared::problem::Code;
use shared::resource::Lifecycle;
use shared::store::{Accepted, Checkpoint, Filter, Refusal, StepRecord, StoreError};

use crate::fixture::{Bench, bench, create, district, name};
use crate::namespace::ask;
use crate::populated::populated;

async fn set_aside(bench: &Bench, host_port: u16, steps: Vec<StepRecord>) -> shared::ids::OperationId {
    let id = bench.accepted(&create("web", Some(host_port))).await.id;
    let claim = bench.claimed().await;
    bench.checkpoint(&id, &claim.fence, &Checkpoint { steps, ..Checkpoint::default() }).await.unwrap();
    let mut connection = bench.raw().await;
    let () = ask(&mut connection, &["HSET", &bench.key(&format!("op:{id}")), "crashes", "19"]).await;
    let () = ask(&mut connection, &["ZADD", &bench.key("leases"), "0", id.as_str()]).await;
    assert!(bench.claim("worker-2").await.unwrap().is_none());
    id
}

fn step(name: &str, index: u32, state: StepState, resources: &[&str]) -> StepRecord {
    let resources = resources.iter().map(ToString::to_string).collect();
    let view = Step { name: name.into(), state, resources, ..Step::default() };
    StepRecord { view, index, note: Some(serde_json::json!({})), ..StepRecord::default() }
}

#[tokio::test]
async fn dead_letters_are_listed_and_explained() {
    let (bench, ids) = populated().await;
    let stuck = Filter { states: vec![State::Stuck], ..Filter::default() };
    let listed = bench.operations(&stuck, None, 10).await.unwrap().items;
    assert_eq!(listed.iter().map(|it| &it.id).collect::<Vec<_>>(), [&ids["set aside"], &ids["stuck"]]);
    let dead = Filter { codes: vec![Code::Quarantined], ..stuck };
    let listed = bench.operations(&dead, None, 10).await.unwrap().items;
    let [letter] = listed.as_slice() else { panic!("{listed:?}") };
    let why = letter.dead_letter.as_ref().unwrap();
    assert_eq!((why.crashes, &why.steps[..]), (20, &["second".to_owned()][..]));
    assert_eq!((why.worker.as_deref(), Some(why.since)), (Some("worker-1"), letter.finished_at));
    assert_eq!(why.last_error.as_ref().unwrap().code, Code::AwsRefused);
    assert!(letter.links.retry.is_some() && letter.links.abandon.is_some());
}

#[tokio::test]
async fn an_abandoned_operation_lists_what_it_left_and_is_never_retried_and_its_thing_can_be_deleted() {
    let bench = bench().await;
    bench.standing_district().await;
    let steps = vec![
        step("create_role", 0, StepState::Succeeded, &["role-1"]),
        step("create_elb", 1, StepState::Running, &[]),
        step("create_log", 2, StepState::Undone, &["log-1"]),
        step("later", 3, StepState::Pending, &[]),
    ];
    let id = set_aside(&bench, 10_000, steps).await;
    let abandoned = bench.abandon(&id, "token:me", Some("it is old")).await.unwrap().unwrap();
    assert_eq!(abandoned.state, State::Failed);
    let left = |step: &str, resource: &str, state| {
        let why = format!("the operation was abandoned; the step is {state}");
        Residue { step: step.into(), resource: resource.into(), why }
    };
    let residue = vec![left("create_role", "role-1", "succeeded"), left("create_elb", "create_elb", "running")];
    assert_eq!(abandoned.residue, residue);
    let by = abandoned.abandoned.as_ref().unwrap();
    assert_eq!((by.actor.as_str(), by.reason.as_deref()), ("token:me", Some("it is old")));
    assert_eq!(abandoned.error.as_ref().unwrap().code, Code::Quarantined, "why it was stuck stays");
    assert!(abandoned.links.retry.is_none() && abandoned.links.abandon.is_none());
    let last = bench.journal(&id, abandoned.seq - 1, 1).await.unwrap().remove(0);
    let event = Event::Abandoned { actor: "token:me".into(), reason: Some("it is old".into()), residue };
    assert_eq!(last.event, event);

    assert_eq!(bench.abandon(&id, "token:other", None).await.unwrap().unwrap(), abandoned, "again, it stays");
    let retried = bench.retry(&id, "token:me").await;
    assert!(matches!(retried, Err(StoreError::Refused(Refusal::Abandoned))));
    let view = bench.heritage(&district(), &name("web")).await.unwrap().unwrap();
    assert_eq!(view.heritage.state, Lifecycle::Failed);
    let condition = view.heritage.conditions.iter().find(|it| it.kind == "LastChange").unwrap();
    assert_eq!(condition.reason, "abandoned");
    assert!(condition.message.contains("role-1, create_elb"), "{}", condition.message);
    assert_eq!(bench.ports(&district()).await.unwrap(), [10_000], "what is left on AWS may use it");

    bench.accepted(&bench.delete_heritage("web").await).await;
    bench.succeed_next().await;
    assert!(bench.heritage(&district(), &name("web")).await.unwrap().is_none());
    assert!(bench.ports(&district()).await.unwrap().is_empty());
    assert_eq!(bench.abandon(&id, "token:me", None).await.unwrap().unwrap().residue.len(), 2);
    assert!(bench.heritage(&district(), &name("web")).await.unwrap().is_none(), "it does not come back");
}

#[tokio::test]
async fn an_abandoned_create_that_made_nothing_frees_its_name_and_ports() {
    let bench = bench().await;
    bench.standing_district().await;
    let id = set_aside(&bench, 10_000, vec![step("create_role", 0, StepState::Pending, &[])]).await;
    assert!(bench.abandon(&id, "token:me", None).await.unwrap().unwrap().residue.is_empty());
    assert!(bench.heritage(&district(), &name("web")).await.unwrap().is_none());
    assert!(bench.ports(&district()).await.unwrap().is_empty());
    assert!(matches!(bench.accept(&create("web", Some(10_000))).await.unwrap(), Accepted::New(_)));
}

#[tokio::test]
async fn only_stuck_operations_are_abandoned() {
    let (bench, ids) = populated().await;
    for (label, id) in &ids {
        let answer = bench.abandon(id, "token:me", None).await;
        match *label {
            "stuck" => assert_eq!(answer.unwrap().unwrap().residue.len(), 2, "what was listed, and a step that stands"),
            "set aside" => assert_eq!(answer.unwrap().unwrap().residue.len(), 2),
            _other => assert!(matches!(answer, Err(StoreError::Refused(Refusal::WrongState(_)))), "{label}"),
        }
    }
    assert!(bench.abandon(&shared::ids::OperationId::draw(), "token:me", None).await.unwrap().is_none());
}
