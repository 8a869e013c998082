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

/// How many services wait for room in a cluster without instances.
const WAITING: usize = 500;

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

/// A line of the table.
struct Line {
    what: String,
    figure: String,
    /// What the figure must be, and whether it is.
    bar: Option<(String, bool)>,
}

impl Line {
    fn new(what: impl Into<String>, figure: impl Into<String>) -> Self {
        Self { what: what.into(), figure: figure.into(), bar: None }
    }

    fn must_be(mut self, bar: impl Into<String>, is_met: bool) -> Self {
        self.bar = Some((bar.into(), is_met));
        self
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode> {
    let options = Options::parse();
    let simulator = Simulator::start().await?;
    let mut aws = Caller::open(simulator.address).await?;
    let mut lines = filling(&mut aws, &options).await?;
    lines.extend(reading(&simulator, &options).await?);
    lines.extend(resting(&mut aws, &options).await?);
    let (held, highest) = (simulator.megabytes("VmRSS")?, simulator.megabytes("VmHWM")?);
    let most = options.most_megabytes;
    let memory = Line::new("memory", format!("{held:.0} MB, at its highest {highest:.0} MB"));
    lines.push(memory.must_be(format!("at most {most} MB"), highest <= most));
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
    let events = (after - before) as f64 / services as f64;
    Ok(vec![
        Line::new("services, tasks, instances", format!("{services}, {wanted}, {instances}")),
        Line::new("creating the services", format!("{created:.1} s")),
        Line::new("until all tasks ran", format!("{started:.1} s, {events:.1} events a service")),
    ])
}

/// Asks for services as fast as it goes.
async fn reading(simulator: &Simulator, options: &Options) -> Result<Vec<Line>> {
    let load = Load::run(simulator, options.services, options.connections, options.seconds).await?;
    let Load { per_second, p50, p99, simulator, client } = load;
    let (least, speed) = (options.least_calls, Line::new("DescribeServices a second", format!("{per_second:.0}")));
    Ok(vec![
        speed.must_be(format!("at least {least}"), per_second >= least),
        Line::new("answered within", format!("p50 {p50:.2} ms, p99 {p99:.2} ms")),
        Line::new("processor time of a call", format!("{simulator:.0} µs, and {client:.0} µs of this client")),
    ])
}

/// Lets time pass when nothing happens, when one service changes, and when services wait for instances.
async fn resting(aws: &mut Caller, options: &Options) -> Result<Vec<Line>> {
    aws.advance(900).await?;
    let (steady, cost) = hour(aws).await?;
    let few = u64::try_from(options.services / 100)?;
    let change = json!({"cluster": fill::CLUSTER, "service": fill::service(0), "desiredCount": options.tasks + 1});
    aws.ecs("UpdateService", &change).await?;
    let (before, began) = (aws.advance(0).await?, Instant::now());
    let changed = aws.advance(120).await? - before;
    let took = began.elapsed().as_micros();
    fill::waiting(aws, WAITING).await?;
    aws.advance(900).await?;
    let (waiting, _) = hour(aws).await?;
    Ok(vec![
        Line::new("an hour in which nothing changes", format!("{steady} events, {cost:.0} µs a minute"))
            .must_be(format!("at most {few} events"), steady <= few),
        Line::new("one task more for one service", format!("{changed} events, {took} µs"))
            .must_be("at most 20 events", changed <= 20),
        Line::new(format!("an hour of {WAITING} services without room"), format!("{waiting} events"))
            .must_be(format!("at most {few} events"), waiting <= few),
    ])
}

/// What happens in an hour, and the microseconds that it takes to let a minute of it pass.
async fn hour(aws: &mut Caller) -> Result<(u64, f64)> {
    let (before, began) = (aws.advance(0).await?, Instant::now());
    for _ in 0..60 {
        aws.advance(60).await?;
    }
    let cost = began.elapsed().as_micros() as f64 / 60.0;
    Ok((aws.advance(0).await? - before, cost))
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
    let figure = format!("{size:.0} MB, {saved:.1} s to save, {restored:.1} s to restore");
    Ok(vec![Line::new("a snapshot", figure)])
}

fn print(lines: &[Line]) -> ExitCode {
    let mut missed = false;
    for Line { what, figure, bar } in lines {
        let verdict = bar.as_ref().map_or(String::new(), |(bar, is_met)| {
            missed |= !is_met;
            format!("{bar}: {}", if *is_met { "met" } else { "MISSED" })
        });
        println!("{what:<40}{figure:<44}{verdict}");
    }
    if missed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
