//! A real Redis of a test's own, as durable as the one that we ship.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::process::{Process, free_port, until};

/// A Redis server that can be killed and started again on the same port with the same data.
#[derive(Debug)]
pub struct RedisServer {
    /// The server.
    pub process: Process,
    port: u16,
    dir: PathBuf,
}

impl RedisServer {
    /// Starts one with its data in `dir`.
    pub async fn start(dir: &Path) -> Result<RedisServer> {
        let port = free_port()?;
        let process = spawn(dir, port).await?;
        Ok(RedisServer { process, port, dir: dir.to_owned() })
    }

    /// `redis://127.0.0.1:…`
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// A connection for looking at what stands in it.
    pub async fn connection(&self) -> Result<redis::aio::MultiplexedConnection> {
        Ok(redis::Client::open(self.url())?.get_multiplexed_async_connection().await?)
    }

    /// Starts it again after it was killed.
    pub async fn restart(&mut self) -> Result<()> {
        self.process = spawn(&self.dir, self.port).await?;
        Ok(())
    }
}

async fn spawn(dir: &Path, port: u16) -> Result<Process> {
    let mut command = Command::new("redis-server");
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes"]);
    command.args(["--appendfsync", "always", "--maxmemory-policy", "noeviction", "--hash-max-listpack-value", "8192"]);
    command.arg("--dir").arg(dir);
    let mut process = Process::start("redis", dir, &mut command)?;
    let url = format!("redis://127.0.0.1:{port}");
    until(&mut process, async || answers(&url).await).await?;
    Ok(process)
}

async fn answers(url: &str) -> bool {
    let Ok(client) = redis::Client::open(url) else { return false };
    let Ok(mut connection) = client.get_multiplexed_async_connection().await else { return false };
    redis::cmd("PING").query_async::<String>(&mut connection).await.is_ok()
}
