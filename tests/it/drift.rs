//! What somebody changes by hand is noticed or overwritten, as `docs/reliability.md` says for each thing: its rows name the
//! cases here that show them.

use std::collections::BTreeSet;

use futures::join;
use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::by_hand::{self, remove};
use crate::stage::{LONG, Stage, Thing};

/// Stops the simulator's clock, so that nothing becomes ready, or lets it run.
async fn clock_stands(stage: &Stage, stands: bool) {
    let body = json!({"speed": 300, "step": stands});
    let path = "/_sim/clock";
    let answer = stage.stack.aws.client.send(Method::PUT, path, &[], Some(&body)).await.unwrap();
    assert_eq!(answer.status, 200, "{:#}", answer.body);
}

fn heritage(district: &str) -> String {
    format!("/v1/districts/{district}/heritages/shop-{district}")
}

async fn thing(stage: &Stage, district: &str, kind: &str, ends: &str) -> Thing {
    let all = stage.things_of(district).await;
    let found = all.iter().find(|it| it.kind == kind && (it.name.ends_with(ends) || it.id.ends_with(ends)));
    found.unwrap_or_else(|| panic!("no {kind} {ends} in {all:#?}")).clone()
}

async fn deploy(stage: &Stage, district: &str) -> Value {
    stage.ends(Method::PATCH, &heritage(district), Some(&json!({"image_tag": "2"}))).await
}

async fn deleted(stage: &Stage, path: &str) -> Value {
    let operation = stage.ends(Method::DELETE, path, None).await;
    assert_eq!(operation["state"], "succeeded", "{path}: {operation:#}");
    operation
}

fn must_have_failed(operation: &Value, code: &str, words: &str) {
    let detail = operation["error"]["detail"].as_str().unwrap_or_default();
    let is_told = operation["error"]["code"] == code && detail.contains(words);
    assert!(operation["state"] == "failed" && is_told, "{code} {words}: {operation:#}");
}

fn must_warn(operation: &Value, words: &str) {
    assert_eq!(operation["state"], "succeeded", "{operation:#}");
    assert!(operation["warnings"].to_string().contains(words), "{words}: {operation:#}");
}

/// The ECS service `worker`: its wanted count and its revision.
async fn service(stage: &Stage, district: &str) -> (i32, String) {
    let name = format!("shop-{district}-worker");
    let found = stage.account.ecs.describe_services().cluster(district).services(name).send().await.unwrap();
    let service = &found.services()[0];
    (service.desired_count(), service.task_definition().unwrap().rsplit(':').next().unwrap().to_owned())
}

/// A change that is held up while a service settles, during which somebody changes the service.
async fn changed_meanwhile(
    stage: &Stage,
    method: Method,
    path: &str,
    body: Value,
    step: &str,
    by_hand: impl AsyncFn(),
) -> String {
    let id = stage.send(method, path, Some(&body)).await;
    stage.stack.step_reaches(&id, step, &["succeeded"]).await.unwrap();
    by_hand().await;
    let noticed = |operation: &Value| operation["state"] == "undoing" || operation["finished_at"].is_string();
    stage.stack.api.operation_until(&id, LONG, noticed).await.unwrap();
    id
}

async fn count_changed_by_hand(stage: &Stage, district: &str) -> String {
    let path = format!("{}/services/worker/scale", heritage(district));
    changed_meanwhile(stage, Method::POST, &path, json!({"scale": 2}), "update_service", async || {
        let name = format!("shop-{district}-worker");
        stage.account.ecs.update_service().cluster(district).service(name).desired_count(3).send().await.unwrap();
    })
    .await
}

async fn revision_changed_by_hand(stage: &Stage, district: &str) -> String {
    let body = json!({"image_tag": "2"});
    changed_meanwhile(stage, Method::PATCH, &heritage(district), body, "update_service:worker", async || {
        let (name, first) = (format!("shop-{district}-worker"), format!("{district}-shop-{district}-worker:1"));
        let update = stage.account.ecs.update_service().cluster(district).service(name).task_definition(first);
        update.send().await.unwrap();
    })
    .await
}

async fn size_changed_by_hand(stage: &Stage, district: &str) {
    let path = format!("/v1/districts/{district}");
    let id = stage.send(Method::PATCH, &path, Some(&json!({"cluster_size": 2}))).await;
    stage.stack.step_reaches(&id, "resize_cluster", &["waiting"]).await.unwrap();
    let group = stage.account.autoscaling.update_auto_scaling_group().auto_scaling_group_name(district);
    group.max_size(4).desired_capacity(3).send().await.unwrap();
    clock_stands(stage, false).await;
    stage.stack.api.succeeded(&id, LONG).await.unwrap();
    let groups = stage.account.autoscaling.describe_auto_scaling_groups().auto_scaling_group_names(district);
    let groups = groups.send().await.unwrap();
    assert_eq!(groups.auto_scaling_groups()[0].desired_capacity(), Some(2), "the size is overwritten");
}

