//! The connection to Redis and its settings.

use std::time::Duration;

use clap::Args;

use super::StoreError;
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
}

/// What `/readyz` tells about the store.
#[derive(Clone, Debug)]
pub struct Health {
    /// Whether it answered a write.
    pub writable: bool,
    /// Why acknowledged writes may be lost, when they may: `appendonly no`, an evicting `maxmemory-policy`.
    pub may_lose_writes: Option<String>,
}

/// The operation store. Cheap to clone; one multiplexed connection that reconnects by itself.
#[derive(Clone)]
pub struct Store {}

impl Store {
    /// Connects, waiting up to `patience` for a Redis that is starting.
    pub async fn connect(settings: &Settings, patience: Duration) -> Result<Store, StoreError> {
        let _ = (settings, patience);
        todo!()
    }

    /// The settings it was opened with.
    pub fn settings(&self) -> &Settings {
        todo!()
    }

    /// Redis' clock, as of its last answer plus the time passed here since.
    pub fn now(&self) -> Timestamp {
        todo!()
    }

    /// Whether it takes writes and keeps them.
    pub async fn health(&self) -> Result<Health, StoreError> {
        todo!()
    }
}
