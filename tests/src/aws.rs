//! The AWS that a stack talks to: our simulator, or moto, the witness that nobody here wrote.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::client::Client;
use crate::process::{Process, binary, free_port, until};

/// Which AWS to start.
#[derive(Clone, Debug)]
pub enum Aws {
    /// The simulator, with its clock so many times faster than a wall clock.
    Simulator {
        /// Simulated seconds per second.
        speed: f64,
    },
    /// moto's server from its virtual environment.
    Moto,
}

/// A running AWS.
#[derive(Debug)]
pub struct Simulator {
    /// Its process.
    pub process: Process,
    /// `/_sim/…` of the simulator; AWS itself for the SDKs.
    pub client: Client,
}

impl Aws {
    /// Starts it.
    pub async fn start(&self, dir: &Path) -> Result<Simulator> {
        let port = free_port()?;
        let (mut command, ready) = match self {
            Aws::Simulator { speed } => {
                let mut command = Command::new(binary("aws-sim")?);
                command.args(["--bind", &format!("127.0.0.1:{port}"), "--speed", &speed.to_string()]);
                (command, "/_sim/clock")
            }
            Aws::Moto => {
                let mut command = Command::new(moto_server()?);
                command
                    .args(["-H", "127.0.0.1", "-p", &port.to_string()])
                    .env("MOTO_IAM_LOAD_MANAGED_POLICIES", "true");
                (command, "/moto-api/data.json")
            }
        };
        let mut process = Process::start("aws", dir, &mut command)?;
        let client = Client::new(&format!("http://127.0.0.1:{port}"), None);
        until(&mut process, async || client.get(ready).await.is_ok_and(|answer| answer.status == 200)).await?;
        Ok(Simulator { process, client })
    }
}

/// `moto_server` of the virtual environment that `make test` makes beside the build.
fn moto_server() -> Result<PathBuf> {
    let here = std::env::current_exe()?;
    let found = here.ancestors().map(|folder| folder.join("venv/bin/moto_server")).find(|path| path.is_file());
    found.context("moto is not installed: `make moto` installs it beside the build")
}

impl Simulator {
    /// Everything that exists, as the simulator lists it: service → type → things.
    pub async fn inventory(&self) -> Result<Value> {
        Ok(self.client.get("/_sim/inventory").await?.body)
    }

    /// Everything that exists with this tag.
    pub async fn inventory_of(&self, tag: &str, value: &str) -> Result<Value> {
        Ok(self.client.get(&format!("/_sim/inventory?tag={tag}={value}")).await?.body)
    }

    /// The calls that were made, oldest first.
    pub async fn calls(&self) -> Result<Vec<Value>> {
        let body = self.client.get("/_sim/calls").await?.body;
        body["calls"].as_array().cloned().with_context(|| format!("no calls in {body}"))
    }

    /// Forgets the calls that were made.
    pub async fn forget_calls(&self) -> Result<()> {
        self.client.delete("/_sim/calls").await.map(|_| ())
    }

    /// Asks for a fault; see the simulator's document for the fields.
    pub async fn fault(&self, fault: &Value) -> Result<()> {
        let answer = self.client.post("/_sim/faults", fault).await?;
        ensure!(answer.status < 300, "the simulator refused the fault: {} {}", answer.status, answer.body);
        Ok(())
    }

    /// Every call takes so many milliseconds longer.
    pub async fn slow_down(&self, delay_ms: u64) -> Result<()> {
        self.fault(&json!({"kind": "slow", "delay_ms": delay_ms})).await
    }

    /// Ends all faults.
    pub async fn heal(&self) -> Result<()> {
        self.client.delete("/_sim/faults").await.map(|_| ())
    }

    /// Ids of all things of a type.
    pub async fn ids(&self, service: &str, kind: &str) -> Result<Vec<String>> {
        let all = self.inventory().await?;
        let things = all[service][kind].as_array().cloned().unwrap_or_default();
        Ok(things.iter().filter_map(|thing| thing["id"].as_str().map(str::to_owned)).collect())
    }
}
