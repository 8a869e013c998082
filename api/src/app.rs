//! The API as a thing to build and run: tests start the same one on port 0.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use shared::seal::{Keys, SealError};
use shared::store::{Limits, Store, StoreError, Watcher, patiently};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::auth;
use crate::config::{Config, Secret};
use crate::router;

/// How long a Redis that is starting is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long requests that are under way may take once the API is asked to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// What every request handler works with. Cheap to clone.
#[derive(Clone)]
pub struct Api {
    /// The operation store.
    pub store: Store,
    /// How much is accepted.
    pub limits: Limits,
    /// Tells whose journal grew.
    pub watcher: Watcher,
    /// Seal secrets for the workers; there may be none.
    pub keys: Arc<Keys>,
    /// The region that the workers work in.
    pub region: Arc<str>,
    /// Whether requests need no token.
    pub open: bool,
    /// Cancelled when the API is to stop: whoever waits ends then.
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
        watcher,
        store,
        limits: config.limits,
        keys: Arc::new(keys),
        region: config.region.into(),
        open: config.insecure_no_auth,
        stop: CancellationToken::new(),
    };
    Ok(App { listener, address, api })
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

    /// Serves until `stop` ends, then lets requests that are under way end.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
        tracing::info!(address = %self.address, "the API serves");
        let stopped = self.api.stop.clone();
        let asked = {
            let stopped = stopped.clone();
            async move {
                stop.await;
                stopped.cancel();
            }
        };
        let serving = axum::serve(self.listener, router::service(self.api)).with_graceful_shutdown(asked);
        let drained = async {
            stopped.cancelled().await;
            tokio::time::sleep(DRAIN).await;
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
