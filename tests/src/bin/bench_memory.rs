//! What a finished operation costs in Redis, by kind: `make bench-memory`, or `bench-memory ROUNDS`.
//!
//! Every kind is run through API, worker and simulator, and Redis is asked what the keys of each operation take. The last
//! line runs many of one kind and compares the whole memory that Redis uses before and after.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, Result};
use redis::aio::MultiplexedConnection;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{Aws, Settings, Stack};

/// How often every kind runs unless told.
const ROUNDS: usize = 3;
/// How many of one kind the whole memory is compared over.
const MANY: u32 = 200;
/// What a year is computed for: changes a day, and the days for which they are kept when nothing is said.
const CHANGES_A_DAY: f64 = 1_000.0;
const RETENTION_DAYS: f64 = 30.0;

/// Bytes, and how many entries the journal has.
#[derive(Clone, Copy, Debug, Default)]
struct Cost {
    count: u32,
    entries: f64,
    operation: f64,
    steps: f64,
    journal: f64,
    /// Its place in the list of all, and its idempotency key, which goes after eight days.
    indexes: f64,
}

impl Cost {
    fn total(&self) -> f64 {
        self.operation + self.steps + self.journal + self.indexes
    }

    fn add(&mut self, other: &Cost) {
        let weight = f64::from(self.count);
        let mean = |mean: f64, new: f64| (mean * weight + new) / (weight + 1.0);
        *self = Cost {
            count: self.count + 1,
            entries: mean(self.entries, other.entries),
            operation: mean(self.operation, other.operation),
            steps: mean(self.steps, other.steps),
            journal: mean(self.journal, other.journal),
            indexes: mean(self.indexes, other.indexes),
        };
    }
}

struct Measuring {
    stack: Stack,
    redis: MultiplexedConnection,
    costs: BTreeMap<String, Cost>,
    sent: usize,
}

impl Measuring {
    /// Sends a change as `bcn` does, with an idempotency key, and waits for its end.
    async fn done(&mut self, method: Method, path: &str, body: Option<&Value>) -> Result<Value> {
        self.sent += 1;
        let key = format!("bench-memory-{:08}", self.sent);
        let answer = self.stack.api.send(method, path, &[("idempotency-key", &key)], body).await?;
        let id = answer.operation()?;
        self.stack.api.succeeded(&id, Duration::from_secs(120)).await
    }

    /// The same, and adds what it costs.
    async fn measured(&mut self, method: Method, path: &str, body: Option<Value>) -> Result<()> {
        let operation = self.done(method, path, body.as_ref()).await?;
        let id = operation["id"].as_str().context("an id")?;
        let mut cost = Cost {
            operation: self.bytes(&format!("op:{id}")).await?,
            steps: self.bytes(&format!("steps:{id}")).await?,
            journal: self.bytes(&format!("journal:{id}")).await?,
            indexes: self.bytes("operations").await? / self.number("ZCARD", "operations").await?,
            entries: self.number("LLEN", &format!("journal:{id}")).await?,
            count: 0,
        };
        let scope: String = self.ask("HGET", &format!("op:{id}"), &["scope"]).await?;
        cost.indexes += self.bytes(&format!("idempotency:{scope}")).await?;
        let kind = operation["kind"].as_str().context("a kind")?.to_owned();
        self.costs.entry(kind).or_default().add(&cost);
        Ok(())
    }

    async fn ask<T: redis::FromRedisValue>(&mut self, command: &str, key: &str, rest: &[&str]) -> Result<T> {
        let mut asked = redis::cmd(command);
        asked.arg(format!("{{barcelona}}:{key}")).arg(rest);
        Ok(asked.query_async(&mut self.redis).await?)
    }

    async fn number(&mut self, command: &str, key: &str) -> Result<f64> {
        self.ask(command, key, &[]).await
    }

    /// What a key takes, with all that stands in it.
    async fn bytes(&mut self, key: &str) -> Result<f64> {
        let mut usage = redis::cmd("MEMORY");
        usage.arg("USAGE").arg(format!("{{barcelona}}:{key}")).arg("SAMPLES").arg(0);
        Ok(usage.query_async::<Option<f64>>(&mut self.redis).await?.unwrap_or(0.0))
    }

    /// All that Redis uses, without the stream of all events, which has a limit of its own.
    async fn used(&mut self) -> Result<f64> {
        let info: String = redis::cmd("INFO").arg("memory").query_async(&mut self.redis).await?;
        let used =
            info.lines().find_map(|line| line.strip_prefix("used_memory_dataset:")).context("used_memory_dataset")?;
        Ok(used.trim().parse::<f64>()? - self.bytes("events").await?)
    }

