//! A master with two replicas, and three sentinels that put one of them in its place when it is away.

use std::path::Path;

use anyhow::Result;

use super::{Node, Servers, Topology, failover};
use crate::process::free_port;

/// What the sentinels call it.
pub(super) const MASTER: &str = "main";
/// Milliseconds after which a silent master counts as failed.
const SILENT_MS: u32 = 1000;
/// Milliseconds after which a failover that got stuck is tried again.
const FAILOVER_MS: u32 = 5000;
/// Sentinels, and how many of them must agree that the master is away.
const SENTINELS: usize = 3;
const QUORUM: usize = 2;

pub(super) async fn start(dir: &Path) -> Result<Servers> {
    let master = Node::start("redis-0", dir, &[]).await?;
    let (port, mut nodes) = (master.port.to_string(), vec![master]);
    for number in 1..3 {
        nodes.push(Node::start(&format!("redis-{number}"), dir, &["--replicaof", "127.0.0.1", &port]).await?);
    }
    let mut sentinels = vec![];
    for number in 0..SENTINELS {
        sentinels.push(sentinel(&format!("sentinel-{number}"), dir, &port).await?);
    }
    for one in &sentinels {
        failover::until("each sentinel knows the others and the replicas", async || knows_all(one).await).await?;
    }
    let addresses: Vec<String> = sentinels.iter().map(|node| format!("127.0.0.1:{}", node.port)).collect();
    let url = format!("redis+sentinel://{}/{MASTER}", addresses.join(","));
    Ok(Servers { topology: Topology::Sentinel, nodes, sentinels, url, tls: None })
}

/// A sentinel keeps what it knows in its file of settings.
async fn sentinel(name: &str, dir: &Path, master: &str) -> Result<Node> {
    let port = free_port()?;
    std::fs::create_dir_all(dir.join(name))?;
    let file = dir.join(name).join("sentinel.conf");
    let settings = format!(
        "port {port}\nsentinel monitor {MASTER} 127.0.0.1 {master} {QUORUM}\n\
         sentinel down-after-milliseconds {MASTER} {SILENT_MS}\nsentinel failover-timeout {MASTER} {FAILOVER_MS}\n"
    );
    std::fs::write(&file, settings)?;
    let client = redis::Client::open(format!("redis://127.0.0.1:{port}"))?;
    let file = file.display().to_string();
    Node::start_on(port, client, Path::new("redis-server"), name, dir, &[&file, "--sentinel"]).await
}

async fn knows_all(sentinel: &Node) -> Result<bool> {
    let mut connection = sentinel.connection().await?;
    let mut ask = redis::cmd("SENTINEL");
    ask.arg("MASTER").arg(MASTER);
    let told: std::collections::HashMap<String, String> = ask.query_async(&mut connection).await?;
    let is = |name: &str, value: usize| told.get(name).is_some_and(|it| *it == value.to_string());
    Ok(is("num-slaves", 2) && is("num-other-sentinels", SENTINELS - 1))
}
