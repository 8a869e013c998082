//! Deleting a district with what is in it: one operation that others run under.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tests::Stack;

const LONG: Duration = Duration::from_secs(120);

#[tokio::test]
async fn a_cancelled_deletion_ends_after_what_it_has_started() {
    let stack = Stack::start().await.unwrap();
    stack.change(Method::POST, "/v1/districts", Some(&json!({"name": "dev"}))).await.unwrap();
    for name in ["shop", "mail"] {
        let body = json!({"name": name, "image_name": "nginx", "services": [{"name": "web", "cpu": 32, "memory": 32}]});
        stack.change(Method::POST, "/v1/districts/dev/heritages", Some(&body)).await.unwrap();
    }
    stack.aws.slow_down(400).await.unwrap();
    let answer = stack.api.delete("/v1/districts/dev?cascade=true").await.unwrap();
    let id = answer.operation().unwrap();
    let has_children = |operation: &Value| operation["children"].as_array().is_some_and(|all| all.len() == 2);
    let parent = stack.api.operation_until(&id, LONG, has_children).await.unwrap();
    let children: Vec<_> = parent["children"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    stack.api.operation_until(children[0], LONG, |child| child["state"] != "queued").await.unwrap();
    assert_eq!(stack.api.post(&format!("/v1/operations/{id}/cancel"), &json!({})).await.unwrap().status, 202);

    let parent = stack.api.ended(&id, LONG).await.unwrap();
    assert_eq!(parent["state"], "cancelled", "{parent:#}");
    for child in children {
        let child = stack.api.get(&format!("/v1/operations/{child}")).await.unwrap().body["operation"].clone();
        let ended = child["finished_at"].as_str().unwrap_or("never");
        assert!(ended <= parent["finished_at"].as_str().unwrap(), "it was still running: {child:#}");
    }
    stack.aws.heal().await.unwrap();
    stack.change(Method::DELETE, "/v1/districts/dev?cascade=true", None).await.unwrap();
}
