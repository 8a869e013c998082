//! The store: its settings, its way to Redis, Redis' clock and health.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use redis::aio::{MultiplexedConnection, PubSub};
use redis::{Cmd, FromRedisValue, RedisError};

use super::confirm::Confirming;
use super::link::{Link, Twice};
use super::{Settings, StoreError, error, keys};
use crate::time::Timestamp;

/// What `/readyz` tells about the store.
#[derive(Clone, Debug)]
pub struct Health {
    /// Whether it answered a write, or would if there were memory, and has the replicas that must confirm one.
    pub writable: bool,
    /// How much memory it has used of how much, when that leaves none for writes: only what makes room is accepted.
    pub full: Option<String>,
    /// Why acknowledged writes may be lost, when they may: `appendonly no`, an evicting `maxmemory-policy`.
    pub may_lose_writes: Option<String>,
}

/// How long subscribing may take: the client sets no limit.
const SUBSCRIBES_WITHIN: Duration = Duration::from_secs(5);
/// Pause between two tries to reach a Redis that is starting.
const ASK_AGAIN: Duration = Duration::from_millis(250);

/// The operation store. Cheap to clone; one multiplexed connection that reconnects by itself, to wherever our keys are.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    settings: Settings,
    namespace: String,
    link: Link,
    confirming: Confirming,
    clock: Clock,
    /// When the next timer that an empty claim knew of is due, in Redis' milliseconds.
    next_due: AtomicU64,
    /// How far the sweep has come, in microseconds of acceptance; 0 before it begins.
    swept_to: AtomicU64,
}

/// Redis' clock as far as this process knows it.
struct Clock {
    started: Instant,
    /// Redis' milliseconds at `started`.
    offset: AtomicU64,
}

impl Store {
    /// Connects, waiting up to `patience` for a Redis that is starting.
    pub async fn connect(settings: &Settings, patience: Duration) -> Result<Store, StoreError> {
        let namespace = keys::namespace(&settings.namespace);
        let link = Link::new(settings, namespace.clone()).map_err(error::of_redis)?;
        let started = Instant::now();
        let mut told = false;
        while let Err(refused) = link.node().await {
            if started.elapsed() >= patience {
                return Err(error::of_redis(refused));
            }
            if !std::mem::replace(&mut told, true) {
                tracing::warn!(error = %refused, "Redis does not answer yet: it is asked again and again");
            }
            tokio::time::sleep(ASK_AGAIN).await;
        }
        let store = Store(Arc::new(Inner {
            settings: settings.clone(),
            namespace,
            link,
            confirming: Confirming::by(settings.redis_wait_replicas),
            clock: Clock { started, offset: AtomicU64::new(0) },
            next_due: AtomicU64::new(0),
            swept_to: AtomicU64::new(0),
        }));
        let (seconds, micros): (u64, u64) = store.query(redis::cmd("TIME")).await?;
        store.heard(seconds * 1000 + micros / 1000);
        Ok(store)
    }

    /// The settings it was opened with.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Redis' clock, as of its last answer plus the time passed here since.
    pub fn now(&self) -> Timestamp {
        Timestamp(self.0.clock.offset.load(Ordering::Relaxed) + self.0.clock.passed())
    }

