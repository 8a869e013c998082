//! One bench: a namespace of one Redis, a simulator, the API and the worker, all in this process but Redis.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sim::{Config, Signatures, Sim, Snapshot};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use clap::Parser as _;
use futures::FutureExt as _;
use redis::aio::MultiplexedConnection;
use serde_json::Value;
use shared::ids::OperationId;
use shared::seal::Keys;
use shared::store::{Settings, Store};
use tests::redis_server::RedisServer;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use worker::aws::Aws;
use worker::engine::{Budgets, Held, Lease, Timings};
use worker::workflows::{self, Services};

use crate::aws::Transport;
use crate::point::{Fault, Trouble};
use crate::proxy;
use crate::seam::{Act, Seam};

/// So long that no lease of a case runs out by itself.
const LEASE: Duration = Duration::from_secs(3600);
/// Claims of one case; more would be a run that never ends.
const CLAIMS: u32 = 600;
/// How long a case may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// 32 times the byte 7.
const KEY: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

/// Makes every lease run out and every timer due.
const EXPIRE: &str = "for _, timers in ipairs({':leases', ':delayed'}) do
  for _, id in ipairs(redis.call('ZRANGE', KEYS[1] .. timers, 0, -1)) do
    redis.call('ZADD', KEYS[1] .. timers, 0, id)
  end
end";

/// All that stands in Redis and on AWS at a moment.
#[derive(Clone)]
pub(crate) struct Moment {
    keys: Vec<(Vec<u8>, Vec<u8>)>,
    aws: Snapshot,
}

/// How the worker of a case behaves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// Whether what waits is given back, or held by its worker.
    pub(crate) parks: bool,
    /// How long reads are taken to lag.
    pub(crate) settle: Duration,
}

/// A bench. Cases run on it one after the other.
pub(crate) struct Bench {
    redis: Arc<Mutex<RedisServer>>,
    pub(crate) sim: Sim,
    pub(crate) seam: Arc<Seam>,
    transport: Transport,
    services: Services,
    settings: api::Config,
    direct: String,
    proxied: String,
    namespace: String,
    cases: u32,
    keeps: bool,
    api: Option<Router>,
    _dir: tempfile::TempDir,
}

impl Bench {
    pub(crate) async fn start() -> Bench {
        let dir = tempfile::tempdir().unwrap();
        let redis = RedisServer::start(dir.path()).await.unwrap();
        let seam = Seam::new();
        let direct = redis.url();
        let port = direct.rsplit(':').next().unwrap().parse().unwrap();
        let proxied = format!("redis://127.0.0.1:{}", proxy::listen(port, seam.clone()).await);
        let sim = Sim::new(Config { step: true, signatures: Signatures::Ignore, ..Config::default() });
        let transport = Transport { sim: sim.clone(), seam: seam.clone(), lag: Arc::default() };
        let aws = Aws::with(&config(transport.clone()), "barcelona", Budgets::off()).await.unwrap();
        let services = Services { aws, keys: KEY.parse::<Keys>().unwrap() };
        let redis = Arc::new(Mutex::new(redis));
        let (namespace, cases, api) = (String::new(), 0, None);
        let keeps = true;
        let settings = api::Config::parse_from([
            "barcelona-api",
            "--insecure-no-auth",
            "--bind=127.0.0.1:0",
            &format!("--encryption-keys={KEY}"),
        ]);
        Bench {
            redis,
            sim,
            seam,
            transport,
            services,
            settings,
            direct,
            proxied,
            namespace,
            cases,
            keeps,
            api,
            _dir: dir,
        }
    }

    /// A namespace in which things stand as they did at a moment, and nowhere else.
    pub(crate) async fn open(&mut self, from: Option<&Moment>) {
        self.clear().await;
        self.cases += 1;
        self.namespace = format!("case-{}", self.cases);
        *self.transport.lag.lock().unwrap() = None;
        if let Some(moment) = from {
            self.sim.restore(&moment.aws);
            let mut connection = self.connection().await;
            for (key, dump) in &moment.keys {
                let mut name = format!("{{{}}}", self.namespace).into_bytes();
                name.extend(key);
                let mut restore = redis::cmd("RESTORE");
                restore.arg(name).arg(0).arg(dump).query_async::<()>(&mut connection).await.unwrap();
            }
        }
        self.seam.begin(None, None, Arc::new(|_| async {}.boxed()));
        self.serve().await;
    }

