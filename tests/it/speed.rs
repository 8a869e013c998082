//! Work that can run side by side does: branches of one workflow, and workers of one installation.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Settings, Stack};

const LONG: Duration = Duration::from_secs(300);

fn heritage(name: &str) -> Value {
    json!({"name": name, "image_name": "nginx", "services": [{"name": "worker", "cpu": 16, "memory": 16}]})
}

/// A district with room, then `count` heritages at once with 200 ms on every call; the wall time of the latter.
async fn heritages_with(workers: usize, count: usize, meanwhile: bool) -> Duration {
    let settings = Settings { workers, alone: true, ..Settings::default() };
    let settings = settings.env("BARCELONA_CONCURRENCY", "2").env("BARCELONA_BUDGETS", "off");
    let mut stack = Stack::with(settings).await.unwrap();
    stack.change(Method::POST, "/v1/districts", Some(&json!({"name": "dev", "cluster_size": 2}))).await.unwrap();
    stack.aws.slow_down(200).await.unwrap();
    let begun = Instant::now();
    let mut ids = vec![];
    for nth in 0..count {
        let answer = stack.api.post("/v1/districts/dev/heritages", &heritage(&format!("app-{nth}"))).await.unwrap();
        ids.push(answer.operation().unwrap());
    }
    if meanwhile {
        for round in 0..3 {
            stack.api.ended(&ids[round * 4], LONG).await.unwrap();
            stack.add_worker().unwrap();
            stack.workers[round].kill().unwrap();
        }
    }
    for id in &ids {
        stack.api.succeeded(id, LONG).await.unwrap();
    }
    let took = begun.elapsed();
    let services = stack.aws.ids("ecs", "services").await.unwrap();
    assert_eq!(services.len(), count, "each heritage has its service once: {services:#?}");
    took
}

#[tokio::test]
async fn four_workers_do_the_work_of_one_at_least_three_times_as_fast() {
    let one = heritages_with(1, 24, false).await;
    let four = heritages_with(4, 24, false).await;
    println!("24 heritages: 1 worker {one:?}, 4 workers {four:?}, {:.1} times", one.as_secs_f64() / four.as_secs_f64());
    assert!(four * 3 <= one, "1 worker took {one:?}, 4 took {four:?}");
}

#[tokio::test]
async fn workers_that_come_and_go_lose_nothing() {
    heritages_with(2, 24, true).await;
}
