//! What AWS refuses for good is listed, precisely and with ids; once AWS allows it a second deletion, or a retry, finishes.

use std::collections::BTreeSet;

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{LONG, Stage, Thing, shop};

/// Districts whose deletions fail side by side, each at another call.
const DISTRICTS: usize = 6;
/// What AWS ends by itself, so that it may have gone since it was looked for; and revisions that are inactive, which the
/// simulator does not count.
const GOING: [&str; 5] = ["instances", "nat_gateways", "services", "groups", "task_definitions"];

fn districts() -> Vec<String> {
    (0..DISTRICTS).map(|nth| format!("d{nth}")).collect()
}

type Call = (String, String);

/// The calls that changed something, made by operations of these ids.
async fn changing_calls(stage: &Stage, operations: &[&str]) -> BTreeSet<Call> {
    let calls = stage.stack.aws.calls().await.unwrap();
    let of_them = calls.iter().filter(|call| {
        let agent = call["user_agent"].as_str().unwrap_or_default();
        operations.iter().any(|id| agent.contains(id))
    });
    let text = |call: &Value, field: &str| call[field].as_str().unwrap_or_default().to_owned();
    let all = of_them.map(|call| (text(call, "service"), text(call, "operation")));
    let reads = ["Describe", "List", "Get"];
    all.filter(|(_, operation)| !reads.iter().any(|verb| operation.starts_with(verb))).collect()
}

/// AWS refuses a call of an operation for good.
async fn refuse(stage: &Stage, (service, operation): &Call, id: &str) {
    let fault = json!({"service": service, "operation": operation, "caller": id, "kind": "error", "status": 403,
                       "code": "AccessDenied", "message": "not authorized"});
    stage.stack.aws.fault(&fault).await.unwrap();
}

fn residue(operation: &Value) -> BTreeSet<String> {
    let residue = operation["residue"].as_array().unwrap().iter();
    residue.map(|one| named(one["resource"].as_str().unwrap())).collect()
}

/// Roles and profiles are called by name when they are deleted, and by ARN when they are made.
fn named(resource: &str) -> String {
    let is_of_iam = resource.starts_with("arn:aws:iam:");
    if is_of_iam { resource.rsplit('/').next().unwrap_or(resource).to_owned() } else { resource.to_owned() }
}

/// Sees that residue is what stands.
fn must_list(operation: &Value, before: &[Thing], now: &[Thing], call: &Call) {
    let (listed, stands) = (residue(operation), now.iter().map(Thing::residue).collect::<BTreeSet<_>>());
    let may_have_gone: BTreeSet<_> =
        before.iter().filter(|thing| GOING.contains(&thing.kind.as_str())).map(Thing::residue).collect();
    let missing: Vec<_> = stands.difference(&listed).collect();
    let more: Vec<_> = listed.difference(&stands).filter(|one| !may_have_gone.contains(*one)).collect();
    assert!(
        missing.is_empty() && more.is_empty(),
        "{call:?}: not listed {missing:?}, not there {more:?}\n{operation:#}"
    );
    assert!(!listed.is_empty(), "{call:?}: nothing is listed\n{operation:#}");
}

/// Sends changes while no worker runs, lets AWS refuse a call of each, and waits for their ends.
async fn ends_refused(stage: &mut Stage, changes: Vec<(Method, String, Option<Value>, Vec<Call>)>) -> Vec<Value> {
    for worker in &mut stage.stack.workers {
        if worker.is_running() {
            worker.stop().unwrap();
        }
    }
    let mut ids = vec![];
    for (method, path, body, calls) in changes {
        let id = stage.send(method, &path, body.as_ref()).await;
        for call in &calls {
            refuse(stage, call, &id).await;
        }
        ids.push(id);
    }
    stage.stack.add_worker().unwrap();
    join_all(ids.iter().map(async |id| stage.stack.api.ended(id, LONG).await.unwrap())).await
}

