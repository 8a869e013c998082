//! What the simulator costs when it is full: `make bench-aws-sim`.
//!
//! Fills one cluster with services and their tasks by the API, asks for one service after the other over many
//! connections with every signature verified, lets time pass, and ends in a table. Fails if a bar is missed.

mod client;
mod fill;
mod load;
mod process;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use client::Caller;
use load::Load;
use process::Simulator;
use serde_json::json;

/// Measures the simulator with many services in one cluster.
#[derive(Parser)]
struct Options {
    /// Services in the cluster
    #[arg(long, default_value_t = 10_000)]
    services: usize,
    /// Tasks of each service
    #[arg(long, default_value_t = 3)]
    tasks: usize,
    /// Container instances of the cluster
    #[arg(long, default_value_t = 100)]
    instances: usize,
    /// Connections that ask at the same time
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// For how long they ask
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Fewer calls a second are too few
    #[arg(long, default_value_t = 20_000.0)]
    least_calls: f64,
    /// More megabytes of memory are too many
    #[arg(long, default_value_t = 500.0)]
    most_megabytes: f64,
}

/// A line of the table: what, how much, and whether that is within the bar if there is one.
struct Line(String, String, Option<(String, bool)>);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode> {
    let options = Options::parse();
    let simulator = Simulator::start().await?;
    let mut aws = Caller::open(simulator.address).await?;
    let mut lines = filling(&mut aws, &options).await?;
    lines.extend(reading(&simulator, &options).await?);
    lines.extend(resting(&mut aws, &options).await?);
    let held = simulator.megabytes("VmRSS")?;
    let (most, bar) = (simulator.megabytes("VmHWM")?, options.most_megabytes);
    lines.push(Line("memory held".to_owned(), format!("{held:.0} MB"), None));
    let within = Some((format!("at most {bar} MB"), most <= bar));
    lines.push(Line("memory at its highest".to_owned(), format!("{most:.0} MB"), within));
    lines.extend(saving(&mut aws).await?);
    Ok(print(&lines))
}

/// Makes everything, until all tasks run.
async fn filling(aws: &mut Caller, options: &Options) -> Result<Vec<Line>> {
    let Options { services, tasks, instances, .. } = *options;
    fill::instances(aws, instances).await?;
    let began = Instant::now();
    fill::services(aws, services, tasks).await?;
    let created = began.elapsed().as_secs_f64();
    let (began, wanted) = (Instant::now(), u64::try_from(services * tasks)?);
    let before = aws.advance(0).await?;
    let mut after = before;
    for _ in 0..60 {
        if fill::counts(aws).await?.0 == wanted {
            break;
        }
        after = aws.advance(10).await?;
    }
    let (running, active) = fill::counts(aws).await?;
    ensure!(running == wanted, "{running} of {wanted} tasks run");
    ensure!(active == u64::try_from(services)?, "{active} of {services} services are active");
    let started = began.elapsed().as_secs_f64();
    Ok(vec![
        Line("services, tasks, instances".to_owned(), format!("{services}, {wanted}, {instances}"), None),
        Line("creating the services".to_owned(), format!("{created:.1} s"), None),
        Line(
            "until all tasks ran".to_owned(),
            format!("{started:.1} s, {:.1} events a service", (after - before) as f64 / services as f64),
            None,
        ),
    ])
}

/// Asks for services as fast as it goes.
async fn reading(simulator: &Simulator, options: &Options) -> Result<Vec<Line>> {
    let load = Load::run(simulator, options.services, options.connections, options.seconds).await?;
    let least = options.least_calls;
    let within = Some((format!("at least {least}"), load.per_second >= least));
    Ok(vec![
        Line("DescribeServices a second".to_owned(), format!("{:.0}", load.per_second), within),
        Line("answered within".to_owned(), format!("p50 {:.2} ms, p99 {:.2} ms", load.p50, load.p99), None),
        Line(
            "processor time of a call".to_owned(),
            format!("{:.0} µs, and {:.0} µs of this client", load.simulator, load.client),
            None,
        ),
    ])
}

/// Lets time pass when nothing happens, and when one service changes.
async fn resting(aws: &mut Caller, options: &Options) -> Result<Vec<Line>> {
    aws.advance(900).await?;
    let before = aws.advance(0).await?;
    let began = Instant::now();
    for _ in 0..60 {
        aws.advance(60).await?;
    }
    let (cost, after) = (began.elapsed().as_micros() as f64 / 60.0, aws.advance(0).await?);
    let change = json!({"cluster": fill::CLUSTER, "service": fill::service(0), "desiredCount": options.tasks + 1});
    aws.ecs("UpdateService", &change).await?;
    let began = Instant::now();
    let changed = aws.advance(120).await? - after;
    let changing = began.elapsed().as_micros();
    let steady = after - before;
    let few = options.services as u64 / 100;
    Ok(vec![
        Line(
            "an hour in which nothing changes".to_owned(),
            format!("{steady} events, {cost:.0} µs a minute"),
            Some((format!("at most {few} events"), steady <= few)),
        ),
        Line(
            "one task more for one service".to_owned(),
            format!("{changed} events, {changing} µs"),
            Some(("at most 40 events".to_owned(), changed <= 40)),
        ),
    ])
}

/// Takes the whole world out and puts it back.
async fn saving(aws: &mut Caller) -> Result<Vec<Line>> {
    let before = fill::counts(aws).await?;
    let began = Instant::now();
    let world = aws.control("GET /_sim/snapshot", b"").await?.to_vec();
    let saved = began.elapsed().as_secs_f64();
    let began = Instant::now();
    aws.control("PUT /_sim/snapshot", &world).await?;
    let restored = began.elapsed().as_secs_f64();
    ensure!(fill::counts(aws).await.context("after a restore")? == before, "a snapshot has lost something");
    let size = world.len() as f64 / 1e6;
    Ok(vec![Line(
        "a snapshot".to_owned(),
        format!("{size:.0} MB, {saved:.1} s to save, {restored:.1} s to restore"),
        None,
    )])
}

fn print(lines: &[Line]) -> ExitCode {
    let mut missed = false;
    for Line(what, figure, bar) in lines {
        let verdict = bar.as_ref().map_or(String::new(), |(bar, is_met)| {
            missed |= !is_met;
            format!("{bar}: {}", if *is_met { "met" } else { "MISSED" })
        });
        println!("{what:<36}{figure:<44}{verdict}");
    }
    if missed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
