//! What was asked for.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Breaks everything for a while, then checks that nothing was lost, nothing happened twice and nothing is left behind.
#[derive(Clone, Debug, Parser)]
#[command(name = "chaos")]
pub struct Options {
    /// How long things are broken.
    #[arg(long, default_value_t = 120)]
    pub seconds: u64,
    /// What decides about everything that happens by chance.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Which Redis.
    #[arg(long, value_enum, default_value_t = Topology::Single)]
    pub redis: Topology,
    /// How many heritages.
    #[arg(long, default_value_t = 500)]
    pub heritages: usize,
    /// Over how many districts.
    #[arg(long, default_value_t = 5)]
    pub districts: usize,
    /// How many clients share them.
    #[arg(long, default_value_t = 40)]
    pub clients: usize,
    /// Where logs and what the checker reads are kept; a folder of its own under the system's temporary one when absent,
    /// which stays after a violation.
    #[arg(long)]
    pub folder: Option<PathBuf>,
    /// Only checks what an earlier run has left in this folder.
    #[arg(long)]
    pub check: Option<PathBuf>,
}

/// Which Redis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Topology {
    /// One server, killed now and then.
    Single,
}