/// Which record an operation on a path is about.
async fn record_state(stage: &Stage, path: &str) -> String {
    let shown = stage.stack.api.get(path.split('?').next().unwrap()).await.unwrap().body;
    let record = if shown["heritage"].is_null() { &shown["district"] } else { &shown["heritage"] };
    record["state"].as_str().unwrap_or_default().to_owned()
}

/// Every call of a deletion is refused once; the paths are those of the things deleted.
async fn each_call_refused(
    stage: &mut Stage,
    calls: BTreeSet<Call>,
    path: impl Fn(&str) -> String,
    of: fn(&Thing) -> bool,
) {
    let calls: Vec<_> = calls.into_iter().collect();
    for some in calls.chunks(DISTRICTS) {
        let used: Vec<_> = districts().into_iter().take(some.len()).collect();
        let before = join_all(used.iter().map(|district| stage.things_of(district))).await;
        let changes = used.iter().zip(some);
        let changes =
            changes.map(|(district, call)| (Method::DELETE, path(district), None, vec![call.clone()])).collect();
        let ended = ends_refused(stage, changes).await;
        for (((operation, call), district), before) in ended.iter().zip(some).zip(&used).zip(&before) {
            assert_eq!(operation["state"], "failed", "{call:?}: {operation:#}");
            assert_eq!(operation["error"]["aws"]["code"], "AccessDenied", "{operation:#}");
            assert_eq!(record_state(stage, &path(district)).await, "delete_failed", "{call:?}");
            let mut now = stage.things_of(district).await;
            now.retain(of);
            must_list(operation, before, &now, call);
        }
        stage.stack.aws.heal().await.unwrap();
        let second =
            join_all(used.iter().map(async |district| stage.ends(Method::DELETE, &path(district), None).await)).await;
        for operation in second {
            assert_eq!(
                (&operation["state"], &operation["residue"]),
                (&json!("succeeded"), &json!([])),
                "{operation:#}"
            );
        }
        stage.rewind().await;
    }
}

#[tokio::test]
async fn what_aws_refuses_to_delete_is_listed_and_a_second_deletion_finishes() {
    let mut stage = Stage::with_districts(DISTRICTS).await;
    stage.stack.aws.forget_calls().await.unwrap();
    let heritage = stage.ends(Method::DELETE, "/v1/districts/d0/heritages/shop-d0", None).await;
    let district = stage.ends(Method::DELETE, "/v1/districts/d0", None).await;
    let of_heritage = changing_calls(&stage, &[heritage["id"].as_str().unwrap()]).await;
    let mut of_district = changing_calls(&stage, &[district["id"].as_str().unwrap()]).await;
    // Only when AWS finds something in the way is a table let go of its subnets: on AWS they went before.
    of_district.remove(&("ec2".to_owned(), "DisassociateRouteTable".to_owned()));
    assert!(of_heritage.len() >= 9 && of_district.len() >= 15, "{of_heritage:#?} {of_district:#?}");
    stage.rewind().await;
    let is_of_heritage = |thing: &Thing| thing.tag("barcelona:heritage").is_some() || thing.kind == "record_sets";
    let path = |district: &str| format!("/v1/districts/{district}/heritages/shop-{district}");
    each_call_refused(&mut stage, of_heritage.clone(), path, is_of_heritage).await;
    let path = |district: &str| format!("/v1/districts/{district}");
    for district in districts() {
        stage.ends(Method::DELETE, &format!("{}/heritages/shop-{district}", path(&district)), None).await;
    }
    stage.keep().await;
    each_call_refused(&mut stage, of_district.clone(), path, |_| true).await;
    println!("{} calls of delete_heritage, {} of delete_district refused", of_heritage.len(), of_district.len());
}

