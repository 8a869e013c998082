//! The way to the server that has our keys: found, connected and, once it fails or is no longer the one, found anew.
//!
//! All callers share one connection and one attempt to get it. Nothing is sent twice unless it certainly did not run, or
//! its caller says that this does no harm.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared};
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisError};

use super::address::Address;
use super::{Settings, error};

/// Longer than Redis ever takes for one of our scripts; the client's default of 500 ms is shorter than an fsync can be.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// After how long without a word the other end is asked whether it is there, and how often then.
pub(super) const KEEPALIVE: Duration = Duration::from_secs(5);
/// How long a caller waits for a server that is not there; a failover takes longer, and callers repeat.
const PATIENCE: Duration = Duration::from_millis(500);
/// The first pause between two tries to connect; later ones double.
const SHORTEST_PAUSE: Duration = Duration::from_millis(10);
/// The longest pause between two tries to connect, so that a Redis that comes back is found at once.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// Whether it does harm when a command runs twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Twice {
    /// It does not: it only reads, or its caller knows.
    IsHarmless,
    /// It may.
    MayHarm,
}

/// The server that has our keys, connected.
#[derive(Clone)]
pub(super) struct Node {
    /// For connections of one's own.
    pub(super) client: Client,
    /// Counts the connections of this process; a later one may lead elsewhere.
    pub(super) number: u64,
    connection: MultiplexedConnection,
}

type Attempt = Shared<BoxFuture<'static, Result<Node, RedisError>>>;

/// The way to it.
pub(super) struct Link {
    target: Arc<Target>,
    current: Mutex<(u64, Attempt)>,
}

struct Target {
    address: Address,
    namespace: String,
}

impl Node {
    /// A connection that nobody else uses: for what keeps a connection busy.
    pub(super) async fn own_connection(&self) -> Result<MultiplexedConnection, RedisError> {
        connect(&self.client).await
    }
}

impl Link {
    /// The way as the settings say; nothing is connected before the first call.
    pub(super) fn new(settings: &Settings, namespace: String) -> Result<Link, RedisError> {
        let target = Arc::new(Target { address: Address::of(settings)?, namespace });
        let current = Mutex::new((0, attempt(target.clone(), 0)));
        Ok(Link { target, current })
    }

    /// The server that has our keys. When it cannot be reached, the next call tries again.
    pub(super) async fn node(&self) -> Result<Node, RedisError> {
        let (number, attempt) = self.current().clone();
        let reached = attempt.await;
        if reached.is_err() {
            self.renew(number);
        }
        reached
    }

    /// A node turned out to be away, or not to have our keys.
    pub(super) fn lost(&self, node: &Node) {
        self.renew(node.number);
    }

    /// Whether a node is still the one that is used.
    pub(super) fn is_current(&self, number: u64) -> bool {
        self.current().0 == number
    }

    /// Sends on the shared connection; on another one when this one turns out to lead nowhere, or elsewhere.
    pub(super) async fn send<T, F>(
        &self,
        twice: Twice,
        send: impl Fn(MultiplexedConnection) -> F,
    ) -> Result<T, RedisError>
    where
        F: Future<Output = Result<T, RedisError>>,
    {
        match self.send_once(&send).await {
            Err(failed) if error::did_not_run(&failed) => self.send_once(&send).await,
            Err(failed) if twice == Twice::IsHarmless && failed.is_connection_dropped() => self.send_once(&send).await,
            answered => answered,
        }
    }

    async fn send_once<T, F>(&self, send: impl Fn(MultiplexedConnection) -> F) -> Result<T, RedisError>
    where
        F: Future<Output = Result<T, RedisError>>,
    {
        let node = self.node().await?;
        let answered = send(node.connection.clone()).await;
        self.learn(&node, &answered);
        answered
    }

    /// Takes from an answer whether the node is still the one to ask.
    pub(super) fn learn<T>(&self, node: &Node, answered: &Result<T, RedisError>) {
        if answered.as_ref().is_err_and(error::leads_elsewhere) {
            self.lost(node);
        }
    }

    fn renew(&self, number: u64) {
        let mut current = self.current();
        if current.0 == number {
            *current = (number + 1, attempt(self.target.clone(), number + 1));
        }
    }

    fn current(&self) -> MutexGuard<'_, (u64, Attempt)> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn attempt(target: Arc<Target>, number: u64) -> Attempt {
    async move { reach(&target, number).await }.boxed().shared()
}

async fn reach(target: &Target, number: u64) -> Result<Node, RedisError> {
    let (begun, mut pause) = (Instant::now(), SHORTEST_PAUSE);
    loop {
        match reach_once(target, number).await {
            Err(_) if begun.elapsed() + pause < PATIENCE => {
                tokio::time::sleep(pause).await;
                pause = LONGEST_PAUSE.min(pause * 2);
            }
            reached => return reached,
        }
    }
}

async fn reach_once(target: &Target, number: u64) -> Result<Node, RedisError> {
    let client = target.address.locate(&target.namespace).await?;
    let connection = connect(&client).await?;
    // A Redis that is loading its data accepts connections and answers nothing else than that.
    redis::cmd("PING").query_async::<()>(&mut connection.clone()).await?;
    Ok(Node { client, number, connection })
}

async fn connect(client: &Client) -> Result<MultiplexedConnection, RedisError> {
    let config = AsyncConnectionConfig::new()
        .set_response_timeout(Some(RESPONSE_TIMEOUT))
        .set_connection_timeout(Some(CONNECT_TIMEOUT));
    client.get_multiplexed_async_connection_with_config(&config).await
}
