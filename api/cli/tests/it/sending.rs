//! Sending: bodies, keys, repeats, dry runs.

use serde_json::{Value, json};
use shared::problem::{Code, Problem};

use crate::fake::{Fake, ID, accepted};

async fn body_of(line: &str) -> (String, Value) {
    let fake = Fake::default().answer("", 202, accepted());
    let ran = fake.bcn(&format!("{line} --detach")).await;
    assert_eq!((ran.status, ran.stdout.trim()), (0, ID), "{line}: {ran:?}");
    let seen = fake.seen().remove(0);
    (seen.line, seen.body)
}

#[tokio::test]
async fn what_was_typed_is_what_is_sent() {
    let app = json!({"name": "web-app", "image_name": "nginx", "image_tag": "1.9", "env_vars": {"A": "b=c"}, "services": [
        {"name": "web", "memory": 256, "public": true, "port_mappings": [{"lb_port": 80, "container_port": 3000}]},
        {"name": "worker", "command": "run", "desired_count": 0}]});
    let cases = [
        ("district create dev --cluster-size 2", "POST /v1/districts", json!({"name": "dev", "cluster_size": 2})),
        (
            "district create dev --vpc-id vpc-1 --subnet-id subnet-1 --subnet-id subnet-2",
            "POST /v1/districts",
            json!({"name": "dev", "vpc_id": "vpc-1", "subnet_ids": ["subnet-1", "subnet-2"]}),
        ),
        ("district update dev --nat-type none", "PATCH /v1/districts/dev", json!({"nat_type": "none"})),
        ("district delete dev --cascade", "DELETE /v1/districts/dev?cascade=true", Value::Null),
        (
            "app create web-app --district dev --image nginx:1.9 --env A=b=c --service web --port 80:3000 --public \
             --memory 256 --service worker --command run --count 0",
            "POST /v1/districts/dev/heritages",
            app,
        ),
        ("app deploy web-app --tag 2", "PATCH /v1/heritages/web-app", json!({"image_tag": "2"})),
        ("app scale web-app web 2", "POST /v1/heritages/web-app/services/web/scale", json!({"scale": 2})),
        (
            "app scale web-app web 2 --district dev --on-failure hold",
            "POST /v1/districts/dev/heritages/web-app/services/web/scale?on_failure=hold",
            json!({"scale": 2}),
        ),
        (
            "app env set web-app A=1 B= --secret",
            "POST /v1/heritages/web-app/env_vars",
            json!({"env_vars": {"A": "1", "B": ""}, "secret": true}),
        ),
        ("app env unset web-app A B", "DELETE /v1/heritages/web-app/env_vars", json!({"env_keys": ["A", "B"]})),
        ("app delete web-app --keep-logs", "DELETE /v1/heritages/web-app?keep_logs=true", Value::Null),
    ];
    for (typed, line, body) in cases {
        assert_eq!(body_of(typed).await, (line.to_owned(), body), "{typed}");
    }
}

#[tokio::test]
async fn deploying_some_services_keeps_the_others() {
    let standing = json!({"heritage": {"name": "web-app", "state": "active", "services": [
        {"name": "web"}, {"name": "worker"}, {"name": "cron"}]}});
    let fake = Fake::default().answer("GET /v1/heritages/web-app", 200, standing).answer("PATCH", 202, accepted());
    let ran = fake.bcn("app deploy web-app --service web --memory 512 --remove-service cron --detach").await;
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(fake.seen()[1].body, json!({"services": [{"name": "web", "memory": 512}, {"name": "worker"}]}));
}

#[tokio::test]
async fn a_change_that_got_no_good_answer_is_sent_again_with_the_same_key() {
    let fake = Fake::default().answer("POST", 503, "away").answer("POST", 502, "away").answer("POST", 202, accepted());
    let ran = fake.bcn("district create dev --detach").await;
    assert_eq!(ran.status, 0, "{ran:?}");
    let seen = fake.seen();
    assert_eq!(seen.len(), 3);
    assert!(seen[0].key.as_ref().unwrap().starts_with("bcn-"));
    assert!(seen.iter().all(|it| it.key == seen[0].key && it.authorization.as_deref() == Some("Bearer t0ken")));
}

#[tokio::test]
async fn a_key_of_the_callers_is_used() {
    let fake = Fake::default().answer("POST", 202, accepted());
    assert_eq!(fake.bcn("district create dev --detach --idempotency-key ci-1").await.status, 0);
    assert_eq!(fake.seen()[0].key.as_deref(), Some("ci-1"));
}

#[tokio::test]
async fn a_dry_run_shows_the_plan() {
    let steps = json!([{"step": "create_vpc", "effect": "create", "what": "one VPC 10.42.0.0/16"},
                       {"step": "await_instances", "effect": "check", "what": "2 instances join the cluster"}]);
    let fake = Fake::default().answer("POST /v1/districts?dry_run=true", 200, json!({"plan": {"steps": steps}}));
    let ran = fake.bcn("district create dev --dry-run").await;
    insta::assert_snapshot!(ran.stdout);
    assert_eq!(ran.status, 0);
}

#[tokio::test]
async fn a_dry_run_of_what_would_be_refused_is_not_status_0() {
    let problem = Problem::new(Code::InsufficientCapacity, "desired_count 4 needs 4 instances, the district has 2");
    let plan = json!({"plan": {"steps": [], "refused": problem}});
    let fake = Fake::default().answer("POST /v1/heritages/web-app/services/web/scale?dry_run=true", 200, plan);
    let ran = fake.bcn("app scale web-app web 4 --dry-run").await;
    assert!(ran.stdout.starts_with("would be refused: Not enough instances. (insufficient_capacity)"), "{ran:?}");
    assert_eq!(ran.status, 1);
}

#[tokio::test]
async fn an_application_is_shown_with_its_services_and_its_environment() {
    let heritage = json!({"heritage": {
        "name": "web-app", "district": "dev", "state": "active", "image_name": "nginx", "image_tag": "1.9",
        "env_vars": {"RAILS_ENV": "production", "KEY": "<secret>"},
        "conditions": [], "services": [
            {"name": "web", "status": "active", "cpu": 512, "memory": 256, "public": true, "desired_count": 2, "running_count": 2,
             "port_mappings": [{"lb_port": 80, "container_port": 3000, "host_port": 10000, "protocol": "tcp"}],
             "endpoint": "dev-web.elb.amazonaws.com", "endpoints": ["web.web-app.dev.bcn"]},
            {"name": "worker", "status": "not_created", "cpu": 512, "memory": 512, "desired_count": 1, "command": ["rake", "work"]}]}});
    let fake = Fake::default().answer("GET", 200, &heritage).answer("GET", 200, &heritage);
    insta::assert_snapshot!(fake.bcn("app show web-app").await.stdout);
    assert_eq!(fake.bcn("app env list web-app").await.stdout, "RAILS_ENV=production\nKEY=<secret>\n");
}
