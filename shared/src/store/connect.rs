//! The connection to Redis and its settings.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use redis::aio::{ConnectionManager, ConnectionManagerConfig, PubSub};
use redis::io::tcp::TcpSettings;
use redis::io::tcp::socket2::TcpKeepalive;
use redis::{Client, Cmd, FromRedisValue, IntoConnectionInfo, RedisError};

use super::{StoreError, error, keys};
use crate::time::Timestamp;

/// Where the store is and how long things last in it.
#[derive(Clone, Debug, Args)]
pub struct Settings {
    /// Redis or Valkey: redis://host:6379, rediss:// with TLS.
    #[arg(long, env = "REDIS_URL", default_value = "redis://127.0.0.1:6379", hide_env_values = true)]
    pub redis_url: String,
    /// Prefix of every key; installations that share a Redis or an AWS account have different ones.
    #[arg(long, env = "BARCELONA_NAMESPACE", default_value = "barcelona")]
    pub namespace: String,
    /// Milliseconds after which an operation whose worker is silent is given to another.
    #[arg(long, env = "BARCELONA_LEASE_MS", default_value_t = 15_000)]
    pub lease_ms: u64,
    /// Days for which an operation is kept after its end, with its journal; longer while something refers to it.
    #[arg(long = "retention-days", env = "BARCELONA_RETENTION_DAYS", default_value = "30", value_parser = days::<1>)]
    pub retention: Duration,
    /// Days for which an idempotency key is remembered; at least the 7 that callers may count on.
    #[arg(long = "idempotency-days", env = "BARCELONA_IDEMPOTENCY_DAYS", default_value = "8", value_parser = days::<7>)]
    pub idempotency: Duration,
}

/// Reads a number of days, `LEAST` at least.
fn days<const LEAST: u64>(text: &str) -> Result<Duration, String> {
    let days: u64 = text.parse().map_err(|wrong| format!("{wrong}"))?;
    let hours = days.checked_mul(24).filter(|_| (LEAST..=LONGEST_DAYS).contains(&days));
    hours.map(Duration::from_hours).ok_or_else(|| format!("must be {LEAST} to {LONGEST_DAYS}"))
}

/// What `/readyz` tells about the store.
#[derive(Clone, Debug)]
pub struct Health {
    /// Whether it answered a write, or would if there were memory.
    pub writable: bool,
    /// How much memory it has used of how much, when that leaves none for writes: only what makes room is accepted.
    pub full: Option<String>,
    /// Why acknowledged writes may be lost, when they may: `appendonly no`, an evicting `maxmemory-policy`.
    pub may_lose_writes: Option<String>,
}

/// A hundred years: what is longer is a slip of the hand.
const LONGEST_DAYS: u64 = 36_500;
/// Longer than Redis ever takes for one of our scripts; the client's default of 500 ms is shorter than an fsync can be.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest pause between two tries to connect again, so that a Redis that comes back is found at once.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// After how long without a word the other end is asked whether it is there, and how often then.
const KEEPALIVE: Duration = Duration::from_secs(5);

/// The operation store. Cheap to clone; one multiplexed connection that reconnects by itself.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    settings: Settings,
    namespace: String,
    client: Client,
    connection: ConnectionManager,
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
        let info = settings.redis_url.as_str().into_connection_info().map_err(error::of_redis)?;
        let client = Client::open(info.set_tcp_settings(tcp())).map_err(error::of_redis)?;
        let started = Instant::now();
        let mut told = false;
        let connection = loop {
            match connected(&client).await {
                Ok(connection) => break connection,
                Err(refused) if started.elapsed() >= patience => return Err(error::of_redis(refused)),
                Err(refused) => {
                    if !std::mem::replace(&mut told, true) {
                        tracing::warn!(error = %refused, "Redis does not answer yet: it is asked again and again");
                    }
                    tokio::time::sleep(LONGEST_PAUSE).await;
                }
            }
        };
        let store = Store(Arc::new(Inner {
            settings: settings.clone(),
            namespace: keys::namespace(&settings.namespace),
            client,
            connection,
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
        told.arg("persistence").arg("memory");
        let info: String = self.query(told).await?;
        Ok(Health { writable, full: is_full.then(|| memory(&info)), may_lose_writes: weakness(&info) })
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

    /// The connection for commands.
    pub(super) fn connection(&self) -> ConnectionManager {
        self.0.connection.clone()
    }

    /// A connection of its own for a subscriber.
    pub(super) async fn subscribed(&self, family: &str) -> Result<PubSub, RedisError> {
        let mut subscriber = self.0.client.get_async_pubsub().await?;
        subscriber.subscribe(self.key(family, &[])).await?;
        Ok(subscriber)
    }

    /// Sends one command that may run twice.
    pub(super) async fn query<T: FromRedisValue>(&self, command: Cmd) -> Result<T, StoreError> {
        let command = &command;
        self.repeatable(|mut connection| async move { command.query_async(&mut connection).await }).await
    }

    /// Sends what may run twice; once more when its connection turns out to be broken, so that a Redis that was
    /// restarted meanwhile costs no request its answer.
    pub(super) async fn repeatable<T, F>(&self, send: impl Fn(ConnectionManager) -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, RedisError>>,
    {
        let answer = match send(self.connection()).await {
            Err(broken) if broken.is_connection_dropped() => send(self.connection()).await,
            answer => answer,
        };
        answer.map_err(error::of_redis)
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

/// A subscriber sends nothing: only keep-alive tells it that the other end is gone without a word.
fn tcp() -> TcpSettings {
    let keepalive = TcpKeepalive::new().with_time(KEEPALIVE).with_interval(KEEPALIVE);
    TcpSettings::default().set_nodelay(true).set_keepalive(keepalive)
}

async fn connected(client: &Client) -> Result<ConnectionManager, RedisError> {
    let config = ConnectionManagerConfig::new()
        .set_response_timeout(Some(RESPONSE_TIMEOUT))
        .set_connection_timeout(Some(CONNECT_TIMEOUT))
        .set_min_delay(Duration::from_millis(10))
        .set_max_delay(LONGEST_PAUSE);
    let connection = client.get_connection_manager_with_config(config).await?;
    // A Redis that is loading its data accepts connections and answers nothing else than that.
    redis::cmd("PING").query_async::<()>(&mut connection.clone()).await?;
    Ok(connection)
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
fn weakness(info: &str) -> Option<String> {
    if told(info, "aof_enabled") == Some("0") {
        return Some("appendonly no: what was written since the last snapshot is lost when Redis stops".to_owned());
    }
    let policy = told(info, "maxmemory_policy").filter(|policy| *policy != "noeviction")?;
    Some(format!("maxmemory-policy {policy}: Redis removes records when its memory is full"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redis_that_keeps_everything_has_no_weakness() {
        assert_eq!(weakness("aof_enabled:1\r\nmaxmemory_policy:noeviction\r\n"), None);
    }

    #[test]
    fn a_redis_without_append_only_file_or_with_eviction_may_lose_writes() {
        assert!(weakness("aof_enabled:0\r\nmaxmemory_policy:noeviction\r\n").unwrap().starts_with("appendonly"));
        assert!(weakness("aof_enabled:1\r\nmaxmemory_policy:allkeys-lru\r\n").unwrap().contains("allkeys-lru"));
    }
}
