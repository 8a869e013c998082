//! `bcn`, Barcelona's command line: reads what was typed, does it, and ends with a status that says how it went.

mod app;
mod district;
mod exit;
mod operation;
mod options;
mod print;
mod screen;
mod service_options;
mod session;

use std::process::ExitCode;

use crate::options::{Bcn, Command};
use crate::session::Session;

#[tokio::main]
async fn main() -> ExitCode {
    let bcn = options::typed();
    let output = bcn.connection.output;
    match run(bcn).await {
        Ok(ending) => ending.into(),
        Err(error) => print::error::show(&error, output).into(),
    }
}

async fn run(bcn: Bcn) -> anyhow::Result<exit::Ending> {
    let session = Session::open(&bcn.connection)?;
    match bcn.command {
        Command::District { command } => district::run(&session, command).await,
        Command::App { command } => app::run(&session, command).await,
        Command::Op { command } => operation::run(&session, command).await,
    }
}
