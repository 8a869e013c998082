//! One server of a topology.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use redis::aio::MultiplexedConnection;

use crate::process::{Process, free_port, until};

/// A server that can be killed and started again on the same port with the same data.
#[derive(Debug)]
pub struct Node {
    /// Its process.
    pub process: Process,
    /// Where it listens.
    pub port: u16,
    client: redis::Client,
    program: PathBuf,
    name: String,
    dir: PathBuf,
    arguments: Vec<String>,
}

/// As durable as the one that we ship.
const DURABLE: [&str; 8] =
    ["--save", "", "--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction"];

impl Node {
    /// Starts a Redis that keeps data in a folder of its own in `dir`.
    pub(super) async fn start(name: &str, dir: &Path, arguments: &[&str]) -> Result<Node> {
        Node::start_program(Path::new("redis-server"), name, dir, arguments).await
    }

    /// The same with another program.
    pub(super) async fn start_program(program: &Path, name: &str, dir: &Path, arguments: &[&str]) -> Result<Node> {
        let port = free_port()?;
        let port_text = port.to_string();
        let arguments = [&["--port", &port_text], &DURABLE[..], arguments].concat();
        Node::start_on(port, redis::Client::open(url(port))?, program, name, dir, &arguments).await
    }

    /// Starts a server with exactly these arguments, and waits until it answers `client`.
    pub(super) async fn start_on(
        port: u16,
        client: redis::Client,
        program: &Path,
        name: &str,
        dir: &Path,
        arguments: &[&str],
    ) -> Result<Node> {
        let dir = dir.join(name);
        std::fs::create_dir_all(&dir)?;
        let arguments: Vec<String> = arguments.iter().map(|&text| text.to_owned()).collect();
        let process = spawn(program, name, &dir, &arguments)?;
        let name = name.to_owned();
        let mut node = Node { process, port, client, program: program.to_owned(), name, dir, arguments };
        node.answers().await?;
        Ok(node)
    }

    /// `redis://127.0.0.1:…`
    pub fn url(&self) -> String {
        url(self.port)
    }

    /// A connection for looking at what stands in it.
    pub async fn connection(&self) -> Result<MultiplexedConnection> {
        let connected = self.client.get_multiplexed_async_connection().await;
        connected.with_context(|| format!("{} takes no connection", self.name))
    }

    /// Ends it with `SIGKILL`.
    pub fn kill(&mut self) -> Result<()> {
        self.process.kill()
    }

    /// Starts it again after it was killed.
    pub async fn restart(&mut self) -> Result<()> {
        self.process = spawn(&self.program, &self.name, &self.dir, &self.arguments)?;
        self.answers().await
    }

    async fn answers(&mut self) -> Result<()> {
        let client = self.client.clone();
        until(&mut self.process, async || answers(&client).await).await
    }
}

fn url(port: u16) -> String {
    format!("redis://127.0.0.1:{port}")
}

fn spawn(program: &Path, name: &str, dir: &Path, arguments: &[String]) -> Result<Process> {
    let mut command = Command::new(program);
    command.args(arguments).args([OsStr::new("--bind"), OsStr::new("127.0.0.1"), OsStr::new("--dir"), dir.as_os_str()]);
    Process::start(name, dir, &mut command)
}

async fn answers(client: &redis::Client) -> bool {
    let Ok(mut connection) = client.get_multiplexed_async_connection().await else { return false };
    redis::cmd("PING").query_async::<String>(&mut connection).await.is_ok()
}
