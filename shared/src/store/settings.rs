//! Where the store is, how it is reached, and how long things last in it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

/// Where the store is and how long things last in it.
#[derive(Clone, Args)]
pub struct Settings {
    /// Redis or Valkey: redis://host, redis+cluster://host,host or redis+sentinel://host,host/master; rediss for TLS.
    #[arg(long, env = "REDIS_URL", default_value = "redis://127.0.0.1:6379", hide_env_values = true)]
    pub redis_url: String,
    /// File of certificates that Redis is recognised by, instead of the system's.
    #[arg(long, env = "BARCELONA_REDIS_CA")]
    pub redis_ca: Option<PathBuf>,
    /// File of the certificate that is shown to Redis.
    #[arg(long, env = "BARCELONA_REDIS_CERT", requires = "redis_key")]
    pub redis_cert: Option<PathBuf>,
    /// File of the key of that certificate.
    #[arg(long, env = "BARCELONA_REDIS_KEY", requires = "redis_cert")]
    pub redis_key: Option<PathBuf>,
    /// Replicas of Redis that must have what was accepted or done before it counts.
    #[arg(long, env = "BARCELONA_REDIS_WAIT_REPLICAS", default_value_t = 0)]
    pub redis_wait_replicas: u32,
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

/// A hundred years: what is longer is a slip of the hand.
const LONGEST_DAYS: u64 = 36_500;

/// Reads a number of days, `LEAST` at least.
fn days<const LEAST: u64>(text: &str) -> Result<Duration, String> {
    let days: u64 = text.parse().map_err(|wrong| format!("{wrong}"))?;
    let hours = days.checked_mul(24).filter(|_| (LEAST..=LONGEST_DAYS).contains(&days));
    hours.map(Duration::from_hours).ok_or_else(|| format!("must be {LEAST} to {LONGEST_DAYS}"))
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            redis_url: "redis://127.0.0.1:6379".to_owned(),
            redis_ca: None,
            redis_cert: None,
            redis_key: None,
            redis_wait_replicas: 0,
            namespace: "barcelona".to_owned(),
            lease_ms: 15_000,
            retention: Duration::from_hours(30 * 24),
            idempotency: Duration::from_hours(8 * 24),
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("redis_url", &without_secrets(&self.redis_url))
            .field("redis_ca", &self.redis_ca)
            .field("redis_cert", &self.redis_cert)
            .field("redis_key", &self.redis_key)
            .field("redis_wait_replicas", &self.redis_wait_replicas)
            .field("namespace", &self.namespace)
            .field("lease_ms", &self.lease_ms)
            .field("retention", &self.retention)
            .field("idempotency", &self.idempotency)
            .finish()
    }
}

/// A URL as it may be shown: names and passwords before the hosts, and all that follows a question mark, are left out.
fn without_secrets(url: &str) -> String {
    let url = url.split_once('?').map_or(url, |(before, _)| before);
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, hosts))) => format!("{scheme}://***@{hosts}"),
        (Some(_), None) => url.to_owned(),
        (None, _) => "***".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_of_a_url_are_never_shown() {
        for url in [
            "redis://hunter2@host",
            "rediss+sentinel://user:hunter2@one,two/main/1?sentinel_auth=u:hunter2",
            "redis+cluster://:hunter2@one:1,two:2",
            "hunter2",
        ] {
            let shown = format!("{:?}", Settings { redis_url: url.to_owned(), ..Settings::default() });
            assert!(!shown.contains("hunter2"), "{shown}");
        }
        assert_eq!(without_secrets("redis+cluster://:secret@one:1,two:2"), "redis+cluster://***@one:1,two:2");
    }
}
