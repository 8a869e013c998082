//! apalis' `Backend` on the operation store.
//!
//! It never fails and holds at most one operation that nobody has begun: the fetcher claims when apalis asks.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use apalis_core::backend::finalize::Ephemeral;
use apalis_core::backend::{Backend, BackendConfig};
use apalis_core::task::Task;
use apalis_core::task::builder::TaskBuilder;
use apalis_core::task::task_id::{RandomId, TaskId};
use apalis_core::worker::context::WorkerContext;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use shared::store::Store;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use tower::layer::util::Identity;

use super::fetcher::{Fetcher, give_back};
use super::leases::Leases;
use super::renewer;
use super::worker::Settings;
use crate::engine::Held;

/// Claimed operations, as apalis takes them.
pub(super) struct LeaseBackend {
    store: Store,
    claimed: mpsc::Receiver<Held>,
    demand: Arc<Semaphore>,
    /// Whether an operation is asked for and did not come yet.
    asked: bool,
    stop: CancellationToken,
    fetcher: Option<JoinHandle<()>>,
    closing: Option<BoxFuture<'static, ()>>,
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
        let fetcher = Fetcher {
            worker: worker.to_owned(),
            store: store.clone(),
            leases,
            timings: settings.timings,
            demand: demand.clone(),
            claimed: sender,
            stop: stop.clone(),
        };
        LeaseBackend {
            store: store.clone(),
            claimed,
            demand,
            asked: false,
            stop: stop.clone(),
            fetcher: Some(tokio::spawn(fetcher.fetch())),
            closing: None,
            _renewer: renewer.drop_guard(),
        }
    }

    /// Waits for the fetcher to end, and gives back what nobody has begun.
    fn close(&mut self) -> BoxFuture<'static, ()> {
        self.stop.cancel();
        let (fetcher, store) = (self.fetcher.take(), self.store.clone());
        let (_, empty) = mpsc::channel(1);
        let mut claimed = std::mem::replace(&mut self.claimed, empty);
        async move {
            if let Some(fetcher) = fetcher
                && let Err(error) = fetcher.await
            {
                tracing::error!(%error, "the fetcher did not end well");
            }
            while let Ok(held) = claimed.try_recv() {
                give_back(&store, held).await;
            }
        }
        .boxed()
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
        let Some(held) = ready!(self.claimed.poll_recv(cx)) else { return Poll::Ready(None) };
        self.asked = false;
        let id = TaskId::from_string(held.operation().id.as_str());
        Poll::Ready(Some(Ok(TaskBuilder::new(held).task_id(id).build())))
    }

    fn poll_close(&mut self, cx: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Infallible>> {
        if self.closing.is_none() {
            self.closing = Some(self.close());
        }
        if let Some(closing) = &mut self.closing {
            ready!(closing.poll_unpin(cx));
        }
        // Asked once more after the end, there is nothing left to close.
        self.closing = Some(futures::future::ready(()).boxed());
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
