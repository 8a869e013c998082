//! A simulator of the parts of AWS that a container platform lives on.
//!
//! `model` is the state of AWS: pure data, a simulated clock and faults that were asked for, with no HTTP in it. `wire`
//! speaks AWS's protocols and knows nothing of what the calls mean. `control` is our own API under `/_sim`: inventory,
//! calls, faults, clock. [`Sim`] joins them, so that a test can run the simulator in its own process on a free port.

mod control;
mod hands;
mod model;
mod sim;
mod wire;

use std::future::Future;
use std::io;

pub use hands::Snapshot;
pub use sim::{Account, Config, Consistency, Signatures, Sim, Throttling};
use tokio::net::TcpListener;

/// Answers AWS calls and the control API on `listener` until `shutdown` completes.
///
/// # Errors
///
/// When the listener's address cannot be served any more.
pub async fn serve(
    listener: TcpListener,
    sim: Sim,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let ticking = tokio::spawn(sim.clone().tick_forever());
    let closing = sim.clone();
    let shutdown = async move {
        shutdown.await;
        closing.close();
    };
    let routes = control::router().fallback(wire::answer).with_state(sim);
    let listener = wire::connection::CuttableListener::new(listener);
    let served = axum::serve(listener, routes.into_make_service_with_connect_info::<wire::connection::Scissors>())
        .with_graceful_shutdown(shutdown)
        .await;
    ticking.abort();
    served
}