/// An undo whose calls are refused leaves what it made, and lists it.
async fn each_undo_refused(
    stage: &mut Stage,
    calls: &[Call],
    forward: &Call,
    change: impl Fn(&str) -> (String, Value),
    target: impl Fn(&str) -> String,
) {
    for some in calls.chunks(DISTRICTS) {
        let used: Vec<_> = districts().into_iter().take(some.len()).collect();
        let changes = used.iter().zip(some).map(|(district, call)| {
            let (path, body) = change(district);
            (Method::POST, path, Some(body), vec![forward.clone(), call.clone()])
        });
        let ended = ends_refused(stage, changes.collect()).await;
        let mut ids = vec![];
        for ((operation, call), district) in ended.iter().zip(some).zip(&used) {
            assert_eq!(operation["state"], "stuck", "{call:?}: {operation:#}");
            let id = operation["id"].as_str().unwrap();
            let mut now = stage.things_of(district).await;
            now.retain(|thing| thing.tag("barcelona:operation") == Some(id) || thing.kind == "record_sets");
            must_list(operation, &now, &now, call);
            ids.push(id.to_owned());
        }
        stage.stack.aws.heal().await.unwrap();
        let finished = used.iter().zip(&ids).enumerate().map(async |(nth, (district, id))| {
            if nth % 2 == 0 {
                return stage.ends(Method::DELETE, &target(district), None).await;
            }
            stage.send(Method::POST, &format!("/v1/operations/{id}/retry"), Some(&json!({}))).await;
            stage.stack.api.ended(id, LONG).await.unwrap()
        });
        for operation in join_all(finished).await {
            assert_eq!(
                (&operation["state"], &operation["residue"]),
                (&json!("succeeded"), &json!([])),
                "{operation:#}"
            );
        }
        stage.rewind().await;
    }
}

fn calls(all: &[(&str, &str)]) -> Vec<Call> {
    all.iter().map(|(service, operation)| ((*service).to_owned(), (*operation).to_owned())).collect()
}

#[tokio::test]
async fn what_an_undo_may_not_take_back_is_listed_and_a_retry_or_a_deletion_finishes() {
    let mut stage = Stage::bare().await;
    stage.keep().await;
    let undone = calls(&[
        ("ec2", "DeleteSubnet"),
        ("ec2", "DeleteVpc"),
        ("ec2", "DeleteInternetGateway"),
        ("ec2", "DetachInternetGateway"),
        ("ec2", "DeleteNatGateway"),
        ("ec2", "ReleaseAddress"),
        ("ec2", "DeleteRouteTable"),
        ("ec2", "DeleteSecurityGroup"),
        ("ec2", "RevokeSecurityGroupIngress"),
        ("ec2", "DeleteLaunchTemplate"),
        ("ecs", "DeleteCluster"),
        ("iam", "DeleteRole"),
    ]);
    let forward = &calls(&[("autoscaling", "CreateAutoScalingGroup")])[0];
    let district = |name: &str| ("/v1/districts".to_owned(), json!({"name": name, "cluster_size": 1}));
    each_undo_refused(&mut stage, &undone, forward, district, |name| format!("/v1/districts/{name}")).await;
}

#[tokio::test]
async fn what_the_undo_of_a_heritage_may_not_take_back_is_listed_and_a_retry_or_a_deletion_finishes() {
    let mut stage = Stage::with_bare_districts(DISTRICTS).await;
    let undone = calls(&[
        ("elasticloadbalancing", "DeleteLoadBalancer"),
        ("logs", "DeleteLogGroup"),
        ("iam", "DeleteRole"),
        ("iam", "DeleteRolePolicy"),
        ("ecs", "DeregisterTaskDefinition"),
        ("ssm", "DeleteParameters"),
    ]);
    let forward = &calls(&[("ecs", "CreateService")])[0];
    let heritage = |district: &str| (format!("/v1/districts/{district}/heritages"), shop(district));
    let target = |district: &str| format!("/v1/districts/{district}/heritages/shop-{district}");
    each_undo_refused(&mut stage, &undone, forward, heritage, target).await;
}
