//! The store in every topology of Redis: what it promises holds there too, and when the server that has the keys is killed.

mod failover;

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use shared::store::Store;
use tempfile::TempDir;
use tests::{Servers, Settings, Stack, TOPOLOGIES, Topology};

pub(crate) async fn servers(topology: Topology) -> (Servers, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    (topology.start(dir.path()).await.unwrap(), dir)
}

/// A stack on these servers instead of a Redis of its own.
async fn stack_on(servers: &Servers) -> Stack {
    let settings = Settings { workers: 2, env: servers.env(), ..Settings::default() };
    Stack::with(settings).await.unwrap()
}

#[tokio::test]
async fn a_store_opens_in_every_topology_and_loses_no_writes_there() {
    for topology in TOPOLOGIES {
        let (servers, _dir) = servers(topology).await;
        let store = Store::connect(&servers.settings("tried"), Duration::from_secs(10)).await.unwrap();
        let health = store.health().await.unwrap();
        assert!(health.writable, "{topology:?}");
        assert_eq!(health.may_lose_writes, None, "{topology:?}");
    }
}

/// The whole suite of the store, on these servers; what is checked as a model asks no server.
async fn keeps_the_suite(topology: Topology) {
    let (servers, _dir) = servers(topology).await;
    let mut suite = tests::process::suite("store").unwrap();
    for (name, value) in servers.env() {
        suite.env(name.replace("BARCELONA_REDIS", "STORE_SUITE").replace("REDIS_URL", "STORE_SUITE_URL"), value);
    }
    suite.args(["--", "--skip", "protocol::check"]).env("STORE_SUITE_NODES", servers.node_urls().join(","));
    let ended = tokio::task::spawn_blocking(move || suite.output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success(), "{topology:?}\n{said}\n{}", String::from_utf8_lossy(&ended.stderr));
    assert!(said.contains("test result: ok"), "{said}");
}

#[tokio::test]
async fn the_suite_of_the_store_holds_with_tls() {
    keeps_the_suite(Topology::Tls).await;
}

#[tokio::test]
async fn the_suite_of_the_store_holds_on_a_cluster() {
    keeps_the_suite(Topology::Cluster).await;
}

#[tokio::test]
async fn the_suite_of_the_store_holds_behind_sentinels() {
    keeps_the_suite(Topology::Sentinel).await;
}

#[tokio::test]
async fn the_suite_of_the_store_holds_on_valkey() {
    keeps_the_suite(Topology::Valkey).await;
}

/// A district and a heritage are made, and nothing else is used than these servers.
async fn provisions(topology: Topology) {
    let (servers, _dir) = servers(topology).await;
    let stack = stack_on(&servers).await;
    stack.change(Method::POST, "/v1/districts", Some(&json!({"name": "dev"}))).await.unwrap();
    let heritage =
        json!({"name": "shop", "image_name": "nginx", "services": [{"name": "web", "cpu": 64, "memory": 64}]});
    stack.change(Method::POST, "/v1/districts/dev/heritages", Some(&heritage)).await.unwrap();
    let mut own = stack.redis.connection().await.unwrap();
    let keys: Vec<String> = redis::cmd("KEYS").arg("*").query_async(&mut own).await.unwrap();
    assert!(keys.is_empty(), "the stack's own Redis is not used: {keys:?}");
}

#[tokio::test]
async fn a_heritage_is_made_on_a_redis_that_speaks_tls_only() {
    provisions(Topology::Tls).await;
}

#[tokio::test]
async fn a_heritage_is_made_on_valkey() {
    provisions(Topology::Valkey).await;
}
