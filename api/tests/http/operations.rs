//! Operations: lists, long-poll, cancel, retry.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::stack::{Stack, TOKEN};

#[tokio::test]
async fn operations_are_listed_newest_first_by_filter_and_page() {
    let stack = Stack::with_heritage().await;
    let scale = stack.post("/heritages/web-app/services/web/scale", json!({"scale": 2})).await.operation();
    let kinds = |operations: &serde_json::Value| {
        let all = operations.as_array().unwrap().iter();
        all.map(|operation| operation["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = stack.get("/v1/operations").await.body["operations"].clone();
    assert_eq!(kinds(&all), ["scale_service", "create_heritage", "provision_district"]);
    let queued = stack.get("/v1/operations?state=queued&heritage=web-app&kind=scale_service,deploy_heritage").await;
    assert_eq!(queued.body["operations"][0]["id"], scale.as_str());
    let page = stack.get("/v1/operations?limit=2").await.body;
    let cursor = page["next"].as_str().unwrap();
    let rest = stack.get(&format!("/v1/operations?limit=2&cursor={cursor}")).await.body;
    assert_eq!((kinds(&rest["operations"]), rest["next"].is_null()), (vec!["provision_district".to_owned()], true));
    assert_eq!(stack.get("/v1/operations?state=quued").await.problem(), (422, "invalid_field", "?state"));
    assert_eq!(stack.get("/v1/operations?stat=queued").await.problem(), (422, "unknown_field", "?stat"));
    assert_eq!(stack.get("/v1/operations?since=yesterday").await.problem(), (422, "invalid_field", "?since"));
}

#[tokio::test]
async fn a_long_poll_answers_as_soon_as_the_operation_changes() {
    let stack = Stack::start().await;
    let id = stack.post("/districts", json!({"name": "dev"})).await.operation();
    let path = format!("/v1/operations/{id}");
    let etag = stack.get(&path).await.header("etag").to_owned();
    assert_eq!(stack.send("GET", &path, &[("if-none-match", &etag)], None).await.status, 304);
    let headers = [("prefer", "wait=30"), ("if-none-match", etag.as_str())];
    let begun = Instant::now();
    let (answer, _) = tokio::join!(stack.send("GET", &path, &headers, None), stack.work());
    assert_eq!((answer.status, answer.header("preference-applied")), (200, "wait=30"));
    assert_ne!(answer.header("etag"), etag);
    assert!(begun.elapsed() < Duration::from_secs(4), "a notice wakes it");
    let headers = [("prefer", "wait=1"), ("if-none-match", answer.header("etag"))];
    let etag = answer.header("etag").to_owned();
    let last = stack.get(&path).await.header("etag").to_owned();
    let headers = if etag == last { headers } else { [("prefer", "wait=1"), ("if-none-match", last.as_str())] };
    assert_eq!(stack.send("GET", &path, &headers, None).await.status, 304);
}

#[tokio::test]
async fn a_queued_operation_is_cancelled_at_once_and_frees_its_name() {
    let stack = Stack::start().await;
    let id = stack.post("/districts", json!({"name": "dev"})).await.operation();
    let cancelled = stack.post(&format!("/v1/operations/{id}/cancel"), json!({})).await;
    assert_eq!(cancelled.operation(), id);
    assert_eq!(cancelled.header("operation-location"), format!("/v1/operations/{id}"));
    assert_eq!(cancelled.body["operation"]["state"], "cancelled");
    assert_eq!(stack.get("/districts/dev").await.status, 404);
    let again = stack.post(&format!("/operations/{id}/cancel"), json!({})).await;
    assert_eq!(again.problem(), (409, "not_cancellable", ""));
    let retried = stack.post(&format!("/operations/{id}/retry"), json!({})).await;
    assert_eq!(retried.operation(), id);
    assert_eq!(
        (&retried.body["operation"]["attempt"], &retried.body["operation"]["state"]),
        (&json!(2), &json!("queued"))
    );
    assert_eq!(stack.get("/districts/dev").await.status, 200);
    let busy = stack.post(&format!("/operations/{id}/retry"), json!({})).await;
    assert_eq!(busy.problem(), (409, "not_retryable", ""));
}

#[tokio::test]
async fn a_cancel_or_retry_sent_again_with_its_key_is_answered_as_before() {
    let stack = Stack::start().await;
    let id = stack.post("/districts", json!({"name": "dev"})).await.operation();
    for verb in ["cancel", "retry"] {
        let path = format!("/v1/operations/{id}/{verb}");
        let first = stack.send("POST", &path, &[("idempotency-key", verb)], None).await;
        let again = stack.send("POST", &path, &[("idempotency-key", verb)], None).await;
        assert_eq!(first.operation(), again.operation());
        assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
    }
}

#[tokio::test]
async fn a_retry_after_a_later_change_is_refused() {
    let stack = Stack::with_heritage().await;
    let id = stack.patch("/heritages/web-app", json!({"image_tag": "2"})).await.operation();
    stack.post(&format!("/operations/{id}/cancel"), json!({})).await.operation();
    let later = stack.patch("/heritages/web-app", json!({"image_tag": "3"})).await.operation();
    let refused = stack.post(&format!("/operations/{id}/retry"), json!({})).await;
    assert_eq!(refused.problem(), (409, "superseded_by_later", ""));
    assert_eq!(refused.body["operation"], later.as_str());
}

#[tokio::test]
async fn what_is_not_an_operation_is_not_found() {
    let stack = Stack::start().await;
    for path in ["/v1/operations/op_123", "/v1/operations/op_01J9ZK3M7Q4V8R2T6X0BDEFGHJ"] {
        assert_eq!(stack.get(path).await.problem().1, "not_found");
        assert_eq!(stack.post(&format!("{path}/cancel"), json!({})).await.problem().1, "not_found");
        assert_eq!(stack.post(&format!("{path}/retry"), json!({})).await.problem().1, "not_found");
        assert_eq!(stack.get(&format!("{path}/events")).await.problem().1, "not_found");
    }
}

#[tokio::test]
async fn an_operation_that_is_kept_no_longer_is_not_found_and_told_so_by_every_route() {
    let stack = Stack::with(&["--bootstrap-token", TOKEN, "--retention-days", "7"]).await;
    let gone = format!("/v1/operations/{}", shared::ids::OperationId::draw());
    let stream = [("accept", "text/event-stream")];
    let answers = [
        stack.get(&gone).await,
        stack.get(&format!("{gone}/events")).await,
        stack.send("GET", &format!("{gone}/events"), &stream, None).await,
        stack.send("GET", &format!("{gone}/events"), &[stream[0], ("last-event-id", "7")], None).await,
        stack.post(&format!("{gone}/cancel"), json!({})).await,
        stack.post(&format!("{gone}/retry"), json!({})).await,
    ];
    for answer in answers {
        assert_eq!(answer.problem(), (404, "not_found", ""));
        assert!(answer.body["detail"].as_str().unwrap().ends_with("or none any longer"), "{:#}", answer.body);
        assert!(answer.body["advice"].as_str().unwrap().contains("7 days after their end"), "{:#}", answer.body);
    }
}
