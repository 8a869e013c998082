//! The API as a thing to build and run: tests start the same one on port 0.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use shared::seal::{Keys, SealError};
use shared::stopping::Stopping;
use shared::store::{Limits, Store, StoreError, Watcher, patiently};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::auth;
use crate::config::{Config, Secret};
use crate::pulse::Pulse;
use crate::router;

/// How long a Redis that is starting is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// What every request handler works with. Cheap to clone.
#[derive(Clone)]
pub struct Api {
    /// The operation store.
    pub store: Store,
    /// How much is accepted.
    pub limits: Limits,
    /// Whether the store answers.
    pub pulse: Pulse,
    /// Tells whose journal grew.
    pub watcher: Watcher,
    /// Seal secrets for the workers; there may be none.
    pub keys: Arc<Keys>,
    /// The region that the workers work in.
    pub region: Arc<str>,
    /// Whether requests need no token.
    pub open: bool,
    /// Cancelled when the API is asked to stop: it still serves, and sends whoever comes elsewhere.
    pub leaving: CancellationToken,
    /// Cancelled when the API stops: whoever waits ends then.
    pub stop: CancellationToken,
}

/// Why the API does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Nobody could be let in.
    #[error("there is no token: set BARCELONA_BOOTSTRAP_TOKEN, or pass --insecure-no-auth on a loopback address")]
    NoToken,
    /// Everybody would be let in from everywhere.
    #[error("--insecure-no-auth is only for loopback addresses, not for {0}")]
    OpenToAll(SocketAddr),
    /// The keys cannot be read.
    #[error("the encryption keys cannot be used")]
    Keys(#[source] SealError),
    /// Redis is not there, or not usable.
    #[error("the store cannot be opened")]
    Store(#[from] StoreError),
    /// The address is taken, or not ours.
    #[error("cannot listen on {0}")]
    Bind(SocketAddr, #[source] std::io::Error),
}

/// The API, listening and not serving yet.
pub struct App {
    listener: TcpListener,
    address: SocketAddr,
    api: Api,
    unready: Duration,
    grace: Duration,
}

/// Opens the store, remembers the bootstrap token and listens.
pub async fn build(config: Config) -> Result<App, StartError> {
    let token = config.bootstrap_token.as_ref().filter(|token| !token.reveal().is_empty());
    match (config.insecure_no_auth, token) {
        (true, _) if !config.bind.ip().is_loopback() => return Err(StartError::OpenToAll(config.bind)),
        (false, None) => return Err(StartError::NoToken),
        (true, _) | (false, Some(_)) => {}
    }
    let keys = config.encryption_keys.as_ref().map_or("", Secret::reveal).parse::<Keys>().map_err(StartError::Keys)?;
    let token = token.map(|token| auth::hash(token.reveal()));
    let (store, watcher) = patiently(PATIENCE, || open(&config, token.as_deref())).await?;
    let bind_failed = |error| StartError::Bind(config.bind, error);
    let listener = TcpListener::bind(config.bind).await.map_err(bind_failed)?;
    let address = listener.local_addr().map_err(bind_failed)?;
    let api = Api {
        pulse: Pulse::of(store.clone()),
        watcher,
        store,
        limits: config.limits,
        keys: Arc::new(keys),
        region: config.region.into(),
        open: config.insecure_no_auth,
        leaving: CancellationToken::new(),
        stop: CancellationToken::new(),
    };
    let (unready, grace) = (Duration::from_millis(config.unready_ms), Duration::from_millis(config.grace_ms));
    Ok(App { listener, address, api, unready, grace })
}

/// Opens the store with all that is needed of it.
async fn open(config: &Config, token: Option<&str>) -> Result<(Store, Watcher), StoreError> {
    let store = Store::connect(&config.store, PATIENCE).await?;
    // An API that has no token says nothing about the token of others on the same Redis.
    if let Some(token) = token {
        store.remember_bootstrap_token(token).await?;
    }
    if let Some(why) = store.health().await?.may_lose_writes {
        tracing::warn!(why, "Redis may lose accepted operations");
    }
    let watcher = store.watcher().await?;
    Ok((store, watcher))
}

impl App {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What its handlers work with.
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// Serves until it is asked to stop. Then it says so to balancers for a while, takes no more connections, ends streams
    /// and long-polls, and lets other requests end.
    pub async fn run(self, stopping: Stopping) -> std::io::Result<()> {
        tracing::info!(address = %self.address, "the API serves");
        let (stop, again) = (self.api.stop.clone(), stopping.again.clone());
        let left = leave(self.api.clone(), stopping, self.unready);
        let serving = axum::serve(self.listener, router::service(self.api)).with_graceful_shutdown(left);
        let drained = async {
            stop.cancelled().await;
            tokio::select! {
                () = tokio::time::sleep(self.grace) => {}
                () = again.cancelled() => {}
            }
        };
        tokio::select! {
            served = serving => served,
            () = drained => {
                tracing::warn!("requests are still under way; the API stops without them");
                Ok(())
            }
        }
    }
}

/// Waits until the API is asked to stop, and until those who send requests had time to go elsewhere.
async fn leave(api: Api, stopping: Stopping, unready: Duration) {
    stopping.asked.cancelled().await;
    tracing::info!("asked to stop: not ready any more");
    api.leaving.cancel();
    tokio::select! {
        () = tokio::time::sleep(unready) => {}
        () = stopping.again.cancelled() => {}
    }
    tracing::info!("no more connections are taken");
    api.stop.cancel();
}
