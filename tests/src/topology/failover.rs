//! Which server has the keys, and what happens when it dies.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use redis::Value;

use super::{Node, Servers, Topology};

/// How long a change of the topology may take.
const WITHIN: Duration = Duration::from_secs(60);

impl Servers {
    /// Kills the server that has the keys of a namespace, and returns its place in `nodes`.
    pub async fn kill_master(&mut self, namespace: &str) -> Result<usize> {
        let place = self.master(namespace).await?;
        self.nodes[place].kill()?;
        Ok(place)
    }

    /// Starts a killed server again. Where another one has taken its place it becomes a replica.
    pub async fn restart(&mut self, place: usize) -> Result<()> {
        self.nodes[place].restart().await
    }

    /// Waits until a server other than `from` has the keys of a namespace, and returns its place.
    pub async fn failed_over(&self, namespace: &str, from: usize) -> Result<usize> {
        until("another server takes over", async || {
            Ok(self.master_now(namespace).await.is_some_and(|place| place != from))
        })
        .await?;
        self.master(namespace).await
    }

    /// Waits until the server that has the keys of a namespace has so many replicas.
    pub async fn has_replicas(&self, namespace: &str, replicas: usize) -> Result<()> {
        until("replicas follow", async || {
            let mut connection = self.connection(namespace).await?;
            let role: Vec<Value> = redis::cmd("ROLE").query_async(&mut connection).await?;
            Ok(matches!(role.get(2), Some(Value::Array(followers)) if followers.len() >= replicas))
        })
        .await
    }

    /// The server that says that it has the keys of a namespace, and that the others would be led to.
    pub(super) async fn master_now(&self, namespace: &str) -> Option<usize> {
        match self.topology {
            Topology::Single | Topology::Tls | Topology::Valkey => Some(0),
            Topology::Cluster => self.first(async |node| owns(node, namespace).await).await,
            Topology::Sentinel => {
                let port = self.guarded().await?;
                let place = self.nodes.iter().position(|node| node.port == port)?;
                is_master(&self.nodes[place]).await.is_ok_and(|it| it).then_some(place)
            }
        }
    }

    async fn first(&self, is_it: impl AsyncFn(&Node) -> Result<bool>) -> Option<usize> {
        for (place, node) in self.nodes.iter().enumerate() {
            if is_it(node).await.is_ok_and(|it| it) {
                return Some(place);
            }
        }
        None
    }

    /// The master's port by what most sentinels say: one of them may not have heard yet.
    async fn guarded(&self) -> Option<u16> {
        let mut told = vec![];
        for sentinel in &self.sentinels {
            told.extend(named_by(sentinel).await);
        }
        told.iter().find(|port| told.iter().filter(|other| other == port).count() * 2 > self.sentinels.len()).copied()
    }
}

/// Whether a node of a cluster answers for a namespace's slot.
async fn owns(node: &Node, namespace: &str) -> Result<bool> {
    let mut connection = node.connection().await?;
    let key = format!("{{{namespace}}}");
    Ok(redis::cmd("EXISTS").arg(key).query_async::<u8>(&mut connection).await.is_ok() && is_master(node).await?)
}

async fn is_master(node: &Node) -> Result<bool> {
    let role: Vec<Value> = redis::cmd("ROLE").query_async(&mut node.connection().await?).await?;
    Ok(matches!(role.first(), Some(Value::BulkString(word)) if word == b"master"))
}

async fn named_by(sentinel: &Node) -> Result<u16> {
    let mut ask = redis::cmd("SENTINEL");
    ask.arg("GET-MASTER-ADDR-BY-NAME").arg(super::sentinel::MASTER);
    let (_, port): (String, u16) = ask.query_async(&mut sentinel.connection().await?).await?;
    Ok(port)
}

/// Waits until something is so.
pub(super) async fn until(what: &str, mut is_so: impl AsyncFnMut() -> Result<bool>) -> Result<()> {
    let begun = Instant::now();
    loop {
        match is_so().await {
            Ok(true) => return Ok(()),
            other if begun.elapsed() > WITHIN => bail!("not within {WITHIN:?}: {what} ({other:?})"),
            Ok(false) | Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}
