//! One run: trouble and clients together, then peace, then the verdict; then deletions, and the verdict again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tokio::sync::Notify;

use super::checker::{self, Verdict};
use super::client::{self, Http};
use super::gather::{self, Calls};
use super::log::Log;
use super::options::Options;
use super::settle;
use super::trouble::Trouble;
use super::world::World;

/// Runs what was asked for, prints what was counted, and fails when a promise was broken.
pub async fn run(options: &Options) -> Result<()> {
    if let Some(folder) = &options.check {
        return pronounce(&checker::check(folder)?, folder);
    }
    let (temporary, folder) = folder(options)?;
    println!(
        "Chaos of seed {} for {} s: {} heritages over {} districts, {} clients, Redis {:?}; logs in {}",
        options.seed,
        options.seconds,
        options.heritages,
        options.districts,
        options.clients,
        options.redis,
        folder.display()
    );
    let outcome = story(options, &folder).await;
    if outcome.is_err()
        && let Some(temporary) = temporary
    {
        println!("what happened is kept in {}", temporary.keep().display());
    }
    outcome.with_context(|| format!("chaos of seed {}", options.seed))
}

/// A folder of its own that goes with the run, or the one that was asked for.
fn folder(options: &Options) -> Result<(Option<tempfile::TempDir>, PathBuf)> {
    match &options.folder {
        Some(folder) => {
            std::fs::create_dir_all(folder)?;
            Ok((None, folder.clone()))
        }
        None => {
            let temporary = tempfile::Builder::new().prefix("chaos-").tempdir()?;
            let path = temporary.path().to_owned();
            Ok((Some(temporary), path))
        }
    }
}

async fn story(options: &Options, folder: &Path) -> Result<()> {
    let mut rng = StdRng::seed_from_u64(options.seed);
    let begun = Instant::now();
    let mut world = World::start(folder, &mut |clocks| rng.random_range(0..clocks)).await?;
    let (done, calls) = (Arc::new(Notify::new()), Calls::begin(&world.aws, folder).await?);
    let calls = tokio::spawn(calls.follow(done.clone()));
    let end = Instant::now() + Duration::from_secs(options.seconds);
    let mut clients = client::start(&world, options, end)?;
    let counts = Trouble::new(&world, options.seed)?.reign(&mut world, end).await?;
    print("trouble", &counts);
    while let Some(ended) = clients.join_next().await {
        ended??;
    }
    let log = Arc::new(Log::append(folder, "clients.jsonl")?);
    let mut http = Http::new("person".to_owned(), world.fronts(), log, options.seed);
    println!("{:?}: peace", begun.elapsed());
    let helped = settle::settle(&mut world, &mut http).await?;
    println!("{:?}: everything has ended, {helped} were retried", begun.elapsed());
    gather::end(&mut world, &mut http).await?;
    let deleted = {
        done.notify_one();
        let mut calls = calls.await??;
        pronounce(&checker::check(folder)?, folder)?;
        let deleted = settle::delete_a_part(&mut http).await?;
        settle::settle(&mut world, &mut http).await?;
        calls.fetch().await?;
        deleted
    };
    println!("{:?}: {deleted} deletions have ended, one of a whole district", begun.elapsed());
    gather::end(&mut world, &mut http).await?;
    pronounce(&checker::check(folder)?, folder)
}

fn print(what: &str, counts: &BTreeMap<String, u64>) {
    println!("{what}:");
    for (name, count) in counts {
        println!("  {name:<33} {count:>7}");
    }
}

fn pronounce(verdict: &Verdict, folder: &Path) -> Result<()> {
    println!("{verdict}");
    if !verdict.violations.is_empty() {
        bail!("{} promises were broken; logs and journals are in {}", verdict.violations.len(), folder.display());
    }
    Ok(())
}
