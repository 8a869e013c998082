//! Workers and Redis are killed in the middle of things, and nothing shows it.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Settings, Stack};

use crate::account::{Account, Inventory};

const LONG: Duration = Duration::from_secs(120);

fn heritage() -> Value {
    json!({"name": "shop", "image_name": "nginx", "services": [
        {"name": "web", "cpu": 128, "memory": 128, "port_mappings": [{"lb_port": 80, "container_port": 80}]},
        {"name": "worker", "cpu": 64, "memory": 64}]})
}

/// A worker starts `body`; when `step` has begun it is killed and a second one takes over.
async fn killed_in(stack: &mut Stack, path: &str, body: &Value, step: &str) -> Value {
    let id = stack.api.post(path, body).await.unwrap().operation().unwrap();
    stack.step_reaches(&id, step, &["running", "waiting", "succeeded"]).await.unwrap();
    let first = stack.workers.len() - 1;
    stack.workers[first].kill().unwrap();
    stack.add_worker().unwrap();
    stack.api.succeeded(&id, LONG).await.unwrap()
}

/// One of each of what a district has when nothing went wrong.
pub(crate) fn assert_once(made: &Inventory) {
    let expected = [
        ("vpc", 1),
        ("subnet", 4),
        ("internet_gateway", 1),
        ("nat_gateway", 1),
        ("address", 1),
        ("security_group", 3),
        ("launch_template", 1),
        ("auto_scaling_group", 1),
        ("instance", 1),
        ("cluster", 1),
        ("instance_profile", 1),
        ("hosted_zone", 1),
    ];
    for (kind, count) in expected {
        assert_eq!(made.get(kind).map_or(0, |things| things.len()), count, "{kind}: {made:#?}");
    }
}

#[tokio::test]
async fn a_killed_worker_is_replaced_and_each_thing_stands_once() {
    let slow = Settings::default();
    let mut stack = Stack::with(slow).await.unwrap();
    let account = Account::at(&stack.aws.client.base);
    stack.aws.slow_down(40).await.unwrap();
    let operation = killed_in(&mut stack, "/v1/districts", &json!({"name": "dev"}), "create_nat_gateway:1").await;
    assert_eq!(operation["attempt"], 1);
    assert_once(&account.of_district("dev").await);

    killed_in(&mut stack, "/v1/districts/dev/heritages", &heritage(), "create_load_balancer:web").await;
    let made = account.of_district("dev").await;
    assert_eq!(made["service"].len(), 2, "{made:#?}");
    assert_eq!(made["load_balancer"].len(), 1);
    assert_eq!(made["task_definition"].len(), 2);
    assert_eq!(made["log_group"].len(), 1);
    assert_eq!(made["record"].len(), 1);
}

#[tokio::test]
async fn a_redis_that_dies_under_a_running_operation_costs_nothing() {
    let mut stack = Stack::with(Settings { workers: 2, ..Settings::default() }).await.unwrap();
    let account = Account::at(&stack.aws.client.base);
    stack.aws.slow_down(40).await.unwrap();
    let id = stack.api.post("/v1/districts", &json!({"name": "dev"})).await.unwrap().operation().unwrap();
    stack.step_reaches(&id, "create_vpc", &["succeeded"]).await.unwrap();
    stack.redis.process.kill().unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    stack.redis.restart().await.unwrap();
    stack.api.succeeded(&id, LONG).await.unwrap();
    assert_once(&account.of_district("dev").await);
    for worker in &mut stack.workers {
        assert!(worker.is_running(), "a worker ended:\n{}", worker.log_tail(40));
    }
}

#[tokio::test]
async fn a_worker_that_is_asked_to_stop_gives_its_operation_to_another() {
    let mut stack = Stack::start().await.unwrap();
    stack.aws.slow_down(40).await.unwrap();
    let id = stack.api.post("/v1/districts", &json!({"name": "dev"})).await.unwrap().operation().unwrap();
    stack.step_reaches(&id, "create_vpc", &["succeeded"]).await.unwrap();
    assert!(stack.workers[0].stop().unwrap().success(), "{}", stack.workers[0].log_tail(40));
    stack.add_worker().unwrap();
    stack.api.succeeded(&id, LONG).await.unwrap();
    stack.change(Method::DELETE, "/v1/districts/dev", None).await.unwrap();
}