    /// One of every kind.
    async fn round(&mut self, number: usize) -> Result<()> {
        let district = format!("d{number}");
        let (at, app) = (format!("/v1/districts/{district}"), format!("/v1/districts/{district}/heritages/app"));
        let web = json!({"name": "web", "cpu": 128, "memory": 256, "public": true,
                         "port_mappings": [{"lb_port": 80, "container_port": 80}]});
        let worker = json!({"name": "worker", "cpu": 128, "memory": 256, "command": "work"});
        let heritage = json!({"name": "app", "image_name": "registry.example.com/team/app", "image_tag": "v1.0.0",
                              "env_vars": {"DATABASE_URL": "postgres://db.internal:5432/app", "RAILS_ENV": "production"},
                              "services": [web, worker]});
        let changes = [
            (Method::POST, "/v1/districts".to_owned(), Some(json!({"name": district, "cluster_size": 1}))),
            (Method::PATCH, at.clone(), Some(json!({"cluster_size": 2}))),
            (Method::POST, format!("{at}/heritages"), Some(heritage)),
            (Method::PATCH, app.clone(), Some(json!({"image_tag": "v1.0.1"}))),
            (Method::POST, format!("{app}/services/worker/scale"), Some(json!({"scale": 2}))),
            (Method::POST, format!("{app}/env_vars"), Some(json!({"env_vars": {"LOG_LEVEL": "debug"}}))),
            (Method::DELETE, format!("{app}/env_vars"), Some(json!({"env_keys": ["LOG_LEVEL"]}))),
            (Method::DELETE, app, None),
            (Method::DELETE, at, None),
        ];
        for (method, path, body) in changes {
            self.measured(method, &path, body).await?;
        }
        Ok(())
    }

    /// Bytes by which the whole memory grows with each of many scales.
    async fn growth(&mut self) -> Result<f64> {
        let service = json!({"name": "web", "cpu": 16, "memory": 16, "desired_count": 0});
        let heritage = json!({"name": "app", "image_name": "nginx", "services": [service]});
        self.done(Method::POST, "/v1/districts", Some(&json!({"name": "many", "cluster_size": 0}))).await?;
        self.done(Method::POST, "/v1/districts/many/heritages", Some(&heritage)).await?;
        let scale = json!({"scale": 0});
        let path = "/v1/districts/many/heritages/app/services/web/scale";
        self.done(Method::POST, path, Some(&scale)).await?;
        let before = self.used().await?;
        for _ in 0..MANY {
            self.done(Method::POST, path, Some(&scale)).await?;
        }
        Ok((self.used().await? - before) / f64::from(MANY))
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let rounds = std::env::args().nth(1).map_or(Ok(ROUNDS), |text| text.parse())?;
    let settings = Settings { aws: Aws::Simulator { speed: 60.0 }, ..Settings::default() };
    let stack = Stack::with(settings.env("RUST_LOG", "warn").env("BARCELONA_BUDGETS", "off")).await?;
    let redis = stack.redis.connection().await?;
    let mut measuring = Measuring { stack, redis, costs: BTreeMap::new(), sent: 0 };
    for number in 0..rounds {
        measuring.round(number).await?;
    }
    print(&measuring.costs);
    let growth = measuring.growth().await?;
    println!(
        "\nRedis' whole data set grew by {growth:.0} bytes with each of {MANY} scales of a service without tasks."
    );
    let (stream, entries) = (measuring.bytes("events").await?, measuring.number("XLEN", "events").await?);
    println!("The stream of all events takes {:.0} bytes an entry; it keeps the newest 100,000.", stream / entries);
    Ok(())
}

fn print(costs: &BTreeMap<String, Cost>) {
    println!("| kind | journal entries | fields | steps | journal | indexes | bytes per finished operation |");
    println!("|---|---|---|---|---|---|---|");
    for (kind, cost) in costs {
        let Cost { entries, operation, steps, journal, indexes, .. } = cost;
        let total = cost.total();
        println!(
            "| `{kind}` | {entries:.0} | {operation:.0} | {steps:.0} | {journal:.0} | {indexes:.0} | {total:.0} |"
        );
    }
    let usual = ["deploy_heritage", "scale_service", "set_env_vars"];
    let usual: Vec<f64> = usual.iter().filter_map(|kind| costs.get(*kind)).map(Cost::total).collect();
    #[expect(clippy::cast_precision_loss, reason = "three")]
    let mean = usual.iter().sum::<f64>() / usual.len() as f64;
    let megabytes = |days: f64| mean * CHANGES_A_DAY * days / 1e6;
    println!(
        "\n{CHANGES_A_DAY:.0} changes a day, deploys, scales and environment in equal parts, {mean:.0} bytes each:"
    );
    println!("- kept for {RETENTION_DAYS:.0} days: {:.0} MB at any moment", megabytes(RETENTION_DAYS));
    println!("- kept for a year: {:.0} MB at its end", megabytes(365.0));
}
