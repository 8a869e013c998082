//! Writes that replicas confirm, and what a failover loses of those that they do not.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use shared::store::{Accepted, Checkpoint, Settings, StoreError};
use tempfile::TempDir;

use crate::fixture::{Bench, on, provision};

/// A Redis that others can follow.
struct Server {
    process: Child,
    port: u16,
    _dir: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    fn start(arguments: &[&str]) -> Server {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let dir = tempfile::tempdir().unwrap();
        let mut command = Command::new("redis-server");
        command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes"]);
        // A replica that comes back is synchronised at once, and not after the usual five seconds.
        command.args(["--repl-diskless-sync-delay", "0"]).args(arguments).arg("--dir").arg(dir.path());
        Server { process: command.stdout(Stdio::null()).spawn().unwrap(), port, _dir: dir }
    }

    /// A replica that has everything, and has said so.
    async fn following(&self) -> Server {
        let replica = Server::start(&["--replicaof", "127.0.0.1", &self.port.to_string()]);
        while self.replicas().await == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        replica
    }

    async fn replicas(&self) -> u32 {
        let client = redis::Client::open(self.url()).unwrap();
        let Ok(mut connection) = client.get_multiplexed_async_connection().await else { return 0 };
        redis::cmd("WAIT").arg(1).arg(100).query_async(&mut connection).await.unwrap_or_default()
    }

    /// Takes over: follows nobody any longer.
    async fn promote(&self) {
        let client = redis::Client::open(self.url()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let () = redis::cmd("REPLICAOF").arg("NO").arg("ONE").query_async(&mut connection).await.unwrap();
    }

    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    async fn bench(&self, redis_wait_replicas: u32) -> Bench {
        let lease_ms = 60_000;
        let settings = Settings { redis_url: self.url(), redis_wait_replicas, lease_ms, ..Settings::default() };
        on(settings).await
    }
}

fn is_unconfirmed<T>(answer: &Result<T, StoreError>) -> bool {
    matches!(answer, Err(StoreError::Unconfirmed { confirmed: 0, wanted: 1 }))
}

/// Asks as callers do, again and again until a replica has it: on a busy machine it may take more than a second.
async fn insisted<T>(call: impl AsyncFn() -> Result<T, StoreError>) -> T {
    loop {
        let answer = call().await;
        if !matches!(answer, Err(StoreError::Unconfirmed { .. })) {
            return answer.unwrap();
        }
    }
}

#[tokio::test]
async fn what_no_replica_has_counts_only_once_one_has_it() {
    let master = Server::start(&[]);
    let replica = master.following().await;
    let bench = master.bench(1).await;
    drop(replica);

    let acceptance = provision();
    assert!(is_unconfirmed(&bench.accept(&acceptance).await));
    assert!(
        is_unconfirmed(&bench.accept(&acceptance).await),
        "a repeat writes nothing, and is not taken for confirmed"
    );
    assert!(is_unconfirmed(&bench.claim("w").await));
    assert_eq!(bench.journalled(&acceptance.id).await, ["accepted"], "nobody claims what would only be given back");

    let _replica = master.following().await;
    let accepted = insisted(async || bench.accept(&acceptance).await).await;
    assert!(matches!(accepted, Accepted::New(it) if it.id == acceptance.id));
    let claim = insisted(async || bench.claim("w").await).await.expect("it is ready");
    assert_eq!(claim.operation.id, acceptance.id);
}

#[tokio::test]
async fn a_claim_that_no_replica_has_is_given_back_and_counts_no_crash() {
    let master = Server::start(&[]);
    let replica = master.following().await;
    let bench = master.bench(1).await;
    let acceptance = provision();
    insisted(async || bench.accept(&acceptance).await).await;
    let id = acceptance.id;
    drop(replica);
    assert!(is_unconfirmed(&bench.claim("w").await));

    let _replica = master.following().await;
    let claim = insisted(async || bench.claim("w").await).await.expect("it is ready");
    assert_eq!((claim.operation.id, claim.crashes, claim.after_crash), (id, 0, false));
}

#[tokio::test]
async fn a_claim_that_a_failover_lost_does_not_share_its_fence_with_the_next() {
    let master = Server::start(&[]);
    let replica = master.following().await;
    let before = master.bench(1).await;
    let acceptance = provision();
    insisted(async || before.accept(&acceptance).await).await;
    let id = acceptance.id;
    replica.promote().await;
    let unconfirmed = master.bench(0).await;
    let lost = unconfirmed.claimed().await;

    let after = replica.bench(0).await;
    let next = after.claimed().await;
    assert_eq!((&lost.operation.id, &next.operation.id), (&id, &id));
    let counter = |fence: &str| fence.split(':').next().map(str::to_owned);
    assert_eq!(counter(&lost.fence.0), counter(&next.fence.0), "counters alone would be the same");
    let stale = after.checkpoint(&id, &lost.fence, &Checkpoint::default()).await;
    assert!(matches!(stale, Err(StoreError::Fenced)), "{stale:?}");
}
