//! The API's process: configuration, logging, serving until it is asked to stop.

use anyhow::Context as _;
use api::Config;
use clap::Parser as _;
use shared::stopping::Stopping;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = Config::parse();
    shared::telemetry::start(config.rust_log.as_deref())?;
    let stopping = Stopping::by_signals()?;
    let app = tokio::select! {
        built = api::build(config) => built.context("the API cannot start")?,
        () = stopping.asked.cancelled() => return Ok(()),
    };
    app.run(stopping).await.context("the API stopped serving")
}
