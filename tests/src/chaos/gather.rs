//! Writes down what the checker reads: every call that AWS saw, and at the end the journals, what is left in Redis, and
//! everything that exists on AWS.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use chrono::DateTime;
use redis::aio::ConnectionLike;
use serde_json::{Value, json};

use super::client::Http;
use super::log::{Log, now_ms};
use super::world::World;
use crate::{Client, Simulator};

/// Every key of the default namespace begins with it.
const NAMESPACE: &str = "{barcelona}";
/// So many calls are fetched at once.
const PAGE: usize = 5_000;

/// AWS's clock against ours.
#[derive(Clone, Copy, Debug)]
struct Clock {
    ours_ms: u64,
    theirs_ms: i64,
    speed: f64,
}

/// Writes calls down while they are made; AWS remembers only the newest.
#[derive(Debug)]
pub struct Calls {
    aws: Client,
    clock: Clock,
    after: u64,
    log: Log,
}

impl Calls {
    /// Begins with the first call.
    pub async fn begin(aws: &Simulator, dir: &Path) -> Result<Calls> {
        let face = aws.client.get("/_sim/clock").await?.body;
        let speed = face["speed"].as_f64().context("the clock has a speed")?;
        let clock = Clock { ours_ms: now_ms(), theirs_ms: millis(&face["now"])?, speed };
        Ok(Calls { aws: aws.client.clone(), clock, after: 0, log: Log::create(dir, "calls.jsonl")? })
    }

    /// Writes down until `done` says so, and then the rest.
    pub async fn follow(mut self, done: Arc<tokio::sync::Notify>) -> Result<Calls> {
        loop {
            let is_done = tokio::time::timeout(Duration::from_secs(2), done.notified()).await.is_ok();
            self.fetch().await?;
            if is_done {
                return Ok(self);
            }
        }
    }

    /// Writes down what was called since.
    pub async fn fetch(&mut self) -> Result<()> {
        loop {
            let page = self.aws.get(&format!("/_sim/calls?after={}&limit={PAGE}", self.after)).await?.body;
            let calls = page["calls"].as_array().context("a page of calls")?;
            for call in calls {
                self.write(call)?;
            }
            if let Some(last) = calls.last().and_then(|call| call["seq"].as_u64()) {
                self.after = last;
            }
            if page["next"].is_null() {
                return Ok(());
            }
        }
    }

    /// Only calls that a worker makes for an operation.
    fn write(&self, call: &Value) -> Result<()> {
        let agent = call["user_agent"].as_str().unwrap_or_default();
        let part = |name: &str| agent.split_whitespace().find_map(|word| word.strip_prefix(name));
        let (Some(operation), Some(app)) = (part("op/"), part("app/")) else { return Ok(()) };
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of some minutes")]
        let theirs = (millis(&call["at"])? - self.clock.theirs_ms) as f64;
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds of some minutes")]
        let passed = (theirs / self.clock.speed) as i64;
        let at_ms = self.clock.ours_ms.saturating_add_signed(passed);
        let action = format!("{} {}", call["service"], call["operation"]).replace('"', "");
        self.log.write(&json!({"seq": call["seq"], "at_ms": at_ms, "action": action, "app": app,
            "operation": operation}))
    }
}

fn millis(moment: &Value) -> Result<i64> {
    let text = moment.as_str().with_context(|| format!("{moment} is no moment"))?;
    Ok(DateTime::parse_from_rfc3339(text)?.timestamp_millis())
}

/// Writes down what stands now.
pub async fn end(world: &mut World, http: &mut Http) -> Result<()> {
    let mut redis = world.redis.connection().await?;
    let mut operations = operations(&mut redis).await?;
    for operation in &mut operations {
        let id = operation["id"].as_str().context("an id")?.to_owned();
        operation["shown"] = shown(http, &id).await?;
    }
    let end = json!({
        "operations": operations,
        "left": left(&mut redis).await?,
        "inventory": world.aws.inventory().await?,
        "ended_by_themselves": world.ended_by_themselves(),
    });
    Ok(std::fs::write(world.dir.join("end.json"), serde_json::to_vec(&end)?)?)
}

/// Operations with fields and journals as they stand in Redis, by id.
async fn operations(redis: &mut impl ConnectionLike) -> Result<Vec<Value>> {
    let mut ids: Vec<String> =
        redis::cmd("ZRANGE").arg(format!("{NAMESPACE}:operations")).arg(0).arg(-1).query_async(redis).await?;
    ids.sort();
    let mut operations = vec![];
    for id in ids {
        let fields: BTreeMap<String, String> =
            redis::cmd("HGETALL").arg(format!("{NAMESPACE}:op:{id}")).query_async(redis).await?;
        let journal: Vec<String> =
            redis::cmd("LRANGE").arg(format!("{NAMESPACE}:journal:{id}")).arg(0).arg(-1).query_async(redis).await?;
        operations.push(json!({"id": id, "fields": fields, "journal": journal}));
    }
    Ok(operations)
}

/// Sequence number and type of every entry of a journal, as the API shows them.
async fn shown(http: &mut Http, operation: &str) -> Result<Value> {
    let mut shown = vec![];
    loop {
        let path = format!("/v1/operations/{operation}/events?limit=1000&after={}", shown.len());
        let page = http.see(&path).await?;
        let events = page["events"].as_array().with_context(|| format!("a page of {operation}'s journal: {page}"))?;
        shown.extend(events.iter().map(|event| json!([event["seq"], event["type"]])));
        if events.len() < 1_000 {
            return Ok(shown.into());
        }
    }
}

/// How many members the structures have that must be empty when nothing is to be done.
async fn left(redis: &mut impl ConnectionLike) -> Result<BTreeMap<String, u64>> {
    let mut left = BTreeMap::new();
    for lane in ["interactive", "normal", "bulk"] {
        // Each version of the format has a list of its own.
        let lists: Vec<String> =
            redis::cmd("KEYS").arg(format!("{NAMESPACE}:ready:{lane}*")).query_async(redis).await?;
        for key in lists {
            left.insert(key.clone(), redis::cmd("LLEN").arg(&key).query_async(redis).await?);
        }
    }
    let mut sets = ["unfinished", "delayed", "leases"].map(|family| format!("{NAMESPACE}:{family}")).to_vec();
    sets.extend(redis::cmd("KEYS").arg(format!("{NAMESPACE}:order:*")).query_async::<Vec<String>>(redis).await?);
    for key in sets {
        left.insert(key.clone(), redis::cmd("ZCARD").arg(&key).query_async(redis).await?);
    }
    Ok(left)
}

/// How many operations are unfinished.
pub async fn unfinished(redis: &mut impl ConnectionLike) -> Result<u64> {
    Ok(redis::cmd("ZCARD").arg(format!("{NAMESPACE}:unfinished")).query_async(redis).await?)
}
