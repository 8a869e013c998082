//! A namespace with something of everything: operations of every kind, in every state, at every place, with every entry
//! that a journal can have.

use std::collections::BTreeMap;
use std::time::Duration;

use indexmap::IndexMap;
use serde_json::json;
use shared::district::{DistrictIds, DistrictPatch};
use shared::heritage::{EnvValue, Environment, ServiceIds};
use shared::ids::OperationId;
use shared::journal::Event;
use shared::names::{DistrictName, ServiceName};
use shared::operation::{OnFailure, Progress, Reason, Residue, State, Step, StepState, Target, Undo};
use shared::payload::Payload;
use shared::problem::{AwsError, Code, Problem};
use shared::resource::Lifecycle;
use shared::store::{
    Acceptance, Budget, Changes, Checkpoint, Claim, Expect, Finish, Idempotency, Park, RecordChange, Settings,
    StepRecord, Store,
};
use shared::time::Timestamp;

use crate::fixture::{Bench, acceptance, alone, condition, create, ending, heritage_spec, name, provision};
use crate::namespace::ask;

/// Operations by what became of them.
pub(crate) type Operations = BTreeMap<&'static str, OperationId>;

/// A populated namespace. What its workers hold they seem to hold for a minute more.
pub(crate) async fn populated() -> (Bench, Operations) {
    let mut bench = alone().await;
    let unhurried = Settings { lease_ms: 60_000, ..bench.settings.clone() };
    bench.store = Store::connect(&unhurried, Duration::from_secs(10)).await.unwrap();
    bench.health().await.unwrap();
    bench.remember_bootstrap_token("hash of the token").await.unwrap();
    bench.take(&Budget { name: "1:us-east-1:ec2".into(), per_second: 1.0, burst: 2.0 }).await.unwrap();
    let mut ids = Operations::new();
    ids.insert("provisioned", provisioned(&bench).await);
    for heritage in ["web", "waits", "undoes", "stays", "dies", "goes", "lingers", "folds"] {
        bench.standing_heritage(heritage, None).await;
    }
    ended(&bench, &mut ids).await;
    away(&bench, &mut ids).await;
    begun(&bench, &mut ids).await;
    waiting_their_turn(&bench, &mut ids).await;
    (bench, ids)
}

fn step(name: &str, index: u32, state: StepState) -> StepRecord {
    let view = Step {
        name: name.into(),
        after: vec!["first".into()],
        state,
        attempt: 1,
        started_at: Some(Timestamp(1)),
        finished_at: None,
        resources: vec![format!("arn:{name}")],
        progress: Some(Progress { done: 1, total: 2, unit: "tasks".into() }),
        error: Some(refused()),
    };
    StepRecord {
        view,
        index,
        output: Some(json!({"id": "vpc-1"})),
        note: Some(json!({"token": "t"})),
        waiting_since: Some(Timestamp(2)),
        failures: 1,
        failing: Some("ec2:CreateVpc".into()),
    }
}

fn refused() -> Problem {
    let aws = AwsError {
        service: "ec2".into(),
        action: "CreateVpc".into(),
        code: "VpcLimitExceeded".into(),
        message: "No more.".into(),
        request_id: Some("r".into()),
    };
    Problem::new(Code::AwsRefused, "ec2:CreateVpc was refused: No more.")
        .said_by_aws(aws)
        .with_evidence("log", "a line")
}

fn residue() -> Vec<Residue> {
    vec![Residue { step: "second".into(), resource: "arn:second".into(), why: "AWS refused to remove it".into() }]
}

async fn provisioned(bench: &Bench) -> OperationId {
    let idempotency = Idempotency { key: "key".into(), scope: "scope".into(), body: "body".into() };
    let traced = Some("trace".to_owned());
    let asked =
        Acceptance { idempotency: Some(idempotency), trace_id: traced.clone(), request_id: traced, ..provision() };
    let id = bench.accepted(&asked).await.id;
    let claim = bench.claimed().await;
    let ids = DistrictIds { vpc_id: Some("vpc-1".into()), ..DistrictIds::default() };
    let record =
        RecordChange::District { state: Lifecycle::Active, spec: None, ids: Some(ids), condition: condition(true) };
    let steps = vec![step("first", 0, StepState::Succeeded), step("second", 1, StepState::Skipped)];
    let checkpoint = Checkpoint { steps, ..Checkpoint::default() };
    let finish =
        Finish { result: Some(json!({"vpc": "vpc-1"})), checkpoint, record, ..ending(&claim, State::Succeeded) };
    bench.finish(&id, &claim.fence, &finish).await.unwrap();
    id
}

async fn on(bench: &Bench, heritage: &str, payload: Payload) -> Acceptance {
    let district = DistrictName::parse("dev").unwrap();
    let view = bench.heritage(&district, &name(heritage)).await.unwrap().unwrap();
    let expect = Expect { heritage: Some(view.revision), ..Expect::default() };
    Acceptance { expect, ..acceptance(Some(heritage), payload) }
}

