//! The API's process: configuration, logging, serving until it is asked to stop.

use anyhow::Context as _;
use api::Config;
use clap::Parser as _;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = Config::parse();
    shared::telemetry::start(config.rust_log.as_deref())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let stop = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    };
    let app = api::build(config).await.context("the API cannot start")?;
    app.run(stop).await.context("the API stopped serving")
}
