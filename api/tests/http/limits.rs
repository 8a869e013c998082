//! While there is no room, what is new is refused with a time to come back, and what makes room is accepted.

use serde_json::{Value, json};

use crate::stack::{Answer, KEY, Stack, TOKEN};

async fn limited(limits: &[&str]) -> Stack {
    Stack::with(&[&["--bootstrap-token", TOKEN, "--encryption-keys", KEY], limits].concat()).await
}

fn district(name: &str) -> Value {
    json!({"name": name})
}

/// Sends a change that has to be refused, and then its dry run, which has to say the same.
async fn refused(stack: &Stack, name: &str) -> Answer {
    let planned = stack.post("/districts?dry_run=true", district(name)).await;
    let answer = stack.post("/districts", district(name)).await;
    assert_eq!(planned.status, 200, "{:#}", planned.body);
    assert_eq!(planned.body["plan"]["refused"]["code"], answer.body["code"]);
    assert_eq!(stack.get(&format!("/districts/{name}")).await.status, 404);
    assert!(answer.body["advice"].as_str().unwrap().contains("cancels and deletions are accepted"));
    assert_eq!(answer.header("retry-after"), answer.body["retry_after"].to_string());
    answer
}

async fn readiness(stack: &Stack) -> (String, Vec<Value>) {
    let ready = stack.get("/readyz").await;
    assert_eq!(ready.status, 200, "who balances load leaves it where it is");
    let codes = ready.body["refused"].as_array().unwrap().iter().map(|problem| problem["code"].clone());
    (ready.body["status"].as_str().unwrap().to_owned(), codes.collect())
}

async fn max_memory(stack: &Stack, bytes: &str) {
    let client = redis::Client::open(stack.api.store.settings().redis_url.clone()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let () = redis::cmd("CONFIG").arg(&["SET", "maxmemory", bytes]).query_async(&mut connection).await.unwrap();
}

async fn dashboard(stack: &Stack, path: &str) -> String {
    let cookie = format!("barcelona_token={}", hex::encode(TOKEN));
    let response = stack.respond("GET", path, &[("authorization", "none"), ("cookie", &cookie)], None).await;
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(body.to_vec()).unwrap()
}

#[tokio::test]
async fn a_full_queue_is_503_and_replays_cancels_and_deletions_go_through() {
    let stack = limited(&["--queue-limit", "1"]).await;
    assert_eq!(readiness(&stack).await, ("ready".to_owned(), vec![]));
    let key = [("idempotency-key", "k")];
    let first = stack.send("POST", "/districts", &key, Some(district("dev"))).await.operation();
    let answer = refused(&stack, "stage").await;
    assert_eq!(answer.problem(), (503, "queue_full", ""));
    assert_eq!(answer.header("retry-after"), "60", "nobody works at what is there");
    assert_eq!(readiness(&stack).await, ("limited".to_owned(), vec![json!("queue_full")]));
    for page in ["/ui/operations", "/ui/districts"] {
        assert!(dashboard(&stack, page).await.contains("The queue is full"));
    }

    let replay = stack.send("POST", "/districts", &key, Some(district("dev"))).await;
    assert_eq!((replay.operation(), replay.header("idempotency-replayed")), (first.clone(), "true"));
    stack.delete("/districts/dev").await.operation();
    stack.work().await;
    let other = stack.post("/districts", district("stage")).await.operation();
    stack.post(&format!("/operations/{other}/cancel"), json!({})).await.operation();
    assert_eq!(readiness(&stack).await.0, "ready");
}

#[tokio::test]
async fn a_spent_budget_is_429_until_the_next_change_is_allowed() {
    let stack = limited(&["--changes-per-minute", "2", "--changes-at-once", "1"]).await;
    let first = stack.post("/districts", district("dev")).await.operation();
    let answer = refused(&stack, "stage").await;
    assert_eq!(answer.problem(), (429, "too_many_requests", ""));
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((25..=30).contains(&wait), "{wait}");
    stack.post(&format!("/operations/{first}/cancel"), json!({})).await.operation();
    let retry = stack.post(&format!("/operations/{first}/retry"), json!({})).await;
    assert_eq!(retry.problem(), (429, "too_many_requests", ""));
    assert_eq!(readiness(&stack).await.0, "ready", "others have budgets of their own");
}

#[tokio::test]
async fn a_full_memory_is_503_and_everything_is_read_and_goes_on_when_there_is_memory() {
    let stack = Stack::with_district().await;
    let queued = stack.post("/districts", district("stage")).await.operation();
    max_memory(&stack, "1").await;
    let answer = refused(&stack, "prod").await;
    assert_eq!(answer.problem(), (503, "store_full", ""));
    assert_eq!(answer.header("retry-after"), "60");
    assert_eq!(readiness(&stack).await, ("limited".to_owned(), vec![json!("store_full")]));
    assert!(dashboard(&stack, "/ui/operations").await.contains("The store is full"));
    for path in ["/districts", "/districts/dev", "/operations", &format!("/operations/{queued}")] {
        assert_eq!(stack.get(path).await.status, 200, "{path}");
    }
    stack.post(&format!("/operations/{queued}/cancel"), json!({})).await.operation();
    stack.delete("/districts/dev").await.operation();
    stack.work().await;

    max_memory(&stack, "0").await;
    assert_eq!(readiness(&stack).await.0, "ready");
    stack.post("/districts", district("prod")).await.operation();
}