/// Operations that have ended: failed with and without residue, stuck, set aside, cancelled, a deletion of each outcome.
async fn ended(bench: &Bench, ids: &mut Operations) {
    let held = Acceptance { on_failure: OnFailure::Hold, ..create("held", Some(10_001)) };
    ids.insert("held", failed(bench, &held, State::Failed, Lifecycle::Failed, residue()).await);
    let clean = create("clean", Some(10_002));
    ids.insert("clean", bench.accepted(&clean).await.id);
    bench.end(&bench.claimed().await, State::Failed).await;
    let stuck = bench.deploy("stays").await;
    ids.insert("stuck", failed(bench, &stuck, State::Stuck, Lifecycle::Active, residue()).await);
    ids.insert("set aside", set_aside(bench).await);
    let cancelled = bench.accepted(&create("calm", None)).await.id;
    bench.cancel(&cancelled, "token:me").await.unwrap();
    ids.insert("cancelled", cancelled);
    ids.insert("deleted", bench.accepted(&bench.delete_heritage("goes").await).await.id);
    bench.succeed_next().await;
    let lingers = bench.delete_heritage("lingers").await;
    ids.insert("not deleted", failed(bench, &lingers, State::Failed, Lifecycle::DeleteFailed, residue()).await);
}

async fn failed(
    bench: &Bench,
    asked: &Acceptance,
    state: State,
    becomes: Lifecycle,
    residue: Vec<Residue>,
) -> OperationId {
    let id = bench.accepted(asked).await.id;
    let claim = bench.claimed().await;
    let changes = Changes { residue: Some(residue), ..Changes::default() };
    let steps = vec![step("first", 0, StepState::Succeeded), step("second", 1, StepState::UndoFailed)];
    let events = vec![
        Event::StepFailed { step: "second".into(), error: refused() },
        Event::UndoFailed { step: "second".into(), error: refused() },
    ];
    let checkpoint = Checkpoint { steps, events, changes, nonce: "n".into() };
    let (spec, services, condition) = (Some(heritage_spec(None)), Some(services()), condition(false));
    let record = RecordChange::Heritage { state: becomes, spec, services, condition };
    let finish = Finish { error: Some(refused()), checkpoint, record, ..ending(&claim, state) };
    bench.finish(&id, &claim.fence, &finish).await.unwrap();
    id
}

/// An operation at which workers died again and again.
async fn set_aside(bench: &Bench) -> OperationId {
    let id = bench.accepted(&bench.deploy("dies").await).await.id;
    let claim = bench.claimed().await;
    let steps = vec![step("first", 0, StepState::Succeeded), step("second", 1, StepState::Running)];
    let checkpoint = Checkpoint { steps, ..Checkpoint::default() };
    bench.checkpoint(&id, &claim.fence, &checkpoint).await.unwrap();
    let mut connection = bench.raw().await;
    let () = ask(&mut connection, &["HSET", &format!("{{test}}:op:{id}"), "crashes", "19"]).await;
    let () = ask(&mut connection, &["ZADD", "{test}:leases", "0", id.as_str()]).await;
    assert!(bench.claim("worker-2").await.unwrap().is_none());
    id
}

/// A district that is being removed with its heritage, which its operation started.
async fn away(bench: &Bench, ids: &mut Operations) {
    let away = DistrictName::parse("away").unwrap();
    let there = |asked: Acceptance| {
        let target = Target { district: away.clone(), ..asked.target.clone() };
        Acceptance { target, ..asked }
    };
    let made = provision();
    let record = made.district.clone().map(|district| shared::district::District { name: away.clone(), ..district });
    bench.accepted(&Acceptance { district: record, reserve: vec![], ..there(made) }).await;
    bench.succeed_next().await;
    let made = create("child", None);
    let record = made.heritage.clone().map(|it| shared::heritage::Heritage { district: away.clone(), ..it });
    bench.accepted(&Acceptance { heritage: record, ..there(made) }).await;
    bench.succeed_next().await;
    let (_, revision, _) = bench.district(&away).await.unwrap().unwrap();
    let removal = Payload::DeleteDistrict { cascade: true, force: true, keep_logs: true };
    let expect = Expect { district: Some(revision), ..Expect::default() };
    let parent = bench.accepted(&Acceptance { expect, ..there(acceptance(None, removal)) }).await.id;
    let claim = bench.claimed().await;
    let view = bench.heritage(&away, &name("child")).await.unwrap().unwrap();
    let removal = there(acceptance(Some("child"), Payload::DeleteHeritage { keep_logs: true }));
    let expect = Expect { heritage: Some(view.revision), ..Expect::default() };
    let child = Acceptance { expect, parent: Some(parent.clone()), ..removal };
    ids.insert("child", bench.accepted(&child).await.id);
    bench.claimed().await;
    let park = Park { reason: Reason::Children, after_ms: 600_000, checkpoint: Checkpoint::default() };
    bench.park(&parent, &claim.fence, &park, false).await.unwrap();
    ids.insert("parent", parent);
}