#[tokio::test]
async fn a_service_or_a_group_that_is_changed_by_hand_under_a_change_is_noticed_or_overwritten() {
    let stage = Stage::with_districts(3).await;
    clock_stands(&stage, true).await;
    let (scaled, deployed) = join!(count_changed_by_hand(&stage, "d0"), revision_changed_by_hand(&stage, "d1"));
    size_changed_by_hand(&stage, "d2").await;
    let scaled = stage.stack.api.ended(&scaled, LONG).await.unwrap();
    must_have_failed(&scaled, "conflict", "it is to run 3 tasks of");
    assert_eq!(service(&stage, "d0").await.0, 1, "the count is what it was before");
    let deployed = stage.stack.api.ended(&deployed, LONG).await.unwrap();
    must_have_failed(&deployed, "conflict", "-worker:1, and was asked to run 1 of");
    assert_eq!(service(&stage, "d1").await, (1, "1".to_owned()), "the revision is what it was before");
    stage.delete_all(&["d0", "d1", "d2"].map(str::to_owned)).await;
}

/// Somebody puts a service of his under the name of ours.
async fn service_replaced(stage: &Stage, district: &str) {
    let ours = thing(stage, district, "services", "-worker").await;
    remove(stage, district, &ours).await;
    let revision = format!("{district}-shop-{district}-worker:1");
    let theirs = stage.account.ecs.create_service().cluster(district).service_name(&ours.name);
    theirs.task_definition(revision).desired_count(1).send().await.unwrap();
    let path = format!("{}/services/worker/scale", heritage(district));
    let scaled = stage.ends(Method::POST, &path, Some(&json!({"scale": 2}))).await;
    must_have_failed(&scaled, "already_exists", "does not carry the heritage's tags");
    assert_eq!(service(stage, district).await.0, 1, "their service is not touched");
    must_warn(&deleted(stage, &heritage(district)).await, "it stays");
    let path = format!("/v1/districts/{district}");
    let refused = stage.ends(Method::DELETE, &path, None).await;
    must_have_failed(&refused, "in_use", &ours.name);
    let theirs = stage.account.ecs.delete_service().cluster(district).service(&ours.name).force(true);
    theirs.send().await.unwrap();
    deleted(stage, &path).await;
}

async fn balancer_without_tags(stage: &Stage, district: &str) {
    let ours = thing(stage, district, "load_balancers", "-web").await;
    let keys = ["barcelona:district", "barcelona:heritage", "barcelona:operation"];
    let keys = keys.map(|key| aws_sdk_elasticloadbalancing::types::TagKeyOnly::builder().key(key).build());
    let untagged = stage.account.elb.remove_tags().load_balancer_names(&ours.id).set_tags(Some(keys.to_vec()));
    untagged.send().await.unwrap();
    must_have_failed(&deploy(stage, district).await, "already_exists", "does not carry the heritage's tags");
    must_warn(&deleted(stage, &heritage(district)).await, "it stays");
    let standing = stage.stack.aws.ids("elasticloadbalancing", "load_balancers").await.unwrap();
    assert!(standing.contains(&ours.id), "what is nobody's stays: {standing:?}");
    stage.account.elb.delete_load_balancer().load_balancer_name(&ours.id).send().await.unwrap();
    deleted(stage, &format!("/v1/districts/{district}")).await;
}

async fn records_elsewhere(stage: &Stage, district: &str) {
    let zone = thing(stage, district, "hosted_zones", ".bcn.").await.id;
    by_hand::point(&stage.account, &stage.zone, &format!("web.shop-{district}.example.com"), "elsewhere.example.net")
        .await;
    by_hand::point(&stage.account, &zone, &format!("web.shop-{district}.{district}.bcn"), "elsewhere.example.net")
        .await;
    let deployed = deploy(stage, district).await;
    for name in ["example.com was changed", ".bcn was changed"] {
        must_warn(&deployed, name);
    }
    let gone = deleted(stage, &heritage(district)).await;
    must_warn(&gone, "example.com does not lead to");
    must_warn(&gone, "led to elsewhere.example.net; it was removed");
    let left = thing(stage, district, "record_sets", "").await;
    assert!(left.name.contains("example.com"), "{left:?}");
    remove(stage, district, &left).await;
    deleted(stage, &format!("/v1/districts/{district}")).await;
}

