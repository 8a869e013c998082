//! The seed's own requests, with the seed's own bodies, sent by curl.
//!
//! Against the simulator everything runs; against moto, which never starts a task, districts have no instances and
//! services no tasks.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use tests::{Aws, Settings, Stack};

use crate::account::{Account, counts};

/// What `curl` printed: status and body.
fn curl(stack: &Stack, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--request", method, "--write-out", "\n%{http_code}"]);
    command.args(["--header", &format!("X-Barcelona-Token: {}", tests::stack::TOKEN)]);
    if let Some(body) = body {
        command.args(["--header", "Content-Type: application/json", "--data", &body.to_string()]);
    }
    let output = command.arg(format!("{}{path}", stack.api.base)).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (body, status) = text.rsplit_once('\n').unwrap();
    (status.parse().unwrap(), serde_json::from_str(body).unwrap_or(Value::Null))
}

/// Sends a change, sees that it is accepted, and waits until it has succeeded.
async fn change(stack: &Stack, method: &str, path: &str, body: Option<&Value>) -> Value {
    let (status, accepted) = curl(stack, method, path, body);
    assert_eq!(status, 202, "{method} {path}: {accepted:#}");
    let id = accepted["operation"]["id"].as_str().unwrap();
    stack.api.succeeded(id, Duration::from_secs(120)).await.unwrap()
}

/// The walk through every route of the seed; `tasks` is how many tasks a service has.
async fn walk(stack: &Stack, instances: u32, tasks: u32) {
    let account = Account::at(&stack.aws.client.base);
    change(stack, "POST", "/districts", Some(&json!({"name": "dev", "cluster_size": instances}))).await;
    let made = counts(&account.of_district("dev").await);
    assert_eq!(made["vpc"], 1);
    assert_eq!(made["subnet"], 4);
    assert_eq!(made["cluster"], 1);
    assert_eq!(made["security_group"], 3);
    assert_eq!(made["hosted_zone"], 1);
    let (status, seen) = curl(stack, "GET", "/districts/dev", None);
    assert_eq!(status, 200);
    for id in ["vpc_id", "public_elb_security_group", "private_elb_security_group", "instance_security_group"] {
        assert!(seen["district"][id].is_string(), "{id} is not in {seen:#}");
    }

    let heritage = json!({
        "name": "web-app", "container_name": "nginx", "container_tag": "1.9",
        "services": [{"name": "web", "cpu": 128, "memory": 256, "public": true, "desired_count": tasks,
                      "port_mappings": [{"lb_port": 80, "container_port": 80}]}],
    });
    change(stack, "POST", "/districts/dev/heritages", Some(&heritage)).await;
    let made = account.of_district("dev").await;
    assert_eq!(made["service"].len(), 1, "{made:#?}");
    assert_eq!(made["load_balancer"].len(), 1);
    assert_eq!(made["log_group"].iter().collect::<Vec<_>>(), ["Barcelona/dev/web-app"]);
    assert_eq!(made["record"].iter().collect::<Vec<_>>(), ["CNAME web.web-app.dev.bcn."]);

    let set = json!({"env_vars": {"RAILS_ENV": "production"}});
    change(stack, "POST", "/heritages/web-app/env_vars", Some(&set)).await;
    assert_eq!(environment(&account).await, [("RAILS_ENV".to_owned(), "production".to_owned())]);
    let unset = json!({"env_keys": ["RAILS_ENV"]});
    change(stack, "DELETE", "/heritages/web-app/env_vars", Some(&unset)).await;
    assert_eq!(environment(&account).await, []);

    change(stack, "PATCH", "/districts/dev", Some(&json!({"cluster_size": instances}))).await;
}

/// The second half of the walk: scale to `tasks`, then delete everything.
async fn scale_and_delete(stack: &Stack, tasks: u32) {
    let account = Account::at(&stack.aws.client.base);
    let scale = json!({"scale": tasks});
    change(stack, "POST", "/heritages/web-app/services/web/scale", Some(&scale)).await;
    let service = service(&account).await;
    assert_eq!(u32::try_from(service.desired_count()).unwrap(), tasks);
    assert_eq!(u32::try_from(service.running_count()).unwrap(), tasks);
    change(stack, "DELETE", "/heritages/web-app", None).await;
    let left = account.of_district("dev").await;
    for gone in ["service", "load_balancer", "record", "log_group", "task_definition"] {
        assert!(!left.contains_key(gone), "{gone}: {left:#?}");
    }
    change(stack, "DELETE", "/districts/dev", None).await;
    assert_eq!(account.of_district("dev").await, Default::default());
}

async fn service(account: &Account) -> aws_sdk_ecs::types::Service {
    let arns = account.ecs.list_services().cluster("dev").send().await.unwrap();
    let arn = arns.service_arns().first().unwrap();
    let found = account.ecs.describe_services().cluster("dev").services(arn).send().await.unwrap();
    found.services().first().unwrap().clone()
}

/// The environment of the task definition that the service runs, without what Barcelona adds about host ports.
async fn environment(account: &Account) -> Vec<(String, String)> {
    let revision = service(account).await.task_definition().unwrap().to_owned();
    let found = account.ecs.describe_task_definition().task_definition(revision).send().await.unwrap();
    let containers = found.task_definition().unwrap().container_definitions().to_vec();
    let pairs =
        containers[0].environment().iter().filter_map(|it| Some((it.name()?.to_owned(), it.value()?.to_owned())));
    pairs.filter(|(name, _)| !name.starts_with("HOST_PORT_")).collect()
}

#[tokio::test]
async fn the_seeds_requests_do_what_they_say_on_the_simulator() {
    let stack = Stack::start().await.unwrap();
    walk(&stack, 2, 1).await;
    scale_and_delete(&stack, 2).await;
}

#[tokio::test]
async fn the_seeds_requests_do_what_they_say_on_moto() {
    let stack = Stack::with(Settings { aws: Aws::Moto, ..Settings::default() }).await.unwrap();
    walk(&stack, 0, 0).await;
    scale_and_delete(&stack, 0).await;
}
