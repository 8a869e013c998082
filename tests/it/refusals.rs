//! What AWS refuses for good is taken back and explained; what the API refuses leaves no trace.

use std::time::Duration;

use serde_json::{Value, json};
use tests::Stack;

use crate::account::Account;

#[tokio::test]
async fn an_operation_that_fails_for_good_leaves_nothing_behind_and_says_why() {
    let stack = Stack::start().await.unwrap();
    let refusal = json!({"service": "iam", "operation": "CreateRole", "contains": "instance", "kind": "error",
                         "code": "AccessDenied", "message": "User is not authorized to perform: iam:CreateRole"});
    stack.aws.fault(&refusal).await.unwrap();
    let id = stack.api.post("/v1/districts", &json!({"name": "dev"})).await.unwrap().operation().unwrap();
    let operation = stack.api.ended(&id, Duration::from_secs(60)).await.unwrap();
    assert_eq!(operation["state"], "failed", "{operation:#}");
    let error = &operation["error"];
    assert_eq!(error["code"], "aws_access_denied");
    assert_eq!(error["aws"]["service"], "iam");
    assert_eq!(error["aws"]["action"], "CreateRole");
    assert_eq!(error["aws"]["code"], "AccessDenied");
    assert!(error["aws"]["request_id"].is_string(), "{error:#}");
    assert!(!error["advice"].as_str().unwrap().is_empty());
    assert_eq!(operation["residue"], json!([]));

    let account = Account::at(&stack.aws.client.base);
    assert_eq!(account.of_district("dev").await, Default::default());
    assert_eq!(stack.api.get("/v1/districts/dev").await.unwrap().status, 404, "the name is free again");

    stack.aws.heal().await.unwrap();
    let again = stack.api.post(&format!("/v1/operations/{id}/retry"), &json!({})).await.unwrap();
    assert_eq!(again.status, 202, "{:#}", again.body);
    let operation = stack.api.succeeded(&id, Duration::from_secs(60)).await.unwrap();
    assert_eq!(operation["attempt"], 2);
}

/// Every key in Redis, but those that readiness and tokens write.
async fn keys(stack: &Stack) -> Vec<String> {
    let mut connection = stack.redis.connection().await.unwrap();
    let mut keys: Vec<String> = redis::cmd("KEYS").arg("*").query_async(&mut connection).await.unwrap();
    keys.retain(|key| !key.contains("health"));
    keys.sort();
    keys
}

#[tokio::test]
async fn bad_input_gets_a_problem_with_a_pointer_and_changes_nothing() {
    let stack = Stack::start().await.unwrap();
    let before = keys(&stack).await;
    let cases: [(&str, Value, u16, &str, &str); 6] = [
        ("/districts", json!({"name": "Dev"}), 422, "invalid_field", "/name"),
        ("/districts", json!({"name": "dev", "cidr_block": "8.8.0.0/16"}), 422, "invalid_field", "/cidr_block"),
        ("/districts", json!({"name": "dev", "cluster_sise": 1}), 422, "unknown_field", "/cluster_sise"),
        ("/districts", json!({"name": "dev", "cluster_size": -1}), 422, "invalid_field", "/cluster_size"),
        ("/districts", json!({"name": "dev", "dockercfg": {"a": "b"}}), 422, "not_supported", "/dockercfg"),
        ("/districts/dev/heritages", json!({"name": "web", "image_name": "nginx"}), 404, "not_found", ""),
    ];
    for (path, body, status, code, pointer) in cases {
        let answer = stack.api.post(path, &body).await.unwrap();
        assert_eq!((answer.status, answer.body["code"].as_str().unwrap()), (status, code), "{body}: {:#}", answer.body);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        if !pointer.is_empty() {
            assert_eq!(answer.body["errors"][0]["pointer"], pointer, "{:#}", answer.body);
        }
    }
    assert_eq!(keys(&stack).await, before);
}
