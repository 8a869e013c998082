//! Steps without an arrow between them run side by side: an operation takes as long as its longest chain.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};
use tests::{Aws, Settings, Stack};

/// What is added to every AWS call, in seconds.
const CALL: f64 = 0.2;
/// Fast enough that what the simulator itself makes one wait for is a fraction of a call.
const SPEED: f64 = 1000.0;

/// Seconds between two moments of a step.
fn seconds(step: &Value, from: &str, to: &str) -> f64 {
    let at = |field: &str| step[field].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    (at(to) - at(from)).as_seconds_f64()
}

/// How many calls each step made, as the simulator counted them: the worker names its step in every call's user agent.
async fn calls_by_step(stack: &Stack) -> HashMap<String, u32> {
    let mut counted = HashMap::new();
    for call in stack.aws.calls().await.unwrap() {
        let agent = call["user_agent"].as_str().unwrap_or_default();
        if let Some(step) = agent.split(' ').find_map(|part| part.strip_prefix("step/")) {
            *counted.entry(step.replace("--", ":")).or_insert(0) += 1;
        }
    }
    counted
}

/// Seconds of the longest chain over the plan's arrows, and its steps.
fn longest_chain(steps: &[Value], calls: &HashMap<String, u32>) -> (f64, Vec<String>) {
    let mut chains: HashMap<String, (f64, Vec<String>)> = HashMap::new();
    for step in steps {
        let name = step["name"].as_str().unwrap().to_owned();
        let before = step["after"].as_array().unwrap().iter().filter_map(|it| chains.get(it.as_str().unwrap()));
        let (mut long, mut path) = before.max_by(|a, b| a.0.total_cmp(&b.0)).cloned().unwrap_or_default();
        long += f64::from(calls.get(&name).copied().unwrap_or(0)) * CALL;
        path.push(name.clone());
        chains.insert(name, (long, path));
    }
    chains.into_values().max_by(|a, b| a.0.total_cmp(&b.0)).unwrap()
}

#[tokio::test]
async fn provisioning_takes_as_long_as_its_longest_chain() {
    let settings = Settings { aws: Aws::Simulator { speed: SPEED }, alone: true, ..Settings::default() };
    let settings = settings.env("BARCELONA_BUDGETS", "off").env("BARCELONA_POLL_FLOOR_MS", "20");
    let stack = Stack::with(settings).await.unwrap();
    stack.aws.slow_down(200).await.unwrap();
    let id = stack.api.post("/v1/districts", &json!({"name": "dev"})).await.unwrap().operation().unwrap();
    let operation = stack.api.succeeded(&id, Duration::from_secs(120)).await.unwrap();

    let calls = calls_by_step(&stack).await;
    let steps = operation["steps"].as_array().unwrap();
    let (chain, path) = longest_chain(steps, &calls);
    let took = seconds(&operation, "started_at", "finished_at");
    let sum: f64 = calls.values().map(|count| f64::from(*count) * CALL).sum();
    println!("took {took:.2} s; longest chain {chain:.2} s ({}); all calls in a row {sum:.2} s", path.join(" → "));
    assert!(took <= 1.25 * chain, "took {took:.2} s, the longest chain takes {chain:.2} s: {path:?}\n{calls:#?}");
    assert!(sum > 1.5 * chain, "there is something to run side by side");
}
