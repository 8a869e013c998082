//! The server that has the keys is killed with `SIGKILL` while operations are under way, and a replica takes over.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::json;
use tests::{Stack, Topology};

use super::{servers, stack_on};
use crate::account::Account;
use crate::crashes::assert_once;
use crate::watching;

/// The namespace of every stack.
const NAMESPACE: &str = "barcelona";
const LONG: Duration = Duration::from_secs(120);

#[tokio::test]
async fn behind_sentinels_a_failover_in_the_middle_loses_and_repeats_nothing() {
    fails_over(Topology::Sentinel).await;
}

#[tokio::test]
async fn on_a_cluster_the_failover_of_a_node_loses_and_repeats_nothing() {
    fails_over(Topology::Cluster).await;
}

async fn fails_over(topology: Topology) {
    let (mut servers, _dir) = servers(topology).await;
    let stack = stack_on(&servers).await;
    let account = Account::at(&stack.aws.client.base);
    stack.aws.slow_down(40).await.unwrap();
    let id = insist(&stack, "dev").await;
    stack.step_reaches(&id, "create_vpc", &["succeeded"]).await.unwrap();

    let breaking = async {
        let killed = servers.kill_master(NAMESPACE).await.unwrap();
        servers.failed_over(NAMESPACE, killed).await.unwrap();
        servers.restart(killed).await.unwrap();
        servers.has_replicas(NAMESPACE, 1).await.unwrap();
    };
    let (frames, (), names) = tokio::join!(watching::read(&stack, &id, None, |_| false), breaking, accepted(&stack));
    assert_eq!(stack.api.succeeded(&id, LONG).await.unwrap()["state"], "succeeded");

    assert_eq!(frames.last().unwrap().event, "end", "the stream goes on to the end");
    let seen: Vec<u64> = frames.iter().filter(|it| it.event != "end").filter_map(|it| it.seq()).collect();
    assert_eq!(seen, (1..=*seen.last().unwrap()).collect::<Vec<_>>(), "no gap and nothing twice");
    assert_eq!(frames.iter().filter(|it| it.event == "finished").count(), 1);
    let standing = stack.api.get("/v1/districts").await.unwrap();
    let standing = standing.body["districts"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap());
    assert_eq!(standing.map(str::to_owned).collect::<BTreeSet<_>>(), names, "all that was accepted");
    for name in names {
        assert_once(&account.of_district(&name).await);
    }
}

/// A client that makes three more districts while the server dies, and repeats until it is told that each is accepted:
/// what was accepted succeeds. All names of districts.
async fn accepted(stack: &Stack) -> BTreeSet<String> {
    let mut accepted = vec![];
    for name in ["one", "two", "three"] {
        accepted.push((name, insist(stack, name).await));
    }
    for (name, id) in &accepted {
        stack.api.succeeded(id, LONG).await.unwrap();
        assert_eq!(insist(stack, name).await, *id, "the same key is the same operation");
    }
    ["dev", "one", "two", "three"].map(str::to_owned).into()
}

/// Sends with an idempotency key until it is answered otherwise than "later".
async fn insist(stack: &Stack, name: &str) -> String {
    let (begun, body) = (Instant::now(), json!({"name": name}));
    loop {
        let headers = [("idempotency-key", name)];
        let answer = stack.api.send(reqwest::Method::POST, "/v1/districts", &headers, Some(&body)).await.unwrap();
        if answer.status != 503 {
            return answer.operation().unwrap();
        }
        assert!(answer.headers.contains_key("retry-after"), "{answer:?}");
        assert!(begun.elapsed() < LONG, "{answer:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
