//! `make demo`: everything on this machine, a district and a heritage made before your eyes, and the dashboard left open.

use std::path::PathBuf;
use std::process::{Command, ExitStatus};

use anyhow::{Result, ensure};
use tests::process::binary;
use tests::{Aws, Settings, Stack};

/// Simulated seconds per second: a NAT gateway takes seconds instead of minutes, and there is still something to see.
const SPEED: f64 = 15.0;

#[tokio::main]
async fn main() -> Result<()> {
    println!("Starting Redis, the AWS simulator ({SPEED} times as fast as AWS), one API and two workers.");
    let settings = Settings { aws: Aws::Simulator { speed: SPEED }, workers: 2, ..Settings::default() };
    let stack = Stack::with(settings.env("BARCELONA_POLL_FLOOR_MS", "200").env("RUST_LOG", "info")).await?;
    let bcn = Bcn { program: binary("bcn")?, endpoint: stack.api.base.clone() };

    bcn.type_in("district create dev --cluster-size 2")?;
    bcn.type_in("app create web-app --district dev --image nginx:1.9 --service web --port 80:80 --memory 256")?;
    bcn.type_in("app scale web-app web 2")?;
    bcn.type_in("app show web-app")?;
    bcn.type_in("op list")?;

    println!("\nThe dashboard is open at {}/ui", stack.api.base);
    println!("    its token is {}", tests::stack::TOKEN);
    println!("The command line, in another terminal:");
    println!("    export BARCELONA_ENDPOINT={} BARCELONA_TOKEN={}", stack.api.base, tests::stack::TOKEN);
    println!("    {} op list", bcn.program.display());
    if std::env::var_os("DEMO_EXIT").is_none() {
        println!("Ctrl-C ends all of it.");
        tokio::signal::ctrl_c().await?;
        println!();
    }
    Ok(())
}

/// `bcn`, as a person would type it.
struct Bcn {
    program: PathBuf,
    endpoint: String,
}

impl Bcn {
    fn type_in(&self, line: &str) -> Result<()> {
        println!("\n$ bcn {line}");
        let mut command = Command::new(&self.program);
        command.args(line.split(' ')).env("BARCELONA_ENDPOINT", &self.endpoint);
        let status: ExitStatus = command.env("BARCELONA_TOKEN", tests::stack::TOKEN).status()?;
        ensure!(status.success(), "bcn {line} ended with {status}");
        Ok(())
    }
}
