//! What an accepted request promises: one operation for one key, an order, a way to stop it and to try again.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tests::Stack;

use crate::account::Account;

const LONG: Duration = Duration::from_secs(120);

#[tokio::test]
async fn a_request_sent_twice_with_one_key_is_one_operation() {
    let stack = Stack::start().await.unwrap();
    let key = [("idempotency-key", "once")];
    let body = json!({"name": "dev", "cluster_size": 0});
    let first = stack.api.send(Method::POST, "/v1/districts", &key, Some(&body)).await.unwrap();
    assert_eq!(first.status, 202, "{:#}", first.body);
    let id = first.operation().unwrap();
    assert_eq!(first.headers["operation-location"], format!("/v1/operations/{id}"));
    let again = stack.api.send(Method::POST, "/districts", &key, Some(&body)).await.unwrap();
    assert_eq!((again.status, again.operation().unwrap()), (202, id.clone()));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    let other = json!({"name": "dev", "cluster_size": 1});
    let other = stack.api.send(Method::POST, "/v1/districts", &key, Some(&other)).await.unwrap();
    assert_eq!((other.status, &other.body["code"]), (422, &json!("idempotency_key_reused")));
    stack.api.succeeded(&id, LONG).await.unwrap();
    let all = stack.api.get("/v1/operations").await.unwrap();
    assert_eq!(all.body["operations"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_cancelled_operation_stops_in_the_middle_of_a_wait_and_leaves_nothing() {
    let stack = Stack::start().await.unwrap();
    let id = stack.api.post("/v1/districts", &json!({"name": "dev"})).await.unwrap().operation().unwrap();
    stack.step_reaches(&id, "create_nat_gateway:1", &["waiting"]).await.unwrap();
    let answer = stack.api.post(&format!("/v1/operations/{id}/cancel"), &json!({})).await.unwrap();
    assert_eq!(answer.status, 202, "{:#}", answer.body);
    let operation = stack.api.ended(&id, LONG).await.unwrap();
    assert_eq!(operation["state"], "cancelled", "{operation:#}");
    assert_eq!(operation["residue"], json!([]));
    let account = Account::at(&stack.aws.client.base);
    assert_eq!(account.of_district("dev").await, Default::default());
    let again = stack.api.post(&format!("/v1/operations/{id}/cancel"), &json!({})).await.unwrap();
    assert_eq!((again.status, &again.body["code"]), (409, &json!("not_cancellable")));
}

#[tokio::test]
async fn a_district_with_heritages_is_deleted_only_with_them() {
    let stack = Stack::start().await.unwrap();
    stack.change(Method::POST, "/v1/districts", Some(&json!({"name": "dev"}))).await.unwrap();
    let heritage =
        json!({"name": "shop", "image_name": "nginx", "services": [{"name": "worker", "cpu": 64, "memory": 64}]});
    stack.change(Method::POST, "/v1/districts/dev/heritages", Some(&heritage)).await.unwrap();
    let refused = stack.api.delete("/v1/districts/dev").await.unwrap();
    assert_eq!((refused.status, &refused.body["code"]), (409, &json!("has_heritages")));
    assert!(refused.body["detail"].as_str().unwrap().contains("shop"), "{:#}", refused.body);
    let operation = stack.change(Method::DELETE, "/v1/districts/dev?cascade=true", None).await.unwrap();
    assert_eq!(operation["children"].as_array().unwrap().len(), 1, "{operation:#}");
    let account = Account::at(&stack.aws.client.base);
    assert_eq!(account.of_district("dev").await, Default::default());
    assert_eq!(stack.api.get("/v1/districts/dev").await.unwrap().status, 404);
}

#[tokio::test]
async fn a_deploy_rolls_only_what_changed_and_a_bad_image_goes_back() {
    let stack = Stack::start().await.unwrap();
    stack.change(Method::POST, "/v1/districts", Some(&json!({"name": "dev", "cluster_size": 2}))).await.unwrap();
    let service = |name: &str| json!({"name": name, "cpu": 64, "memory": 64});
    let heritage = json!({"name": "shop", "image_name": "nginx", "services": [service("worker"), service("cron")]});
    stack.change(Method::POST, "/v1/districts/dev/heritages", Some(&heritage)).await.unwrap();
    let account = Account::at(&stack.aws.client.base);
    let before = account.of_district("dev").await["task_definition"].clone();

    let one = json!({"services": [{"name": "worker", "memory": 128}, {"name": "cron"}]});
    stack.change(Method::PATCH, "/v1/heritages/shop", Some(&one)).await.unwrap();
    let after = account.of_district("dev").await["task_definition"].clone();
    assert_eq!(after.difference(&before).collect::<Vec<_>>(), ["dev-shop-worker:2"]);

    let bad = json!({"image_tag": "crash"});
    let id = stack.api.patch("/v1/heritages/shop", &bad).await.unwrap().operation().unwrap();
    let operation = stack.api.ended(&id, LONG).await.unwrap();
    assert_eq!(operation["state"], "failed", "{operation:#}");
    assert!(!operation["error"]["evidence"].as_array().unwrap().is_empty(), "{:#}", operation["error"]);
    assert_eq!(running(&account).await, ["dev-shop-cron:1", "dev-shop-worker:2"]);
    let seen: Value = stack.api.get("/v1/heritages/shop").await.unwrap().body;
    assert_eq!(seen["heritage"]["image_tag"], "latest", "what failed is not what is there: {seen:#}");
}

/// The revisions that the services run, as ECS tells.
async fn running(account: &Account) -> Vec<String> {
    let arns = account.ecs.list_services().cluster("dev").send().await.unwrap();
    let services = account.ecs.describe_services().cluster("dev").set_services(arns.service_arns).send().await.unwrap();
    let mut revisions: Vec<_> = services.services().iter().filter_map(|it| it.task_definition()).collect();
    revisions.sort_unstable();
    revisions.iter().filter_map(|arn| arn.rsplit('/').next()).map(str::to_owned).collect()
}
