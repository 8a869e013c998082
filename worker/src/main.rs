//! The worker's process: configuration, logging, store, AWS, then operations until it is asked to stop.

use std::time::Duration;

use anyhow::Context as _;
use clap::Parser as _;
use shared::stopping::Stopping;
use shared::store::{Store, patiently};
use worker::aws::Aws;
use worker::config::{Config, Switch};
use worker::engine::Budgets;
use worker::queue;
use worker::workflows::{self, Services};

/// How long a Redis that is starting is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = Config::parse();
    shared::telemetry::start(config.log.as_deref())?;
    let stopping = Stopping::by_signals()?;
    let (store, services) = tokio::select! {
        started = start(&config) => started?,
        () = stopping.asked.cancelled() => return Ok(()),
    };
    let run = move |held| {
        let services = services.clone();
        async move { workflows::run(&services, &held).await }
    };
    queue::serve(store, config.queue(), run, stopping).await?;
    Ok(())
}

/// The store and AWS, once both answer.
async fn start(config: &Config) -> anyhow::Result<(Store, Services)> {
    let keys = config.encryption_keys.read()?;
    let store = patiently(PATIENCE, || Store::connect(&config.store, PATIENCE)).await;
    let store = store.context("the worker cannot start without its store")?;
    let budgets = match config.budgets {
        Switch::On => Budgets::shared(store.clone()),
        Switch::Off => Budgets::off(),
    };
    let aws = Aws::connect(&config.store.namespace, budgets, config.ca_bundle.as_deref()).await;
    let aws = aws.context("the worker cannot start without AWS")?;
    tracing::info!(account = aws.account, region = aws.region, "AWS answers");
    Ok((store, Services { aws, keys }))
}
