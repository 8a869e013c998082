//! Redis in every topology that a store may have, on free loopback ports: one server, one with TLS, a cluster, a master
//! behind sentinels, and Valkey. Servers can be killed and started again; all end when they are dropped.

mod cluster;
mod failover;
mod node;
mod sentinel;
mod tls;
mod valkey;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use shared::store::Settings;

pub use node::Node;

/// How the servers of a store stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topology {
    /// One Redis.
    Single,
    /// One Redis that speaks TLS only, asks for a certificate and for a password.
    Tls,
    /// Three masters with a replica each.
    Cluster,
    /// A master, two replicas and three sentinels.
    Sentinel,
    /// One Valkey.
    Valkey,
}

/// Every topology.
pub const TOPOLOGIES: [Topology; 5] =
    [Topology::Single, Topology::Tls, Topology::Cluster, Topology::Sentinel, Topology::Valkey];

/// Running servers.
#[derive(Debug)]
pub struct Servers {
    /// How they stand together.
    pub topology: Topology,
    /// The servers that keep data; a killed one stays in its place.
    pub nodes: Vec<Node>,
    /// The sentinels.
    pub sentinels: Vec<Node>,
    url: String,
    tls: Option<tls::Files>,
}

impl Topology {
    /// Starts the servers, with their data and logs in `dir`.
    pub async fn start(self, dir: &Path) -> Result<Servers> {
        match self {
            Topology::Single => Servers::single(self, Node::start("redis", dir, &[]).await?),
            Topology::Tls => tls::start(dir).await,
            Topology::Cluster => cluster::start(dir).await,
            Topology::Sentinel => sentinel::start(dir).await,
            Topology::Valkey => {
                Servers::single(self, Node::start_program(&valkey::program()?, "valkey", dir, &[]).await?)
            }
        }
    }

    /// How many replicas can confirm a write.
    pub fn replicas(self) -> u32 {
        match self {
            Topology::Single | Topology::Tls | Topology::Valkey => 0,
            Topology::Cluster | Topology::Sentinel => 1,
        }
    }
}

impl Servers {
    fn single(topology: Topology, node: Node) -> Result<Servers> {
        let url = node.url();
        Ok(Servers { topology, nodes: vec![node], sentinels: vec![], url, tls: None })
    }

    /// What `REDIS_URL` says.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How each server that keeps data is reached.
    pub fn node_urls(&self) -> Vec<String> {
        match self.topology {
            Topology::Tls => vec![self.url.clone()],
            Topology::Single | Topology::Cluster | Topology::Sentinel | Topology::Valkey => {
                self.nodes.iter().map(Node::url).collect()
            }
        }
    }

    /// The settings of a store on these servers, whose writes are confirmed by a replica where there is one.
    pub fn settings(&self, namespace: &str) -> Settings {
        let tls = self.tls.as_ref();
        Settings {
            redis_url: self.url.clone(),
            redis_ca: tls.map(|files| files.ca.clone()),
            redis_cert: tls.map(|files| files.cert.clone()),
            redis_key: tls.map(|files| files.key.clone()),
            redis_wait_replicas: self.topology.replicas(),
            namespace: namespace.to_owned(),
            ..Settings::default()
        }
    }

    /// The same as environment of API and workers.
    pub fn env(&self) -> BTreeMap<String, String> {
        let path = |path: &PathBuf| path.display().to_string();
        let mut env = BTreeMap::from([
            ("REDIS_URL".to_owned(), self.url.clone()),
            ("BARCELONA_REDIS_WAIT_REPLICAS".to_owned(), self.topology.replicas().to_string()),
        ]);
        if let Some(files) = &self.tls {
            env.insert("BARCELONA_REDIS_CA".to_owned(), path(&files.ca));
            env.insert("BARCELONA_REDIS_CERT".to_owned(), path(&files.cert));
            env.insert("BARCELONA_REDIS_KEY".to_owned(), path(&files.key));
        }
        env
    }

    /// A connection to the server that has the keys of a namespace now, for looking at what stands in it.
    pub async fn connection(&self, namespace: &str) -> Result<redis::aio::MultiplexedConnection> {
        self.nodes[self.master(namespace).await?].connection().await
    }

    /// The place in `nodes` of the server that has the keys of a namespace now.
    pub async fn master(&self, namespace: &str) -> Result<usize> {
        self.master_now(namespace).await.with_context(|| format!("nobody has the keys of {namespace} just now"))
    }
}