async fn subnet_without_tags(stage: &Stage, district: &str) {
    let subnet = thing(stage, district, "subnets", "private-2").await;
    stage.account.ec2.delete_tags().resources(&subnet.id).send().await.unwrap();
    let path = format!("/v1/districts/{district}?cascade=true");
    let refused = stage.ends(Method::DELETE, &path, None).await;
    must_have_failed(&refused, "in_use", &subnet.id);
    let left: BTreeSet<_> =
        refused["residue"].as_array().unwrap().iter().map(|one| &one["resource"]).map(Value::to_string).collect();
    assert!(left.len() == 1 && left.first().unwrap().contains("vpc-"), "{refused:#}");
    stage.account.ec2.delete_subnet().subnet_id(&subnet.id).send().await.unwrap();
    deleted(stage, &path).await;
}

async fn names_without_tags(stage: &Stage, district: &str) {
    let (cluster, role) =
        (thing(stage, district, "clusters", "").await, thing(stage, district, "roles", "-task").await);
    stage.account.ecs.untag_resource().resource_arn(&cluster.id).tag_keys("barcelona:district").send().await.unwrap();
    stage.account.iam.untag_role().role_name(&role.name).tag_keys("barcelona:heritage").send().await.unwrap();
    must_have_failed(&deploy(stage, district).await, "already_exists", &role.name);
    must_warn(&deleted(stage, &heritage(district)).await, &role.name);
    must_warn(&deleted(stage, &format!("/v1/districts/{district}")).await, "cluster");
    let clusters = stage.stack.aws.ids("ecs", "clusters").await.unwrap();
    assert!(clusters.contains(&cluster.id), "what is nobody's stays: {clusters:?}");
    stage.account.ecs.delete_cluster().cluster(district).send().await.unwrap();
    stage.account.iam.delete_role().role_name(&role.name).send().await.unwrap();
}

/// A route is set when the way out changes, and rules are written once: nobody looks at either between.
async fn route_and_rules_removed(stage: &Stage, district: &str) {
    let table = thing(stage, district, "route_tables", "private-2").await.id;
    let route = stage.account.ec2.delete_route().route_table_id(&table).destination_cidr_block("0.0.0.0/0");
    route.send().await.unwrap();
    by_hand::revoke(&stage.account, &thing(stage, district, "security_groups", "private-elb").await.id).await;
    let path = format!("/v1/districts/{district}");
    let operation = stage.ends(Method::PATCH, &path, Some(&json!({"nat_type": "gateway_multi_az"}))).await;
    assert_eq!(operation["state"], "succeeded", "{operation:#}");
    let filter = aws_sdk_ec2::types::Filter::builder().name("route-table-id").values(&table).build();
    let tables = stage.account.ec2.describe_route_tables().filters(filter).send().await.unwrap();
    let routes = tables.route_tables()[0].routes();
    assert!(routes.iter().any(|route| route.nat_gateway_id().is_some()), "the route is set again: {routes:?}");
    deleted(stage, &format!("{path}?cascade=true")).await;
}

async fn revision_of_others(stage: &Stage, district: &str) {
    let family = format!("{district}-shop-{district}-worker");
    let container = aws_sdk_ecs::types::ContainerDefinition::builder().name("x").image("nginx").memory(16).build();
    let theirs = stage.account.ecs.register_task_definition().family(&family).container_definitions(container);
    let theirs = theirs.send().await.unwrap().task_definition.unwrap().task_definition_arn.unwrap();
    assert_eq!(deploy(stage, district).await["state"], "succeeded");
    deleted(stage, &format!("/v1/districts/{district}?cascade=true")).await;
    let listed = stage.account.ecs.list_task_definitions().family_prefix(&family).send().await.unwrap();
    assert_eq!(listed.task_definition_arns(), std::slice::from_ref(&theirs), "only theirs stays");
    stage.account.ecs.deregister_task_definition().task_definition(theirs).send().await.unwrap();
}

#[tokio::test]
async fn what_somebody_else_put_in_place_of_ours_or_took_the_tags_from_is_never_taken_for_ours() {
    let stage = Stage::with_districts(7).await;
    join!(
        service_replaced(&stage, "d0"),
        balancer_without_tags(&stage, "d1"),
        records_elsewhere(&stage, "d2"),
        subnet_without_tags(&stage, "d3"),
        names_without_tags(&stage, "d4"),
        route_and_rules_removed(&stage, "d5"),
        revision_of_others(&stage, "d6"),
    );
    assert_eq!(stage.left().await, [], "something is left on AWS");
}

const TRUST: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
    "Principal": {"Service": "ec2.amazonaws.com"}}]}"#;

