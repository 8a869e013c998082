//! While Redis has no memory left, workers end what has begun and what makes room; new work waits until there is some.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tests::Stack;

const ENDS: Duration = Duration::from_secs(60);

async fn max_memory(stack: &Stack, bytes: &str) {
    let mut connection = stack.redis.connection().await.unwrap();
    let () = redis::cmd("CONFIG").arg(&["SET", "maxmemory", bytes]).query_async(&mut connection).await.unwrap();
}

#[tokio::test]
async fn a_full_memory_stops_nothing_that_has_begun_and_everything_goes_on_when_there_is_memory() {
    let stack = Stack::start().await.unwrap();
    let district = json!({"name": "dev", "cluster_size": 1});
    let begun = stack.api.post("/v1/districts", &district).await.unwrap().operation().unwrap();
    stack.step_reaches(&begun, "create_nat_gateway:1", &["waiting", "succeeded"]).await.unwrap();
    max_memory(&stack, "1").await;
    stack.api.succeeded(&begun, ENDS).await.unwrap();

    let heritage = json!({"name": "web", "image_name": "nginx", "services": [{"name": "web"}]});
    let refused = stack.api.post("/v1/districts/dev/heritages", &heritage).await.unwrap();
    assert_eq!((refused.status, &refused.body["code"]), (503, &json!("store_full")));
    max_memory(&stack, "0").await;
    stack.change(Method::POST, "/v1/districts/dev/heritages", Some(&heritage)).await.unwrap();

    max_memory(&stack, "1").await;
    stack.change(Method::DELETE, "/v1/districts/dev?cascade=true", None).await.unwrap();
    assert_eq!(stack.api.get("/v1/districts/dev").await.unwrap().status, 404);
}
