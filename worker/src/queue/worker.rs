//! The worker process: apalis runs claimed operations, so many at once, until it is asked to stop.

use std::time::Duration;

use apalis::layers::WorkerBuilderExt as _;
use apalis::layers::tracing::TraceLayer;
use apalis_core::monitor::{Monitor, MonitorError};
use apalis_core::task::Task;
use apalis_core::worker::builder::WorkerBuilder;
use apalis_core::worker::ext::parallelize::ParallelizeLayer;
use shared::store::Store;
use tokio_util::sync::CancellationToken;
use tower::limit::ConcurrencyLimitLayer;
use uuid::Uuid;

use super::backend::LeaseBackend;
use crate::engine::{Departure, Held, Timings};

/// How long operations may take to reach a safe point when the worker is asked to stop.
const GRACE: Duration = Duration::from_secs(30);

/// Why a worker ended that nobody asked to stop.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// apalis gave up.
    #[error("the worker's runtime failed")]
    Runtime(#[from] MonitorError),
    /// It ended by itself.
    #[error("the worker ended although nobody asked it to stop")]
    Ended,
}

/// How a worker works.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Operations at once.
    pub concurrency: usize,
    /// Length of a lease.
    pub lease: Duration,
    /// The engine's pauses.
    pub timings: Timings,
}

/// Takes operations off the queue and runs each with `run`, until `asked_to_stop` is ready. Then nothing more is claimed,
/// and what runs is given back at its next safe point.
pub async fn serve<R, F>(
    store: Store,
    settings: Settings,
    run: R,
    asked_to_stop: impl Future<Output = std::io::Result<()>> + Send,
) -> Result<(), ServeError>
where
    R: Fn(Held) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Departure> + Send + 'static,
{
    let stop = CancellationToken::new();
    let (stopping, is_stopping) = (stop.clone(), stop.clone());
    let name = format!("worker-{}-{}", std::process::id(), &Uuid::new_v4().simple().to_string()[..6]);
    let asked_to_stop = async move {
        let asked = asked_to_stop.await;
        tracing::info!("asked to stop: operations are given back at their next safe point");
        stopping.cancel();
        asked
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
        .with_terminator(async { tokio::time::sleep(GRACE).await })
        .run_with_signal(asked_to_stop)
        .await?;
    if is_stopping.is_cancelled() { Ok(()) } else { Err(ServeError::Ended) }
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