    /// The API of this namespace.
    async fn serve(&mut self) {
        let config = api::Config { store: self.settings(&self.direct), ..self.settings.clone() };
        let app = api::build(config).await.unwrap();
        self.api = Some(api::router::router(app.api().clone()));
    }

    /// What stands now.
    pub(crate) async fn keep(&self) -> Moment {
        let mut connection = self.connection().await;
        let prefix = format!("{{{}}}", self.namespace).into_bytes();
        let names = self.names(&mut connection).await;
        let mut keys = Vec::new();
        for name in names {
            let dump: Vec<u8> = redis::cmd("DUMP").arg(&name).query_async(&mut connection).await.unwrap();
            keys.push((name[prefix.len()..].to_vec(), dump));
        }
        Moment { keys, aws: self.sim.keep() }
    }

    async fn names(&self, connection: &mut MultiplexedConnection) -> Vec<Vec<u8>> {
        let pattern = format!("{{{}}}*", self.namespace);
        redis::cmd("KEYS").arg(pattern).query_async(connection).await.unwrap()
    }

    /// Forgets the namespace.
    async fn clear(&mut self) {
        let mut connection = self.connection().await;
        let names = self.names(&mut connection).await;
        if !self.namespace.is_empty() && !names.is_empty() {
            redis::cmd("UNLINK").arg(names).query_async::<()>(&mut connection).await.unwrap();
        }
    }

    pub(crate) async fn connection(&self) -> MultiplexedConnection {
        redis::Client::open(&*self.direct).unwrap().get_multiplexed_async_connection().await.unwrap()
    }

    /// A key of this namespace.
    pub(crate) fn key(&self, name: &str) -> String {
        format!("{{{}}}:{name}", self.namespace)
    }

    fn settings(&self, url: &str) -> Settings {
        let lease_ms = u64::try_from(LEASE.as_millis()).unwrap();
        let (redis_url, namespace) = (url.to_owned(), self.namespace.clone());
        Settings { redis_url, namespace, lease_ms, ..self.settings.store.clone() }
    }

    async fn store(&self, url: &str) -> Store {
        Store::connect(&self.settings(url), PATIENCE).await.unwrap()
    }

    /// Asks the API.
    pub(crate) async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let router = self.api.clone().unwrap();
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        let body = body.map_or(Body::empty(), |body| Body::from(body.to_string()));
        let answer = router.oneshot(request.body(body).unwrap()).await.unwrap();
        let status = answer.status().as_u16();
        let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    /// An operation as everybody sees it.
    pub(crate) async fn operation(&self, id: &str) -> Value {
        let (_, answer) = self.ask("GET", &format!("/v1/operations/{id}"), None).await;
        answer["operation"].clone()
    }

    /// What goes wrong in this case, from now on.
    pub(crate) async fn arm(&self, fault: Option<Fault>, refused: Option<String>, operation: &str) {
        let (store, id) = (self.store(&self.direct).await, OperationId::parse(operation).unwrap());
        let redis = self.redis.clone();
        let act: Act = Arc::new(move |trouble| {
            let (store, id, redis) = (store.clone(), id.clone(), redis.clone());
            async move {
                if trouble == Trouble::Restart {
                    tokio::task::spawn_blocking(move || restart(&redis)).await.unwrap();
                } else {
                    // One that has just ended refuses it, as it would anybody's.
                    store.cancel(&id, "token:matrix").await.ok();
                }
            }
            .boxed()
        });
        self.seam.begin(fault, refused, act);
    }

