//! What the API is told: one option each, by flag or by environment.

use std::net::SocketAddr;

use clap::Parser;
use shared::store::{Limits, Settings};

/// A value that no log and no error shows.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// The value itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Secret(text)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// Barcelona's REST API: accepts operations, never calls AWS.
#[derive(Clone, Debug, Parser)]
#[command(name = "barcelona-api", version)]
pub struct Config {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, env = "BARCELONA_BIND", default_value = "127.0.0.1:8080")]
    pub bind: SocketAddr,
    /// Bearer token with which everything may be done; changing it revokes the one before.
    #[arg(long, env = "BARCELONA_BOOTSTRAP_TOKEN", hide_env_values = true)]
    pub bootstrap_token: Option<Secret>,
    /// Keys that seal secrets for the workers: base64 of 32 bytes, comma-separated, newest first.
    #[arg(long, env = "BARCELONA_ENCRYPTION_KEYS", hide_env_values = true)]
    pub encryption_keys: Option<Secret>,
    /// Serves without asking for a token; only on a loopback address.
    #[arg(long)]
    pub insecure_no_auth: bool,
    /// AWS region that the workers work in.
    #[arg(long, env = "AWS_REGION", default_value = "us-east-1")]
    pub region: String,
    /// How much is accepted.
    #[command(flatten)]
    pub limits: Limits,
    /// Milliseconds that /readyz answers 503 before the API stops taking connections once it is asked to stop: balancers
    /// look at it and go elsewhere.
    #[arg(long, env = "BARCELONA_UNREADY_MS", default_value_t = 5_000)]
    pub unready_ms: u64,
    /// Milliseconds that requests under way may take once the API has stopped taking connections.
    #[arg(long, env = "BARCELONA_GRACE_MS", default_value_t = 10_000)]
    pub grace_ms: u64,
    /// The store.
    #[command(flatten)]
    pub store: Settings,
    /// What is logged: `info`, `api=debug`.
    #[arg(long, env = "RUST_LOG")]
    pub rust_log: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_never_prints_its_secrets() {
        let arguments = ["barcelona-api", "--bootstrap-token", "hunter2", "--encryption-keys", "hunter3"];
        let config = Config::try_parse_from(arguments).unwrap();
        assert!(!format!("{config:?}").contains("hunter"));
        assert_eq!(config.bootstrap_token.unwrap().reveal(), "hunter2");
    }
}
