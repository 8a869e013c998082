//! Runs the simulator as a program of its own: `aws-sim --bind 127.0.0.1:4566 --speed 10`.

use std::net::SocketAddr;

use anyhow::Context;
use aws_sim::{Account, Config, Consistency, Signatures, Sim, Throttling};
use clap::Parser;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// Simulates the parts of AWS that a container platform lives on.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// Address that AWS calls and the control API under /_sim are answered on
    #[arg(long, env = "AWS_SIM_BIND", default_value = "127.0.0.1:4566")]
    bind: SocketAddr,
    /// How many simulated seconds pass in one second
    #[arg(long, env = "AWS_SIM_SPEED", default_value_t = 1.0)]
    speed: f64,
    /// Stop the clock: time passes only by POST /_sim/clock/advance
    #[arg(long, env = "AWS_SIM_STEP")]
    step: bool,
    /// Whether reads see earlier writes at once, or lag as they do on AWS
    #[arg(long, env = "AWS_SIM_CONSISTENCY", value_enum, default_value = "strict")]
    consistency: Consistency,
    /// Whether callers that are too fast are refused, by AWS's token buckets
    #[arg(long, env = "AWS_SIM_THROTTLE", value_enum, default_value = "off")]
    throttle: Throttling,
    /// What decides about everything that happens by chance
    #[arg(long, env = "AWS_SIM_SEED", default_value_t = 0)]
    seed: u64,
    /// An account beside 123456789012 and its access key, as 111122223333=KEY:SECRET; may be given many times
    #[arg(long = "account", env = "AWS_SIM_ACCOUNTS", value_delimiter = ',')]
    accounts: Vec<Account>,
    /// Whether a request whose signature does not hold is refused, as on AWS, or answered
    #[arg(long, env = "AWS_SIM_SIGNATURES", value_enum, default_value = "verify")]
    signatures: Signatures,
}

/// Answers are trees of small pieces: with the system's allocator a call spends half of its time on making and dropping
/// them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info")))
        .with_writer(std::io::stderr)
        .init();
    let options = Options::parse();
    let listener = TcpListener::bind(options.bind).await.with_context(|| format!("cannot bind {}", options.bind))?;
    let Options { speed, step, consistency, throttle, seed, accounts, signatures, .. } = options;
    tracing::info!(address = %listener.local_addr()?, speed, step, "simulating AWS");
    let sim = Sim::new(Config { speed, step, consistency, throttle, seed, accounts, signatures });
    aws_sim::serve(listener, sim, stop_asked()).await.context("the simulator stopped serving")
}

async fn stop_asked() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let Ok(mut terminated) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
            interrupted.await.ok();
            return;
        };
        tokio::select! { _ = interrupted => {}, _ = terminated.recv() => {} }
    }
    #[cfg(not(unix))]
    interrupted.await.ok();
}
