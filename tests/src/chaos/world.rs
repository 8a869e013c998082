//! Everything that is broken: Redis, AWS, APIs and workers, each process behind proxies of its own and with a wall clock
//! of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use serde::Serialize;

use super::log::{Log, now_ms};
use super::proxy::Proxy;
use crate::process::{Process, binary, free_port, until};
use crate::stack::{self, Settings, TOKEN};
use crate::{Aws, Client, RedisServer, Simulator};

/// How many workers.
pub const WORKERS: usize = 3;
/// How many APIs.
pub const APIS: usize = 2;
/// Simulated seconds per second: a NAT gateway takes two seconds.
const SPEED: f64 = 60.0;
/// Wall clocks are wrong by so many seconds. AWS takes signatures that are five minutes off.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html>
const WRONG_BY: [i64; 5] = [0, 180, -180, 240, -240];

/// What a process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A worker; its other proxy is before AWS.
    Worker,
    /// An API; its other proxy is before itself.
    Api,
}

/// A process that is killed and started again, and the proxies that stay.
#[derive(Debug)]
pub struct Part {
    /// `worker-0`
    pub name: String,
    /// What it is.
    pub role: Role,
    /// Between it and Redis; none where its client finds the servers by itself.
    pub store: Option<Arc<Proxy>>,
    /// Between it and AWS, or between clients and it.
    pub other: Arc<Proxy>,
    process: Option<Process>,
    port: u16,
    lives: u32,
}

/// A process' life as the checker reads it.
#[derive(Debug, Serialize)]
struct Life<'a> {
    /// `worker-0`
    name: &'a str,
    /// What its calls of AWS are signed with in their user agent: `worker-0-3`.
    app: String,
    pid: u32,
    wrong_by_seconds: i64,
    /// When it was started, or null.
    born_ms: Option<u64>,
    /// When it was dead, or null.
    died_ms: Option<u64>,
}

/// Everything.
#[derive(Debug)]
pub struct World {
    /// Redis.
    pub redis: RedisServer,
    /// AWS.
    pub aws: Simulator,
    /// Workers and APIs.
    pub parts: Vec<Part>,
    /// Where logs are.
    pub dir: PathBuf,
    lives: Log,
    faketime: PathBuf,
}

impl World {
    /// Starts everything, with fair weather.
    pub async fn start(dir: &Path, clocks: &mut impl FnMut(usize) -> usize) -> Result<World> {
        let redis = RedisServer::start(dir).await?;
        let aws = Aws::Simulator { speed: SPEED }.start(dir).await?;
        let lives = Log::create(dir, "lives.jsonl")?;
        let mut world = World { redis, aws, parts: vec![], dir: dir.to_owned(), lives, faketime: faketime()? };
        for nth in 0..APIS {
            let port = free_port()?;
            world.add(format!("api-{nth}"), Role::Api, port, port).await?;
        }
        for nth in 0..WORKERS {
            let aws = port_of(&world.aws.client.base)?;
            world.add(format!("worker-{nth}"), Role::Worker, 0, aws).await?;
        }
        for nth in 0..world.parts.len() {
            world.launch(nth, clocks(WRONG_BY.len()))?;
        }
        for part in &mut world.parts {
            let Some(process) = part.process.as_mut().filter(|_| part.role == Role::Api) else { continue };
            let api = Client::new(&format!("http://127.0.0.1:{}", part.port), Some(TOKEN));
            until(process, async || api.get("/readyz").await.is_ok_and(|answer| answer.status == 200)).await?;
        }
        Ok(world)
    }

    async fn add(&mut self, name: String, role: Role, port: u16, other: u16) -> Result<()> {
        let store = Some(Arc::new(Proxy::before(port_of(&self.redis.url())?).await?));
        let other = Arc::new(Proxy::before(other).await?);
        self.parts.push(Part { name, role, store, other, process: None, port, lives: 0 });
        Ok(())
    }