/// Operations at which a worker is, or was until it parked them.
async fn begun(bench: &Bench, ids: &mut Operations) {
    let web = bench.deploy("web").await;
    ids.insert("running", bench.accepted(&web).await.id);
    let running = bench.claimed().await;
    let started =
        Checkpoint { steps: vec![step("first", 0, StepState::Running)], events: every_event(), ..everything() };
    bench.checkpoint(&ids["running"], &running.fence, &started).await.unwrap();

    let vars = Environment::from_iter([("A".to_owned(), EnvValue::Plain("1".into()))]);
    let waits = on(bench, "waits", Payload::SetEnvVars { vars }).await;
    ids.insert("waiting", bench.accepted(&waits).await.id);
    let waiting = bench.claimed().await;
    let parked = Checkpoint { steps: vec![step("first", 0, StepState::Waiting)], ..everything() };
    let park = Park { reason: Reason::Aws, after_ms: 600_000, checkpoint: parked };
    bench.park(&ids["waiting"], &waiting.fence, &park, false).await.unwrap();

    let undoes = on(bench, "undoes", Payload::UnsetEnvVars { keys: vec!["A".into()] }).await;
    ids.insert("undoing", bench.accepted(&undoes).await.id);
    undo(bench, &bench.claimed().await).await;
}

async fn undo(bench: &Bench, claim: &Claim) {
    let steps = vec![step("first", 0, StepState::Undoing), step("second", 1, StepState::Undone)];
    let changes = Changes {
        state: Some(State::Undoing),
        undo: Some(Undo { why: "failure".into(), done: 1, total: 2 }),
        error: Some(refused()),
        ..Changes::default()
    };
    let undone = Event::StepUndone { step: "second".into(), resources: vec!["arn:second".into()] };
    let events = vec![Event::UndoStarted { why: "failure".into() }, undone];
    let checkpoint = Checkpoint { steps, events, changes, nonce: "n".into() };
    bench.checkpoint(&claim.operation.id, &claim.fence, &checkpoint).await.unwrap();
}

/// A checkpoint that sets every field it can.
fn everything() -> Checkpoint {
    let changes = Changes {
        state: Some(State::Running),
        reason: Some(Some(Reason::Backoff)),
        target: Some(json!({"heritage": heritage_spec(None)})),
        percent: Some(40),
        headline: Some("web: 1 of 2 tasks running".into()),
        warnings: Some(vec!["it is slow".into()]),
        ..Changes::default()
    };
    Checkpoint { changes, nonce: "n".into(), ..Checkpoint::default() }
}

pub(crate) fn every_event() -> Vec<Event> {
    let (step, error) = (String::from("first"), refused());
    let progress = Some(Progress { done: 1, total: 2, unit: "tasks".into() });
    vec![
        Event::StepStarted { step: step.clone() },
        Event::StepIntent { step: step.clone(), note: json!({"token": "t"}) },
        Event::StepWaiting { step: step.clone(), reason: Reason::Aws, headline: "waits".into() },
        Event::StepProgress { step: step.clone(), progress, headline: "1 of 2".into(), resources: vec!["r".into()] },
        Event::StepRetry { step: step.clone(), after_ms: 100, error },
        Event::StepSucceeded { step: step.clone(), resources: vec!["r".into()], took_ms: 7 },
        Event::StepSkipped { step, why: "it was given".into() },
    ]
}

/// Operations that nobody has begun.
async fn waiting_their_turn(bench: &Bench, ids: &mut Operations) {
    let scale = Payload::ScaleService { service: ServiceName::parse("web").unwrap(), desired_count: 2 };
    let behind = on(bench, "web", scale).await;
    ids.insert("behind", bench.accepted(&behind).await.id);
    ids.insert("folded", bench.accepted(&bench.deploy("folds").await).await.id);
    let newer = Acceptance { supersedes: Some(ids["folded"].clone()), ..bench.deploy("folds").await };
    ids.insert("newer", bench.accepted(&newer).await.id);
    ids.insert("new", bench.accepted(&create("new", Some(10_003))).await.id);
    let patch = DistrictPatch { cluster_size: Some(3), ..DistrictPatch::default() };
    let district = DistrictName::parse("dev").unwrap();
    let (_, revision, _) = bench.district(&district).await.unwrap().unwrap();
    let expect = Expect { district: Some(revision), ..Expect::default() };
    let update = Acceptance { expect, ..acceptance(None, Payload::UpdateDistrict { patch }) };
    ids.insert("update", bench.accepted(&update).await.id);
}

/// What the record of a heritage says when everything is known of it.
fn services() -> IndexMap<String, ServiceIds> {
    let ids = ServiceIds { service_arn: Some("arn:service".into()), running_count: Some(1), ..ServiceIds::default() };
    IndexMap::from_iter([("web".to_owned(), ids)])
}
