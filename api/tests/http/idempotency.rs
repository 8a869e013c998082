//! The same key and the same body are one operation.

use serde_json::json;

use crate::stack::Stack;

const KEY: &[(&str, &str)] = &[("idempotency-key", "ci-1")];

#[tokio::test]
async fn a_request_sent_again_gives_the_same_operation() {
    let stack = Stack::start().await;
    let body = json!({"name": "dev"});
    let first = stack.send("POST", "/districts", KEY, Some(body.clone())).await;
    let again = stack.send("POST", "/v1/districts", KEY, Some(json!({"district": body}))).await;
    assert_eq!(first.operation(), again.operation());
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
    assert_eq!(first.body["operation"]["idempotency_key"], "ci-1");
    let other = stack.send("POST", "/districts", KEY, Some(json!({"name": "dev", "cluster_size": 2}))).await;
    assert_eq!(other.problem(), (422, "idempotency_key_reused", ""));
    assert_eq!(other.body["operation"], first.operation().as_str());
    assert_eq!(stack.operations().await.len(), 1);
}

#[tokio::test]
async fn all_paths_and_names_of_one_change_are_one() {
    let stack = Stack::with_heritage().await;
    let first = stack.send("POST", "/heritages/web-app/services/web/scale", KEY, Some(json!({"scale": 2}))).await;
    let path = "/v1/districts/dev/heritages/web-app/services/web/count";
    let again = stack.send("POST", path, KEY, Some(json!({"desired_container_count": 2}))).await;
    assert_eq!(first.operation(), again.operation());
    let other = stack.send("POST", "/heritages/web-app/services/worker/scale", KEY, Some(json!({"scale": 2}))).await;
    assert_ne!(first.operation(), other.operation(), "another resource is another scope");
}

#[tokio::test]
async fn a_deletion_sent_again_after_it_succeeded_gives_its_operation() {
    let stack = Stack::with_heritage().await;
    let first = stack.send("DELETE", "/heritages/web-app", KEY, None).await;
    stack.work().await;
    let again = stack.send("DELETE", "/heritages/web-app", KEY, None).await;
    assert_eq!(first.operation(), again.operation());
    assert!(again.body["heritage"].is_null());
    assert_eq!(stack.delete("/heritages/web-app").await.problem().0, 404);
}

#[tokio::test]
async fn refused_requests_and_dry_runs_take_no_key() {
    let stack = Stack::start().await;
    assert_eq!(stack.send("POST", "/districts", KEY, Some(json!({"name": "Dev"}))).await.status, 422);
    assert_eq!(stack.send("POST", "/districts?dry_run=true", KEY, Some(json!({"name": "dev"}))).await.status, 200);
    let answer = stack.send("POST", "/districts", KEY, Some(json!({"name": "dev", "cluster_size": 3}))).await;
    assert_eq!(answer.header("idempotency-replayed"), "");
    answer.operation();
}

#[tokio::test]
async fn the_same_request_sent_many_times_at_once_is_accepted_once() {
    let stack = Stack::start().await;
    let sent = (0..16).map(|_| stack.send("POST", "/districts", KEY, Some(json!({"name": "dev"}))));
    let answers = futures::future::join_all(sent).await;
    let first = answers[0].operation();
    assert!(answers.iter().all(|answer| answer.operation() == first));
    assert_eq!(stack.operations().await.len(), 1);
}