    /// Starts a process with the wall clock of this number.
    pub fn launch(&mut self, nth: usize, clock: usize) -> Result<()> {
        let wrong_by = WRONG_BY[clock % WRONG_BY.len()];
        let part = &mut self.parts[nth];
        part.lives += 1;
        let app = format!("{}-{}", part.name, part.lives);
        let program = match part.role {
            Role::Worker => "barcelona-worker",
            Role::Api => "barcelona-api",
        };
        let mut command = Command::new(binary(program)?);
        let redis = match &part.store {
            Some(proxy) => format!("redis://127.0.0.1:{}", proxy.port()),
            None => self.redis.url(),
        };
        let aws = format!("http://127.0.0.1:{}", part.other.port());
        command.envs(environment(&redis, &aws)).env("BARCELONA_BIND", format!("127.0.0.1:{}", part.port));
        command.env("AWS_SDK_UA_APP_ID", &app);
        if wrong_by != 0 {
            command.env("LD_PRELOAD", &self.faketime).env("FAKETIME", format!("{wrong_by:+}s"));
            command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1").env("DONT_FAKE_MONOTONIC", "1");
        }
        let born_ms = Some(now_ms());
        let process = Process::start(&part.name, &self.dir, &mut command)?;
        let pid = process.id();
        part.process = Some(process);
        self.lives.write(&Life { name: &part.name, app, pid, wrong_by_seconds: wrong_by, born_ms, died_ms: None })
    }

    /// Kills a process.
    pub fn kill(&mut self, nth: usize) -> Result<()> {
        let part = &mut self.parts[nth];
        let Some(mut process) = part.process.take() else { return Ok(()) };
        process.kill()?;
        let app = format!("{}-{}", part.name, part.lives);
        let (pid, died_ms) = (process.id(), Some(now_ms()));
        clean_up_after(pid);
        self.lives.write(&Life { name: &part.name, app, pid, wrong_by_seconds: 0, born_ms: None, died_ms })
    }

    /// The processes that ended although nobody killed them.
    pub fn ended_by_themselves(&mut self) -> Vec<String> {
        let gone = self.parts.iter_mut().filter_map(|part| {
            let process = part.process.as_mut()?;
            (!process.is_running()).then(|| format!("{} ended:\n{}", part.name, process.log_tail(20)))
        });
        gone.collect()
    }

    /// Where clients find the APIs.
    pub fn fronts(&self) -> Vec<String> {
        let apis = self.parts.iter().filter(|part| part.role == Role::Api);
        apis.map(|part| format!("http://127.0.0.1:{}", part.other.port())).collect()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for nth in 0..self.parts.len() {
            if let Err(error) = self.kill(nth) {
                eprintln!("{} could not be ended: {error:#}", self.parts[nth].name);
            }
        }
    }
}

/// Removes what libfaketime has left in shared memory of a process that was killed; without a wrong clock nothing is there.
fn clean_up_after(pid: u32) {
    for left in [format!("/dev/shm/faketime_shm_{pid}"), format!("/dev/shm/sem.faketime_sem_{pid}")] {
        if Path::new(&left).exists()
            && let Err(error) = std::fs::remove_file(&left)
        {
            eprintln!("{left} is left: {error}");
        }
    }
}

/// What API and workers are told: as in every stack, but a call of a dead worker may be under way for two seconds, which
/// is longer than anything stalls; and no budgets, for AWS refuses enough.
fn environment(redis: &str, aws: &str) -> BTreeMap<String, String> {
    let settings = [
        ("BARCELONA_SETTLE_MS", "2000"),
        ("BARCELONA_BACKOFF_MS", "100"),
        ("BARCELONA_POLL_FLOOR_MS", "250"),
        ("BARCELONA_BUDGETS", "off"),
        ("RUST_LOG", "info"),
    ];
    let settings = settings.iter().fold(Settings::default(), |settings, (name, value)| settings.env(name, value));
    stack::environment(redis, aws, &settings)
}

fn port_of(url: &str) -> Result<u16> {
    let port = url.trim_end_matches('/').rsplit(':').next().and_then(|port| port.parse().ok());
    port.with_context(|| format!("no port in {url}"))
}

/// The library that makes wall clocks wrong, where Debian's package `libfaketime` has it.
fn faketime() -> Result<PathBuf> {
    for folder in std::fs::read_dir("/usr/lib").into_iter().flatten().flatten() {
        let library = folder.path().join("faketime/libfaketimeMT.so.1");
        if library.is_file() {
            return Ok(library);
        }
    }
    anyhow::bail!("libfaketime is not installed; `sh tests/setup.sh chaos` installs it")
}
