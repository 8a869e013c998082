//! The simulator as a process of its own, and what the system says of it.

use std::net::SocketAddr;
use std::process::{Child, Command};
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::net::{TcpListener, TcpStream};

/// A simulator whose clock stands still; it ends with this.
pub(crate) struct Simulator {
    child: Child,
    /// Where it answers.
    pub(crate) address: SocketAddr,
}

impl Simulator {
    /// Starts the simulator that was built with this program.
    pub(crate) async fn start() -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0").await?.local_addr()?;
        let program = std::env::current_exe()?.with_file_name("aws-sim");
        let arguments = ["--step", "--bind", &address.to_string()];
        let mut command = Command::new(&program);
        command.args(arguments).env("RUST_LOG", "warn");
        let child = command.spawn().with_context(|| format!("{} does not start", program.display()))?;
        let this = Self { child, address };
        for _ in 0..200 {
            if TcpStream::connect(address).await.is_ok() {
                return Ok(this);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        anyhow::bail!("the simulator does not answer on {address}")
    }

    /// Megabytes of memory that it has now, or had at most: `VmRSS` or `VmHWM`.
    pub(crate) fn megabytes(&self, field: &str) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':')).context("a status")?;
        let kibibytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kibibytes * 1024.0 / 1e6)
    }

    /// Seconds that it has kept processors busy.
    pub(crate) fn busy(&self) -> Result<f64> {
        busy(&self.child.id().to_string())
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Seconds that a process has kept processors busy; `self` is this one.
/// <https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html>
pub(crate) fn busy(process: &str) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, fields) = stat.rsplit_once(')').context("a line of fields")?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok()).context("a number");
    Ok((ticks(11)? + ticks(12)?) / 100.0)
}
