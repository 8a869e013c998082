//! What the worker is told: command line and environment, read here and nowhere else.

use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use shared::seal::{Keys, SealError};
use shared::store;

use crate::engine::Timings;
use crate::queue;

/// Runs Barcelona's operations on AWS.
///
/// Credentials, region, profile and endpoint of AWS come from the SDK's own environment: `AWS_REGION`, `AWS_PROFILE`,
/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_ENDPOINT_URL`.
#[derive(Clone, Debug, Parser)]
#[command(name = "barcelona-worker", version)]
pub struct Config {
    /// Where the store is.
    #[command(flatten)]
    pub store: store::Settings,
    /// Operations that this worker runs at once; waiting ones do not count.
    #[arg(long, env = "BARCELONA_CONCURRENCY", default_value_t = 64, value_parser = at_least_one)]
    pub concurrency: usize,
    /// Milliseconds between the first looks at something that is becoming ready; later ones are up to five times as far
    /// apart.
    #[arg(long, env = "BARCELONA_POLL_FLOOR_MS", default_value_t = 1_000)]
    pub poll_floor_ms: u64,
    /// Milliseconds that reads of AWS may lag behind writes, and that a call of a dead worker may still be under way.
    #[arg(long, env = "BARCELONA_SETTLE_MS", default_value_t = 10_000)]
    pub settle_ms: u64,
    /// Milliseconds before the first retry of what failed in a way that passes; later pauses double.
    #[arg(long, env = "BARCELONA_BACKOFF_MS", default_value_t = 500)]
    pub backoff_ms: u64,
    /// Milliseconds that operations may take to reach a safe point once the worker is asked to stop; then it ends, and their
    /// leases run out. Whoever stops it must wait longer.
    #[arg(long, env = "BARCELONA_GRACE_MS", default_value_t = 30_000)]
    pub grace_ms: u64,
    /// Whether all workers together keep to a rate of calls for each class of AWS calls.
    #[arg(long, env = "BARCELONA_BUDGETS", value_enum, default_value_t = Switch::On)]
    pub budgets: Switch,
    /// Keys that open sealed secrets, the same as the API's: base64 of 32 bytes each, comma-separated, newest first.
    #[arg(long, env = "BARCELONA_ENCRYPTION_KEYS", default_value = "", hide_env_values = true)]
    pub encryption_keys: EncryptionKeys,
    /// File of certificates that AWS is recognised by, instead of the system's.
    #[arg(long, env = "AWS_CA_BUNDLE")]
    pub ca_bundle: Option<PathBuf>,
    /// What is logged: info, or per module: worker=debug,info.
    #[arg(long, env = "RUST_LOG")]
    pub log: Option<String>,
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

/// Keys as they were given; shown as `***`. Read later, so that a mistake in them is not echoed by the command line.
#[derive(Clone)]
pub struct EncryptionKeys(String);

impl FromStr for EncryptionKeys {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(EncryptionKeys(text.to_owned()))
    }
}

impl std::fmt::Debug for EncryptionKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl EncryptionKeys {
    /// Reads the keys; none were given when the text is empty.
    pub fn read(&self) -> Result<Keys, SealError> {
        self.0.parse()
    }
}

impl Config {
    /// How the worker works.
    pub fn queue(&self) -> queue::Settings {
        queue::Settings {
            concurrency: self.concurrency,
            lease: Duration::from_millis(self.store.lease_ms),
            grace: Duration::from_millis(self.grace_ms),
            timings: Timings {
                poll_floor: Duration::from_millis(self.poll_floor_ms),
                settle: Duration::from_millis(self.settle_ms),
                backoff: Duration::from_millis(self.backoff_ms),
                ..Timings::default()
            },
        }
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("a worker runs at least one operation at once".to_owned()),
        Ok(number) => Ok(number),
        Err(error) => Err(format!("not a number: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn keys_are_never_shown() {
        let config = Config::try_parse_from(["barcelona-worker", "--encryption-keys", "hunter2"]).unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
        let refused = config.encryption_keys.read().unwrap_err().to_string();
        assert!(!refused.contains("hunter2"), "{refused}");
    }

    #[test]
    fn every_option_has_an_environment_name() {
        Config::command().debug_assert();
        for option in
            Config::command().get_arguments().filter(|it| !["help", "version"].contains(&it.get_id().as_str()))
        {
            assert!(option.get_env().is_some(), "{}", option.get_id());
        }
    }
}
