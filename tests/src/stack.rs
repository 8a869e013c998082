//! The stack: Redis, AWS, an API and workers.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::aws::{Aws, Simulator};
use crate::client::Client;
use crate::process::{Process, binary, free_port, until};
use crate::redis_server::RedisServer;

/// The token of every stack.
pub const TOKEN: &str = "test-token-of-the-stack";
/// Seals secrets in every stack: 32 times the byte 7.
const ENCRYPTION_KEY: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

/// Stacks run beside each other, except those that measure time.
static MACHINE: RwLock<()> = RwLock::const_new(());

/// A stack's share of the machine.
#[derive(Debug)]
#[expect(dead_code, reason = "held until the stack is dropped")]
enum Share {
    Beside(RwLockReadGuard<'static, ()>),
    Alone(RwLockWriteGuard<'static, ()>),
}

/// How a stack is started.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Which AWS.
    pub aws: Aws,
    /// How many workers.
    pub workers: usize,
    /// Environment of API and workers besides what every stack sets.
    pub env: BTreeMap<String, String>,
    /// Whether no other stack of this process runs meanwhile: for what measures time.
    pub alone: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { aws: Aws::Simulator { speed: 60.0 }, workers: 1, env: BTreeMap::new(), alone: false }
    }
}

impl Settings {
    /// The settings with one more environment variable.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.to_owned(), value.to_owned());
        self
    }
}

/// Everything, running.
#[derive(Debug)]
pub struct Stack {
    /// Its workers; a killed one stays in its place.
    pub workers: Vec<Process>,
    /// The API's process.
    pub api_process: Process,
    /// The API, with the stack's token.
    pub api: Client,
    /// AWS.
    pub aws: Simulator,
    /// Redis.
    pub redis: RedisServer,
    env: BTreeMap<String, String>,
    dir: TempDir,
    _share: Share,
}

impl Stack {
    /// Starts one worker on the simulator.
    pub async fn start() -> Result<Stack> {
        Stack::with(Settings::default()).await
    }

    /// Starts a stack.
    pub async fn with(settings: Settings) -> Result<Stack> {
        let share = match settings.alone {
            true => Share::Alone(MACHINE.write().await),
            false => Share::Beside(MACHINE.read().await),
        };
        let dir = tempfile::tempdir()?;
        let redis = RedisServer::start(dir.path()).await?;
        let aws = settings.aws.start(dir.path()).await?;
        let env = environment(&redis.url(), &aws.client.base, &settings);
        let (api_process, api) = start_api("api", dir.path(), &env).await?;
        let mut stack = Stack { workers: vec![], api_process, api, aws, redis, env, dir, _share: share };
        for _ in 0..settings.workers {
            stack.add_worker()?;
        }
        Ok(stack)
    }

    /// Starts one more API beside the stack's own.
    pub async fn another_api(&self, name: &str) -> Result<(Process, Client)> {
        start_api(name, self.dir.path(), &self.env).await
    }

    /// Starts one more worker; returns its place in `workers`.
    pub fn add_worker(&mut self) -> Result<usize> {
        self.add_worker_with(&[])
    }

    /// Starts one more worker, which is told something besides.
    pub fn add_worker_with(&mut self, env: &[(&str, &str)]) -> Result<usize> {
        let place = self.workers.len();
        let mut command = Command::new(binary("barcelona-worker")?);
        command.envs(&self.env).envs(env.iter().copied());
        self.workers.push(Process::start(&format!("worker-{place}"), self.dir.path(), &mut command)?);
        Ok(place)
    }

    /// Sends a change that must be accepted, waits until it has succeeded, and returns the operation.
    pub async fn change(&self, method: reqwest::Method, path: &str, body: Option<&Value>) -> Result<Value> {
        let answer = self.api.send(method, path, &[], body).await?;
        anyhow::ensure!(answer.status == 202, "{path}: {} {:#}", answer.status, answer.body);
        self.api.succeeded(&answer.operation()?, Duration::from_secs(120)).await
    }

    /// Waits until a step of an operation is in one of these states.
    pub async fn step_reaches(&self, operation: &str, step: &str, states: &[&str]) -> Result<Value> {
        let reached = |seen: &Value| {
            let mut steps = seen["steps"].as_array().into_iter().flatten();
            steps.any(|it| it["name"] == step && states.iter().any(|state| it["state"] == *state))
        };
        self.api.operation_until(operation, Duration::from_secs(60), reached).await
    }
}

async fn start_api(name: &str, dir: &Path, env: &BTreeMap<String, String>) -> Result<(Process, Client)> {
    let port = free_port()?;
    let mut command = Command::new(binary("barcelona-api")?);
    command.envs(env).env("BARCELONA_BIND", format!("127.0.0.1:{port}"));
    let mut process = Process::start(name, dir, &mut command)?;
    let client = Client::new(&format!("http://127.0.0.1:{port}"), Some(TOKEN));
    until(&mut process, async || client.get("/readyz").await.is_ok_and(|answer| answer.status == 200)).await?;
    Ok((process, client))
}

/// What API and workers are told. Loops are fast, so that nothing waits for a wall clock; leases are short.
pub(crate) fn environment(redis: &str, aws: &str, settings: &Settings) -> BTreeMap<String, String> {
    let mut env: BTreeMap<String, String> = [
        ("REDIS_URL", redis),
        ("BARCELONA_BOOTSTRAP_TOKEN", TOKEN),
        ("BARCELONA_ENCRYPTION_KEYS", ENCRYPTION_KEY),
        ("BARCELONA_POLL_FLOOR_MS", "50"),
        ("BARCELONA_BACKOFF_MS", "50"),
        ("BARCELONA_SETTLE_MS", "200"),
        ("BARCELONA_LEASE_MS", "3000"),
        ("AWS_ENDPOINT_URL", aws),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("RUST_LOG", "info,shared=debug,worker=debug,api=debug"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    env.extend(settings.env.clone());
    env
}