    /// Runs workers until nothing is left to do; what kept them from it otherwise.
    pub(crate) async fn work(&self, manner: Manner) -> Result<(), String> {
        let begun = Instant::now();
        let mut store = self.store(&self.proxied).await;
        for _ in 0..CLAIMS {
            if begun.elapsed() > PATIENCE {
                return Err(format!("not at its end after {PATIENCE:?}"));
            }
            match store.claim("matrix").await {
                Err(_) => self.expire().await,
                Ok(None) if self.unfinished().await == 0 => return Ok(()),
                Ok(None) => {
                    // Only timers are left: they come when AWS has come further.
                    self.sim.advance_to_next_event();
                    self.expire().await;
                }
                Ok(Some(claim)) => {
                    let operation = &claim.operation;
                    self.seam.runs(&operation.kind.to_string(), operation.undo.is_some());
                    let lease = Lease::new(Instant::now(), LEASE, CancellationToken::new());
                    let held = Held::new(claim, store.clone(), lease, timings(manner));
                    let killed = tokio::select! {
                        biased;
                        () = self.seam.killed() => true,
                        _ = workflows::run(&self.services, &held) => false,
                        () = tokio::time::sleep(PATIENCE) => return Err(format!("still at it after {PATIENCE:?}")),
                    };
                    drop(held);
                    if killed {
                        self.seam.let_go();
                        self.expire().await;
                        store = self.store(&self.proxied).await;
                    }
                }
            }
        }
        Err(format!("not at its end after {CLAIMS} claims"))
    }

    /// Nothing goes wrong any more.
    pub(crate) fn heal(&self) {
        self.seam.heal();
        if let Some((fault, _)) = self.transport.lag.lock().unwrap().take() {
            self.sim.heal(fault);
        }
    }

    /// Whether Redis writes down everything before it answers; else it keeps nothing, which is faster.
    pub(crate) async fn keep_writes(&mut self, keeps: bool) {
        let mut connection = self.connection().await;
        let (append, was) = (if keeps { "yes" } else { "no" }, std::mem::replace(&mut self.keeps, keeps));
        if was == keeps {
            return;
        }
        redis::cmd("FLUSHALL").query_async::<()>(&mut connection).await.unwrap();
        redis::cmd("CONFIG").arg("SET").arg("appendonly").arg(append).query_async::<()>(&mut connection).await.unwrap();
        let is_rewriting = async |connection: &mut MultiplexedConnection| {
            let info: String = redis::cmd("INFO").arg("persistence").query_async(connection).await.unwrap();
            !info.contains("aof_rewrite_in_progress:0") || !info.contains("aof_rewrite_scheduled:0")
        };
        while is_rewriting(&mut connection).await {
            tokio::task::yield_now().await;
        }
    }

    /// What is left in queue, leases, timers and orders.
    pub(crate) async fn leftovers(&self) -> Vec<String> {
        let names = self.names(&mut self.connection().await).await;
        let names = names.iter().map(|name| String::from_utf8_lossy(name).into_owned());
        let prefix = self.key("");
        let families = ["ready:", "delayed", "leases", "order:", "unfinished"];
        let is_left = |name: &String| {
            let family = name.strip_prefix(&prefix).unwrap_or_default();
            families.iter().any(|one| family.starts_with(one))
        };
        names.filter(is_left).map(|name| format!("{name} is not empty")).collect()
    }

    async fn expire(&self) {
        let script = redis::Script::new(EXPIRE);
        let namespace = format!("{{{}}}", self.namespace);
        script.key(namespace).invoke_async::<()>(&mut self.connection().await).await.unwrap();
    }

    async fn unfinished(&self) -> usize {
        let key = self.key("unfinished");
        redis::cmd("ZCARD").arg(key).query_async(&mut self.connection().await).await.unwrap()
    }
}

/// Kills Redis and starts it again, from a thread that may wait for it.
fn restart(redis: &Mutex<RedisServer>) {
    let mut redis = redis.lock().unwrap();
    redis.process.kill().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(redis.restart()).unwrap();
}

fn timings(manner: Manner) -> Timings {
    Timings {
        poll_floor: Duration::from_millis(1),
        settle: manner.settle,
        backoff: Duration::from_micros(20),
        shortest_parked: if manner.parks { Duration::ZERO } else { Duration::from_secs(1) },
    }
}

fn config(transport: Transport) -> SdkConfig {
    let credentials = Credentials::new("test", "test", None, None, "matrix");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(transport)
        .retry_config(aws_config::retry::RetryConfig::disabled())
        .sleep_impl(aws_smithy_async::rt::sleep::TokioSleep::new())
        .time_source(aws_smithy_async::time::SystemTimeSource::new())
        .build()
}