async fn names_taken_before(stage: &Stage) {
    let account = &stage.account;
    let role = account.iam.create_role().role_name("p0-us-east-1-ecs-instance").assume_role_policy_document(TRUST);
    role.send().await.unwrap();
    account.ecs.create_cluster().cluster_name("p1").send().await.unwrap();
    let taken = stage.left().await;
    let provision = async |name: &str| {
        stage
            .ends(Method::POST, "/v1/districts", Some(&json!({"name": name, "cluster_size": 0, "nat_type": "none"})))
            .await
    };
    let (role, cluster) = join!(provision("p0"), provision("p1"));
    must_have_failed(&role, "aws_refused", "p0-us-east-1-ecs-instance");
    must_have_failed(&cluster, "already_exists", "p1");
    assert_eq!(stage.left().await, taken, "what stood before stays, and nothing else");
    account.iam.delete_role().role_name("p0-us-east-1-ecs-instance").send().await.unwrap();
    account.ecs.delete_cluster().cluster("p1").send().await.unwrap();
}

async fn changed_while_it_is_made(stage: &Stage) {
    clock_stands(stage, true).await;
    let provision = async |name: &str, nat: &str| {
        stage
            .send(Method::POST, "/v1/districts", Some(&json!({"name": name, "cluster_size": 1, "nat_type": nat})))
            .await
    };
    let (gateway, group) = (provision("p2", "gateway").await, provision("p3", "none").await);
    stage.stack.step_reaches(&gateway, "create_nat_gateway:1", &["waiting"]).await.unwrap();
    let nat = thing(stage, "p2", "nat_gateways", "").await.id;
    stage.account.ec2.delete_nat_gateway().nat_gateway_id(nat).send().await.unwrap();
    stage.stack.step_reaches(&group, "await_instances", &["waiting"]).await.unwrap();
    let update = stage.account.autoscaling.update_auto_scaling_group().auto_scaling_group_name("p3");
    update.desired_capacity(0).send().await.unwrap();
    let noticed = |operation: &Value| operation["state"] == "undoing" || operation["finished_at"].is_string();
    stage.stack.api.operation_until(&group, LONG, noticed).await.unwrap();
    clock_stands(stage, false).await;
    must_have_failed(&stage.stack.api.ended(&gateway, LONG).await.unwrap(), "aws_refused", "NAT gateway");
    must_have_failed(&stage.stack.api.ended(&group, LONG).await.unwrap(), "conflict", "somebody else changed it");
    assert_eq!(stage.left().await, [], "all of it is taken back");
}

async fn names_taken_of_a_heritage(stage: &Stage) {
    stage.stack.change(Method::POST, "/v1/districts", Some(&json!({"name": "p4", "nat_type": "none"}))).await.unwrap();
    stage.account.logs.create_log_group().log_group_name("Barcelona/p4/logs").send().await.unwrap();
    let listener = aws_sdk_elasticloadbalancing::types::Listener::builder().protocol("TCP").load_balancer_port(80);
    let balancer =
        stage.account.elb.create_load_balancer().load_balancer_name("p4-mail-web").availability_zones("us-east-1a");
    let subnet = thing(stage, "p4", "subnets", "public-1").await.id;
    let balancer =
        balancer.set_availability_zones(None).subnets(subnet).listeners(listener.instance_port(80).build().unwrap());
    balancer.send().await.unwrap();
    let taken = stage.left().await;
    let create = async |name: &str| {
        let services = json!([{"name": "web", "memory": 64, "port_mappings": [{"lb_port": 80, "container_port": 80}]}]);
        let body = json!({"name": name, "image_name": "nginx", "services": services});
        stage.ends(Method::POST, "/v1/districts/p4/heritages", Some(&body)).await
    };
    let (logs, mail) = join!(create("logs"), create("mail"));
    must_have_failed(&logs, "already_exists", "log group Barcelona/p4/logs");
    must_have_failed(&mail, "already_exists", "load balancer p4-mail-web");
    let count = |things: &[Thing], kind: &str| things.iter().filter(|thing| thing.kind == kind).count();
    let now = stage.left().await;
    for kind in ["load_balancers", "log_groups", "roles", "services", "record_sets"] {
        assert_eq!(count(&now, kind), count(&taken, kind), "{kind}: {now:#?}");
    }
    stage.account.logs.delete_log_group().log_group_name("Barcelona/p4/logs").send().await.unwrap();
    stage.account.elb.delete_load_balancer().load_balancer_name("p4-mail-web").send().await.unwrap();
    deleted(stage, "/v1/districts/p4").await;
}

#[tokio::test]
async fn a_name_that_is_taken_and_a_part_that_is_changed_while_it_is_made_are_told_and_taken_back() {
    let stage = Stage::bare().await;
    names_taken_before(&stage).await;
    changed_while_it_is_made(&stage).await;
    names_taken_of_a_heritage(&stage).await;
    assert_eq!(stage.left().await, [], "something is left on AWS");
}