    /// Whether it answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let mut look = redis::cmd("EXISTS");
        look.arg(self.key(keys::HEALTH, &[]));
        self.query::<bool>(look).await.map(|_| ())
    }

    /// Whether it takes writes and keeps them.
    pub async fn health(&self) -> Result<Health, StoreError> {
        let mut write = redis::cmd("SET");
        write.arg(self.key(keys::HEALTH, &[])).arg(self.now().0);
        let (writable, is_full) = match self.query::<()>(write).await {
            Ok(()) => (true, false),
            Err(StoreError::Full(_)) => (true, true),
            Err(StoreError::Rejected(_)) => (false, false),
            Err(other) => return Err(other),
        };
        let mut told = redis::cmd("INFO");
        told.arg("persistence").arg("memory").arg("replication");
        let info: String = self.query(told).await?;
        let wanted = self.settings().redis_wait_replicas;
        let writable = writable && replicas(&info) >= wanted;
        Ok(Health { writable, full: is_full.then(|| memory(&info)), may_lose_writes: weakness(&info, wanted) })
    }

    /// How many operations have not ended.
    pub async fn unfinished(&self) -> Result<u64, StoreError> {
        let mut count = redis::cmd("ZCARD");
        count.arg(self.key(keys::UNFINISHED, &[]));
        self.query(count).await
    }

    /// The namespace as keys begin.
    pub(super) fn namespace(&self) -> &str {
        &self.0.namespace
    }

    /// A key of this namespace.
    pub(super) fn key(&self, family: &str, parts: &[&str]) -> String {
        keys::key(&self.0.namespace, family, parts)
    }

    /// The way to the server that has our keys.
    pub(super) fn link(&self) -> &Link {
        &self.0.link
    }

    /// What has replicas confirm writes.
    pub(super) fn confirming(&self) -> &Confirming {
        &self.0.confirming
    }

    /// A connection of its own for a subscriber, and the number of the node that it leads to.
    pub(super) async fn subscribed(&self, family: &str) -> Result<(PubSub, u64), RedisError> {
        let node = self.link().node().await?;
        let subscribe = async {
            let mut subscriber = node.client.get_async_pubsub().await?;
            subscriber.subscribe(self.key(family, &[])).await?;
            Ok(subscriber)
        };
        match tokio::time::timeout(SUBSCRIBES_WITHIN, subscribe).await {
            Ok(Ok(subscriber)) => Ok((subscriber, node.number)),
            Ok(Err(refused)) => {
                self.link().lost(&node);
                Err(refused)
            }
            Err(_) => {
                self.link().lost(&node);
                Err(RedisError::from(std::io::Error::from(std::io::ErrorKind::TimedOut)))
            }
        }
    }

    /// Sends one command that may run twice.
    pub(super) async fn query<T: FromRedisValue>(&self, command: Cmd) -> Result<T, StoreError> {
        let command = &command;
        self.repeatable(|mut connection| async move { command.query_async(&mut connection).await }).await
    }

    /// Sends what may run twice; once more when its connection turns out to be broken, so that a Redis that was
    /// restarted meanwhile costs no request its answer.
    pub(super) async fn repeatable<T, F>(&self, send: impl Fn(MultiplexedConnection) -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, RedisError>>,
    {
        self.link().send(Twice::IsHarmless, send).await.map_err(error::of_redis)
    }

    /// Remembers what Redis' clock says.
    pub(super) fn heard(&self, now: u64) {
        let clock = &self.0.clock;
        clock.offset.store(now.saturating_sub(clock.passed()), Ordering::Relaxed);
    }

    /// Where the next sweep goes on.
    pub(super) fn swept_to(&self) -> &AtomicU64 {
        &self.0.swept_to
    }

    /// What an empty claim remembers for the next.
    pub(super) fn next_due(&self) -> &AtomicU64 {
        &self.0.next_due
    }
}

impl Clock {
    fn passed(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// How many replicas follow.
fn replicas(info: &str) -> u32 {
    told(info, "connected_slaves").and_then(|replicas| replicas.parse().ok()).unwrap_or_default()
}

/// What Redis says of itself under this name.
fn told<'a>(info: &'a str, name: &str) -> Option<&'a str> {
    info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
}

/// How much memory Redis has used, and how much it may use.
fn memory(info: &str) -> String {
    let size = |name| told(info, name).unwrap_or("?");
    format!("{} used, maxmemory is {}", size("used_memory_human"), size("maxmemory_human"))
}

/// Why writes that were acknowledged may be lost, by what Redis says of itself.
fn weakness(info: &str, wait_replicas: u32) -> Option<String> {
    if told(info, "aof_enabled") == Some("0") {
        return Some("appendonly no: what was written since the last snapshot is lost when Redis stops".to_owned());
    }
    if let Some(policy) = told(info, "maxmemory_policy").filter(|policy| *policy != "noeviction") {
        return Some(format!("maxmemory-policy {policy}: Redis removes records when its memory is full"));
    }
    let replicas = Some(replicas(info)).filter(|replicas| *replicas > 0 && wait_replicas == 0)?;
    Some(format!("{replicas} replicas, BARCELONA_REDIS_WAIT_REPLICAS 0: a failover loses what no replica has yet"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redis_that_keeps_everything_has_no_weakness() {
        assert_eq!(weakness("aof_enabled:1\r\nmaxmemory_policy:noeviction\r\nconnected_slaves:0\r\n", 0), None);
        assert_eq!(weakness("aof_enabled:1\r\nmaxmemory_policy:noeviction\r\nconnected_slaves:2\r\n", 1), None);
    }

    #[test]
    fn a_redis_without_append_only_file_or_with_eviction_may_lose_writes() {
        assert!(weakness("aof_enabled:0\r\nmaxmemory_policy:noeviction\r\n", 0).unwrap().starts_with("appendonly"));
        assert!(weakness("aof_enabled:1\r\nmaxmemory_policy:allkeys-lru\r\n", 0).unwrap().contains("allkeys-lru"));
    }

    #[test]
    fn replicas_that_confirm_nothing_are_told_of() {
        assert!(weakness("aof_enabled:1\r\nconnected_slaves:2\r\n", 0).unwrap().starts_with("2 replicas"));
    }
}
