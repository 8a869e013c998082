//! apalis' `Backend` on the operation store.
//!
//! It never fails and holds at most one operation that nobody has begun: the fetcher claims when apalis asks.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use apalis_core::backend::finalize::Ephemeral;
use apalis_core::backend::{Backend, BackendConfig};
use apalis_core::task::Task;
use apalis_core::task::builder::TaskBuilder;
use apalis_core::task::task_id::{RandomId, TaskId};
use apalis_core::worker::context::WorkerContext;
use shared::store::Store;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use tower::layer::util::Identity;

use super::fetcher::{Fetcher, give_back};
use super::leases::Leases;
use super::worker::Settings;
use super::{renewer, upkeep};
use crate::engine::Held;

/// Upkeep is done so often in the length of a lease.
const UPKEEPS: u32 = 2;

/// What was claimed and not begun yet.
type Claimed = Arc<Mutex<mpsc::Receiver<Held>>>;

/// Claimed operations, as apalis takes them.
pub(super) struct LeaseBackend {
    claimed: Claimed,
    demand: Arc<Semaphore>,
    /// Whether an operation is asked for and did not come yet.
    asked: bool,
    stop: CancellationToken,
    /// Ends when the fetcher has, and what nobody had begun was given back.
    closing: Option<JoinHandle<()>>,
    /// Leases are renewed for as long as there is a backend: through a stop, until the last operation has left.
    _renewer: DropGuard,
}

impl LeaseBackend {
    /// Starts claiming until `stop`, and renewing until it is dropped.
    pub(super) fn start(worker: &str, store: &Store, settings: &Settings, stop: &CancellationToken) -> Self {
        let (sender, claimed) = mpsc::channel(1);
        let demand = Arc::new(Semaphore::new(0));
        let leases = Leases::new(settings.lease, stop.clone());
        let renewer = CancellationToken::new();
        tokio::spawn(renewer::renew(store.clone(), leases.clone(), renewer.clone()));
        tokio::spawn(upkeep::keep_up(store.clone(), settings.lease / UPKEEPS, stop.clone()));
        let fetcher = Fetcher {
            worker: worker.to_owned(),
            store: store.clone(),
            leases,
            timings: settings.timings,
            demand: demand.clone(),
            claimed: sender,
            stop: stop.clone(),
        };
        let claimed = Arc::new(Mutex::new(claimed));
        LeaseBackend {
            claimed: claimed.clone(),
            demand,
            asked: false,
            stop: stop.clone(),
            closing: Some(tokio::spawn(close(tokio::spawn(fetcher.fetch()), claimed, store.clone()))),
            _renewer: renewer.drop_guard(),
        }
    }
}

/// Waits for the fetcher to end, and gives back what nobody has begun: at once, since what runs may take long to leave.
async fn close(fetcher: JoinHandle<()>, claimed: Claimed, store: Store) {
    if let Err(error) = fetcher.await {
        tracing::error!(%error, "the fetcher did not end well");
    }
    loop {
        let next = claimed.lock().unwrap_or_else(PoisonError::into_inner).try_recv();
        let Ok(held) = next else { return };
        give_back(&store, held).await;
    }
}

impl Backend for LeaseBackend {
    type Task = Task<Held>;
    type Error = Infallible;

    fn poll_ready(&mut self, _: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn poll_next(&mut self, cx: &mut Context<'_>, _: &WorkerContext) -> Poll<Option<Result<Task<Held>, Infallible>>> {
        if !self.asked {
            self.demand.add_permits(1);
            self.asked = true;
        }
        let next = self.claimed.lock().unwrap_or_else(PoisonError::into_inner).poll_recv(cx);
        let Some(held) = ready!(next) else { return Poll::Ready(None) };
        self.asked = false;
        let id = TaskId::from_string(held.operation().id.as_str());
        Poll::Ready(Some(Ok(TaskBuilder::new(held).task_id(id).build())))
    }

    fn poll_close(&mut self, cx: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Infallible>> {
        self.stop.cancel();
        if let Some(closing) = &mut self.closing {
            if let Err(error) = ready!(Pin::new(closing).poll(cx)) {
                tracing::error!(%error, "what was claimed and not begun was not given back");
            }
            // Asked once more after the end, there is nothing left to close.
            self.closing = None;
        }
        Poll::Ready(Ok(()))
    }
}

impl BackendConfig for LeaseBackend {
    type Args = Held;
    type Id = RandomId;
    type Kind = Ephemeral;
    type Config = ();
    type Layer = Identity;

    fn config(&self) -> &() {
        &()
    }

    fn middleware(&mut self, _: &mut WorkerContext) -> Identity {
        Identity::new()
    }
}
