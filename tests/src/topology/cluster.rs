//! A cluster: three masters and a replica of each.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use super::{Node, Servers, Topology, failover};

/// Masters and replicas.
const NODES: usize = 6;
/// Milliseconds after which a silent node counts as failed.
const SILENT_MS: &str = "1000";

pub(super) async fn start(dir: &Path) -> Result<Servers> {
    let mut nodes = vec![];
    for number in 0..NODES {
        let arguments =
            ["--cluster-enabled", "yes", "--cluster-node-timeout", SILENT_MS, "--cluster-config-file", "nodes"];
        // A replica that was out of touch for long may still become master: here it is never behind for good.
        let arguments = [&arguments[..], &["--cluster-replica-validity-factor", "0"]].concat();
        nodes.push(Node::start(&format!("cluster-{number}"), dir, &arguments).await?);
    }
    let addresses: Vec<String> = nodes.iter().map(|node| format!("127.0.0.1:{}", node.port)).collect();
    let mut command = Command::new("redis-cli");
    command.args(["--cluster", "create"]).args(&addresses).args(["--cluster-replicas", "1", "--cluster-yes"]);
    let made = command.output()?;
    ensure!(made.status.success(), "no cluster: {}", String::from_utf8_lossy(&made.stdout));
    for node in &nodes {
        failover::until(&format!("node {} is in the cluster", node.port), async || is_ready(node).await).await?;
    }
    let url = format!("redis+cluster://{}", addresses.join(","));
    Ok(Servers { topology: Topology::Cluster, nodes, sentinels: vec![], url, tls: None })
}

/// Whether it sees every slot served, and, as a replica, its master.
async fn is_ready(node: &Node) -> Result<bool> {
    let mut connection = node.connection().await?;
    let cluster: String = redis::cmd("CLUSTER").arg("INFO").query_async(&mut connection).await?;
    let replication: String = redis::cmd("INFO").arg("replication").query_async(&mut connection).await?;
    let is_linked = replication.contains("connected_slaves:1") || replication.contains("master_link_status:up");
    Ok(cluster.contains("cluster_state:ok") && is_linked)
}
