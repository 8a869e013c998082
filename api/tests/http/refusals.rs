//! What is refused is a problem document, and leaves no trace.

use serde_json::{Value, json};

use crate::stack::{Stack, TOKEN};

async fn keys(stack: &Stack) -> Vec<String> {
    let url = stack.api.store.settings().redis_url.clone();
    let client = redis::Client::open(url).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let mut keys: Vec<String> = redis::cmd("KEYS").arg("*").query_async(&mut connection).await.unwrap();
    keys.sort();
    keys
}

#[tokio::test]
async fn bad_input_is_pointed_at_and_nothing_is_recorded() {
    let stack = Stack::with_heritage().await;
    let before = keys(&stack).await;
    let heritages = "/districts/dev/heritages";
    let service = |service: Value| json!({"name": "a", "image_name": "nginx", "services": [service]});
    let cases = [
        ("POST", "/districts", json!({"name": "Dev"}), (422, "invalid_field", "/name")),
        ("POST", "/districts", json!({"name": "a", "cluster_sise": 1}), (422, "unknown_field", "/cluster_sise")),
        ("POST", "/districts", json!({"name": "a", "dockercfg": {"a": "b"}}), (422, "not_supported", "/dockercfg")),
        ("POST", "/districts", json!({"district": {"name": 1}}), (422, "invalid_field", "/district/name")),
        ("POST", heritages, json!({"name": "web-app", "image_name": "nginx"}), (409, "already_exists", "")),
        ("POST", heritages, json!({"name": "a"}), (422, "invalid_field", "/image_name")),
        ("POST", heritages, service(json!({"name": "a", "cpu": -1})), (422, "invalid_field", "/services/0/cpu")),
        (
            "POST",
            heritages,
            service(json!({"name": "a", "listeners": [1]})),
            (422, "not_supported", "/services/0/listeners"),
        ),
        ("POST", "/districts/nope/heritages", json!({"name": "a", "image_name": "x"}), (404, "not_found", "")),
        ("PATCH", "/heritages/nope", json!({}), (404, "not_found", "")),
        (
            "POST",
            "/heritages/web-app/env_vars",
            json!({"env_vars": {"a-b": "1"}}),
            (422, "invalid_field", "/env_vars/a-b"),
        ),
        ("DELETE", "/heritages/web-app/env_vars", json!({}), (422, "invalid_field", "/env_keys")),
        ("POST", "/heritages/web-app/services/web/scale", json!({"scale": "2"}), (422, "invalid_field", "/scale")),
        ("DELETE", "/districts/dev?casade=true", json!({}), (422, "unknown_field", "?casade")),
        ("DELETE", "/districts/dev", json!({"cascade": true}), (422, "unknown_field", "/cascade")),
        ("PATCH", "/districts/dev?on_failure=explode", json!({}), (422, "invalid_field", "?on_failure")),
        ("GET", "/operations?state=done", json!({}), (422, "invalid_field", "?state")),
        ("GET", "/operations?limit=0", json!({}), (422, "invalid_field", "?limit")),
        ("GET", "/operations?cursor=abc", json!({}), (422, "invalid_field", "?cursor")),
        ("GET", "/events?cursor=abc", json!({}), (422, "invalid_field", "?cursor")),
    ];
    for (method, path, body, wanted) in cases {
        let answer = stack.send(method, path, &[], Some(body.clone())).await;
        assert_eq!(answer.problem(), wanted, "{method} {path} {body}: {:#}", answer.body);
        assert!(!answer.body["advice"].as_str().unwrap().is_empty());
    }
    assert_eq!(keys(&stack).await, before);
}

#[tokio::test]
async fn everything_that_no_route_takes_is_a_problem_too() {
    let stack = Stack::start().await;
    assert_eq!(stack.get("/nope").await.problem(), (404, "not_found", ""));
    let wrong_method = stack.send("PUT", "/v1/districts", &[], None).await;
    assert_eq!(wrong_method.problem(), (405, "method_not_allowed", ""));
    assert_eq!(wrong_method.header("allow"), "GET,HEAD,POST");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let response = stack.respond("POST", "/districts", &form, Some(json!({"name": "dev"}))).await;
    assert_eq!(response.status(), 415);
    let large = json!({"name": "a".repeat(1024 * 1024)});
    assert_eq!(stack.post("/districts", large).await.problem(), (413, "too_large", ""));
}

#[tokio::test]
async fn only_who_has_a_token_is_let_in() {
    let stack = Stack::start().await;
    for headers in [[("authorization", "")], [("authorization", "Bearer wrong")]] {
        let answer = stack.send("GET", "/v1/districts", &headers, None).await;
        assert_eq!(answer.problem(), (401, "unauthorized", ""));
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
    }
    let original = [("authorization", ""), ("x-barcelona-token", TOKEN)];
    assert_eq!(stack.send("GET", "/v1/districts", &original, None).await.status, 200);
    for open in ["/healthz", "/readyz", "/openapi.json"] {
        assert_eq!(stack.send("GET", open, &[("authorization", "")], None).await.status, 200, "{open}");
    }
}

#[tokio::test]
async fn a_request_keeps_its_id_and_its_operation_tells_it() {
    let stack = Stack::start().await;
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let headers = [("x-request-id", "req-1"), ("traceparent", trace)];
    let answer = stack.send("POST", "/districts", &headers, Some(json!({"name": "dev"}))).await;
    assert_eq!(answer.header("x-request-id"), "req-1");
    assert_eq!(answer.body["operation"]["request_id"], "req-1");
    assert_eq!(answer.body["operation"]["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
    assert!(!stack.get("/nope").await.header("x-request-id").is_empty());
}

#[tokio::test]
async fn without_a_token_the_api_starts_only_open_and_on_loopback() {
    use clap::Parser as _;
    let build = async |arguments: &[&str]| {
        api::build(api::Config::parse_from([&["barcelona-api"], arguments].concat()))
            .await
            .err()
            .map(|it| it.to_string())
    };
    assert!(build(&[]).await.unwrap().starts_with("there is no token"));
    assert!(build(&["--insecure-no-auth", "--bind", "0.0.0.0:0"]).await.unwrap().contains("loopback"));
    let stack = Stack::with(&["--insecure-no-auth"]).await;
    let answer = stack.send("POST", "/districts", &[("authorization", "")], Some(json!({"name": "dev"}))).await;
    assert_eq!(answer.body["operation"]["actor"], "anonymous");
}
