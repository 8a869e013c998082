//! The worker process: apalis runs claimed operations, so many at once, until it is asked to stop.

use std::time::Duration;

use apalis::layers::WorkerBuilderExt as _;
use apalis::layers::tracing::TraceLayer;
use apalis_core::monitor::{Monitor, MonitorError};
use apalis_core::task::Task;
use apalis_core::worker::builder::WorkerBuilder;
use apalis_core::worker::ext::parallelize::ParallelizeLayer;
use shared::stopping::Stopping;
use shared::store::Store;
use tokio_util::sync::CancellationToken;
use tower::limit::ConcurrencyLimitLayer;
use uuid::Uuid;

use super::backend::LeaseBackend;
use crate::engine::{Departure, Held, Timings};

/// Why a worker did not end as it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// apalis gave up.
    #[error("the worker's runtime failed")]
    Runtime(#[from] MonitorError),
    /// It ended by itself.
    #[error("the worker ended although nobody asked it to stop")]
    Ended,
    /// It could not wait any longer for what it ran.
    #[error("operations were still running when the worker had to end: they go on when their leases have run out")]
    CutShort,
}

/// How a worker works.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Operations at once.
    pub concurrency: usize,
    /// Length of a lease.
    pub lease: Duration,
    /// How long operations may take to reach a safe point when the worker is asked to stop.
    pub grace: Duration,
    /// The engine's pauses.
    pub timings: Timings,
}

/// Takes operations off the queue and runs each with `run`, until it is asked to stop. Then nothing more is claimed, and what
/// runs is given back at its next safe point; it is not waited for any longer than the grace period, or when asked again.
pub async fn serve<R, F>(store: Store, settings: Settings, run: R, stopping: Stopping) -> Result<(), ServeError>
where
    R: Fn(Held) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Departure> + Send + 'static,
{
    let Stopping { asked: stop, again } = stopping;
    let (asked, is_stopping, cut_short) = (stop.clone(), stop.clone(), CancellationToken::new());
    let name = format!("worker-{}-{}", std::process::id(), &Uuid::new_v4().simple().to_string()[..6]);
    let asked_to_stop = async move {
        asked.cancelled().await;
        tracing::info!("asked to stop: operations are given back at their next safe point");
        Ok(())
    };
    let is_cut_short = cut_short.clone();
    let terminator = async move {
        tokio::select! {
            () = tokio::time::sleep(settings.grace) => {}
            () = again.cancelled() => {}
        }
        cut_short.cancel();
    };
    tracing::info!(worker = name, concurrency = settings.concurrency, "taking operations");
    Monitor::new()
        .register(move |_| {
            let run = run.clone();
            WorkerBuilder::new(name.as_str())
                .backend(LeaseBackend::start(&name, &store, &settings, &stop))
                .layer(ConcurrencyLimitLayer::new(settings.concurrency))
                .layer(ParallelizeLayer::new(tokio::spawn))
                .layer(TraceLayer::new().make_span_with(span))
                .catch_panic()
                .build(move |held: Held| report(held, run.clone()))
        })
        .with_terminator(terminator)
        .run_with_signal(asked_to_stop)
        .await?;
    match (is_stopping.is_cancelled(), is_cut_short.is_cancelled()) {
        (false, _) => Err(ServeError::Ended),
        (true, true) => Err(ServeError::CutShort),
        (true, false) => Ok(()),
    }
}

fn span(task: &Task<Held>) -> tracing::Span {
    let operation = task.args.operation();
    tracing::info_span!("operation", id = %operation.id, kind = %operation.kind, attempt = operation.attempt)
}

async fn report<R, F>(held: Held, run: R)
where
    R: Fn(Held) -> F,
    F: Future<Output = Departure>,
{
    let departure = run(held).await;
    tracing::info!(?departure, "the operation left this worker");
}
