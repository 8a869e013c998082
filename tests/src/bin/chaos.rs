//! `make chaos`: everything is broken for a while, then a checker looks whether anything was lost, happened twice or was
//! left behind.

use anyhow::Result;
use clap::Parser as _;
use tests::chaos::options::Options;
use tests::chaos::run::run;

#[tokio::main]
async fn main() -> Result<()> {
    run(&Options::parse()).await
}
