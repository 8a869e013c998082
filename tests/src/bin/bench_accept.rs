//! How long accepting takes, and how soon the first step starts, on an idle system: `make bench`.
//!
//! Each round scales one service and waits until the operation has ended, so that nothing queues. Redis writes every
//! acknowledged change to disk (`appendfsync always`), as the one that we ship does.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use reqwest::Method;
use serde_json::json;
use tests::{Settings, Stack};

const ROUNDS: usize = 200;

#[tokio::main]
async fn main() -> Result<()> {
    let settings = Settings::default().env("RUST_LOG", "warn").env("BARCELONA_BUDGETS", "off");
    let stack = Stack::with(settings).await?;
    stack.change(Method::POST, "/v1/districts", Some(&json!({"name": "dev", "cluster_size": 0}))).await?;
    let service = json!({"name": "web", "cpu": 16, "memory": 16, "desired_count": 0});
    let heritage = json!({"name": "app", "image_name": "nginx", "services": [service]});
    stack.change(Method::POST, "/v1/districts/dev/heritages", Some(&heritage)).await?;

    let (mut accepted, mut started) = (vec![], vec![]);
    for _ in 0..ROUNDS {
        let (answered, began) = round(&stack).await?;
        accepted.push(answered);
        started.push(began);
    }
    println!("{ROUNDS} rounds on an idle system, milliseconds after the request was sent:");
    println!("{:<28}{:>8}{:>8}{:>8}", "", "p50", "p99", "max");
    print("202 received", &mut accepted);
    print("first step journalled", &mut started);
    Ok(())
}

/// One scale: milliseconds until the answer, and until the journal says that the first step started.
async fn round(stack: &Stack) -> Result<(f64, f64)> {
    let (sent, clock) = (SystemTime::now().duration_since(UNIX_EPOCH)?, Instant::now());
    let answer = stack.api.post("/v1/districts/dev/heritages/app/services/web/scale", &json!({"scale": 0})).await?;
    let answered = clock.elapsed().as_secs_f64() * 1e3;
    let id = answer.operation()?;
    stack.api.succeeded(&id, Duration::from_secs(30)).await?;
    let journal = stack.api.get(&format!("/v1/operations/{id}/events")).await?;
    let entries = journal.body["events"].as_array().context("a journal")?;
    let first = entries.iter().find(|entry| entry["type"] == "step_started").context("a started step")?;
    let at: shared::time::Timestamp = serde_json::from_value(first["at"].clone())?;
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit a double exactly")]
    let began = at.0 as f64 - sent.as_secs_f64() * 1e3;
    Ok((answered, began))
}

fn print(what: &str, figures: &mut [f64]) {
    figures.sort_by(f64::total_cmp);
    let at = |share: usize| figures[(figures.len() - 1) * share / 100];
    println!("{what:<28}{:>8.1}{:>8.1}{:>8.1}", at(50), at(99), at(100));
}
