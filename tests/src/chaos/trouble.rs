//! What goes wrong when: kills, broken connections, failures of AWS. All choices come from the seed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde::Serialize;
use serde_json::{Value, json};

use super::log::{Log, now_ms};
use super::proxy::{Proxy, Weather};
use super::world::{Role, World};
use crate::Simulator;

/// Of a hundred calls so many fail in each of these ways, together twenty.
const FAILURES: [(&str, f64); 5] =
    [("throttle", 0.08), ("internal", 0.04), ("unavailable", 0.03), ("reset_before", 0.03), ("reset_after", 0.04)];
/// Shorter than a call of a dead worker may be under way.
const STALLS_AT_MOST_MS: u64 = 1_500;

/// Something that went wrong, as it is written down.
#[derive(Debug, Serialize)]
struct Event<'a> {
    at_ms: u64,
    what: &'a str,
    who: &'a str,
    for_ms: u64,
}

/// Breaks things until its time is over.
pub struct Trouble {
    rng: StdRng,
    log: Log,
    counts: BTreeMap<String, u64>,
}

impl Trouble {
    /// Trouble of this seed.
    pub fn new(world: &World, seed: u64) -> Result<Trouble> {
        let log = Log::create(&world.dir, "troubles.jsonl")?;
        Ok(Trouble { rng: StdRng::seed_from_u64(seed), log, counts: BTreeMap::new() })
    }

    /// Breaks things until `end`; then everything runs and nothing is broken. Returns what was done how often.
    pub async fn reign(mut self, world: &mut World, end: Instant) -> Result<BTreeMap<String, u64>> {
        fail_calls(&world.aws, &mut self.rng).await?;
        while Instant::now() < end {
            let pause = Duration::from_millis(self.rng.random_range(300..1_800));
            tokio::time::sleep(pause).await;
            self.strike(world).await?;
        }
        for (kind, hits) in failures(&world.aws).await? {
            self.counts.insert(format!("calls of AWS failed: {kind}"), hits);
        }
        world.aws.heal().await?;
        Ok(self.counts)
    }

    async fn strike(&mut self, world: &mut World) -> Result<()> {
        match self.rng.random_range(0..20) {
            0..=4 => self.kill(world, Role::Worker).await,
            5..=7 => self.kill(world, Role::Api).await,
            8 | 9 => self.kill_redis(world).await,
            _ => self.disturb(world),
        }
    }

    async fn kill(&mut self, world: &mut World, role: Role) -> Result<()> {
        let of_role: Vec<usize> = (0..world.parts.len()).filter(|nth| world.parts[*nth].role == role).collect();
        let nth = of_role[self.rng.random_range(0..of_role.len())];
        let away = self.rng.random_range(0..1_000);
        let what = match role {
            Role::Worker => "worker killed",
            Role::Api => "API killed",
        };
        let name = world.parts[nth].name.clone();
        self.note(what, &name, away)?;
        world.kill(nth)?;
        tokio::time::sleep(Duration::from_millis(away)).await;
        let clock = self.rng.random_range(0..usize::from(u8::MAX));
        world.launch(nth, clock)
    }

    /// Now and then for longer than a lease.
    async fn kill_redis(&mut self, world: &mut World) -> Result<()> {
        let away = if self.rng.random_bool(0.25) { 4_000 } else { self.rng.random_range(0..1_000) };
        self.note("Redis killed", "redis", away)?;
        world.redis.process.kill()?;
        tokio::time::sleep(Duration::from_millis(away)).await;
        world.redis.restart().await
    }

    /// Disturbs the connections through one proxy.
    fn disturb(&mut self, world: &World) -> Result<()> {
        let part = &world.parts[self.rng.random_range(0..world.parts.len())];
        let (proxy, side) = match &part.store {
            Some(store) if self.rng.random_bool(0.5) => (store, "to Redis"),
            Some(_) | None => (&part.other, if part.role == Role::Worker { "to AWS" } else { "from clients" }),
        };
        let for_ms = self.rng.random_range(100..STALLS_AT_MOST_MS);
        let who = format!("{} {side}", part.name);
        match self.rng.random_range(0..6) {
            0 | 1 => {
                proxy.cut();
                self.note("connections cut", &who, 0)
            }
            2 => {
                proxy.half_open();
                self.note("connections left half open", &who, 0)
            }
            3 => {
                bad_weather(proxy, Weather::Stalled, for_ms);
                self.note("connections stalled", &who, for_ms)
            }
            4 => {
                bad_weather(proxy, Weather::Refusing, for_ms);
                self.note("connections refused", &who, for_ms)
            }
            _ => {
                let pause = Duration::from_millis(self.rng.random_range(5..80));
                bad_weather(proxy, Weather::Slow(pause), for_ms * 2);
                self.note("connections slowed down", &who, for_ms * 2)
            }
        }
    }

    fn note(&mut self, what: &str, who: &str, for_ms: u64) -> Result<()> {
        *self.counts.entry(what.to_owned()).or_default() += 1;
        self.log.write(&Event { at_ms: now_ms(), what, who, for_ms })
    }
}

/// Weather that passes by itself.
fn bad_weather(proxy: &Arc<Proxy>, weather: Weather, for_ms: u64) {
    proxy.weather(weather);
    let proxy = proxy.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(for_ms)).await;
        proxy.weather(Weather::Fair);
    });
}

/// Makes a fifth of all calls fail, each kind of failure by a rule of its own.
async fn fail_calls(aws: &Simulator, rng: &mut StdRng) -> Result<()> {
    for (kind, probability) in FAILURES {
        let seed: u32 = rng.random();
        aws.fault(&json!({"kind": kind, "probability": probability, "seed": seed})).await?;
    }
    Ok(())
}

/// How many calls each kind of failure has hit so far.
async fn failures(aws: &Simulator) -> Result<BTreeMap<String, u64>> {
    let answer = aws.client.get("/_sim/faults").await?.body;
    let rules = answer["faults"].as_array().into_iter().flatten();
    let hits = rules.filter_map(|rule: &Value| Some((rule["kind"].as_str()?.to_owned(), rule["hit"].as_u64()?)));
    Ok(hits.collect())
}
