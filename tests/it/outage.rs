//! Redis is away for longer than a lease: workers stop calling AWS, the API refuses at once, and when Redis is back each
//! operation goes on once, without a rush.

mod evidence;

use std::time::{Duration, Instant};

use futures::StreamExt as _;
use serde_json::json;
use tests::{Client, Settings, Stack};

use crate::frames;
use evidence::{after_crash, assert_one_worker_at_a_time, assert_things_once, calls_until};

const LONG: Duration = Duration::from_secs(180);
const WORKERS: usize = 3;
const DISTRICTS: usize = 5;
const LEASE: Duration = Duration::from_millis(2_000);
/// How much longer than a lease Redis is away.
const BEYOND: Duration = Duration::from_millis(2_500);
/// How soon a store that is known to be away is said to be: what a request takes on a machine that is busy with other tests.
const AT_ONCE: Duration = Duration::from_millis(1_500);
/// How soon it is noticed to be away: the patience for one answer of it, and as much more.
const ONCE_NOTICED: Duration = Duration::from_millis(4_500);
/// How long claims are counted after Redis is back.
const RUSH: Duration = Duration::from_secs(2);
/// Claims and tries to claim in that time: what there is to claim, and of each idle worker ten a second.
const MOST_CLAIMS: usize = DISTRICTS + WORKERS * 20;
/// Connections opened in that time: of each process a few.
const MOST_CONNECTIONS: u64 = 40;

/// How Redis goes away.
#[derive(Clone, Copy, Debug)]
enum Outage {
    /// Its process is killed: connections break, and nobody listens.
    Killed,
    /// Its process is frozen: connections stand, and nobody answers.
    Frozen,
}

impl Outage {
    fn begin(self, stack: &mut Stack) {
        match self {
            Outage::Killed => stack.redis.process.kill().unwrap(),
            Outage::Frozen => stack.redis.process.freeze().unwrap(),
        }
    }

    async fn end(self, stack: &mut Stack) {
        match self {
            Outage::Killed => stack.redis.restart().await.unwrap(),
            Outage::Frozen => stack.redis.process.thaw().unwrap(),
        }
    }
}

/// Workers that name themselves in every call to AWS, and districts that are being made.
async fn begin() -> (Stack, Vec<String>) {
    let lease = LEASE.as_millis().to_string();
    let settings = Settings { workers: 0, alone: true, ..Settings::default() }.env("BARCELONA_LEASE_MS", &lease);
    let mut stack = Stack::with(settings.env("BARCELONA_BUDGETS", "off")).await.unwrap();
    for nth in 0..WORKERS {
        // <https://docs.aws.amazon.com/sdkref/latest/guide/feature-appid.html>
        let name = format!("worker-{nth}");
        stack.add_worker_with(&[("AWS_SDK_UA_APP_ID", &name), ("BARCELONA_CONCURRENCY", "3")]).unwrap();
    }
    stack.aws.slow_down(150).await.unwrap();
    let mut ids = vec![];
    for nth in 0..DISTRICTS {
        let body = json!({"name": format!("dev-{nth}")});
        ids.push(stack.api.post("/v1/districts", &body).await.unwrap().operation().unwrap());
    }
    for id in &ids {
        stack.step_reaches(id, "create_vpc", &["running", "waiting", "succeeded"]).await.unwrap();
    }
    (stack, ids)
}

/// Asks the API again and again while Redis is away: it refuses, and once it knows, at once.
async fn refused_for(api: &Client, time: Duration, id: &str) {
    let begun = Instant::now();
    let mut knows = false;
    let mut asked = 0;
    while begun.elapsed() < time {
        let sent = Instant::now();
        let answer = match asked % 3 {
            0 => api.post("/v1/districts", &json!({"name": "late"})).await.unwrap(),
            1 => api.get(&format!("/v1/operations/{id}")).await.unwrap(),
            _ => api.get("/readyz").await.unwrap(),
        };
        let took = sent.elapsed();
        assert_eq!((answer.status, &answer.body["code"]), (503, &json!("store_unavailable")), "{:#}", answer.body);
        assert_eq!(answer.headers["retry-after"], "1");
        let limit = if knows { AT_ONCE } else { ONCE_NOTICED };
        assert!(took < limit, "request {asked} was answered after {took:?}");
        knows = true;
        asked += 1;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(asked > 2, "only {asked} requests were answered");
}

/// Counts claims, successful or not, from now on.
async fn claims_for(url: &str, time: Duration) -> usize {
    let monitor = redis::Client::open(url).unwrap().get_async_monitor().await.unwrap();
    let commands = monitor.into_on_message::<String>();
    let is_claim = |command: &String| command.contains("after_crash") && command.to_lowercase().contains("evalsha");
    let claims = commands.filter(|command| futures::future::ready(is_claim(command)));
    claims.take_until(tokio::time::sleep(time)).count().await
}

async fn connections(stack: &Stack) -> u64 {
    let mut connection = stack.redis.connection().await.unwrap();
    let info: String = redis::cmd("INFO").arg("stats").query_async(&mut connection).await.unwrap();
    let count = info.lines().find_map(|line| line.strip_prefix("total_connections_received:")).unwrap();
    count.trim().parse().unwrap()
}

async fn outage(outage: Outage) {
    let (mut stack, ids) = begin().await;
    let (api, path) = (stack.api.clone(), format!("/v1/operations/{}/events", ids[0]));
    let watched = tokio::spawn(async move {
        let (mut seen, mut ended) = (vec![], false);
        while !ended {
            let last = seen.last().map(u64::to_string);
            let each = |frame: frames::Frame| {
                seen.extend(Some(frame.event.as_str()).filter(|it| !["snapshot", "end"].contains(it)).and(frame.seq()));
                ended = frame.event == "end";
                ended
            };
            // A stream that cannot be opened while the store is away is asked for again, as clients do.
            let status = frames::read(&api, &path, last.as_deref(), each).await.unwrap();
            assert!([200, 503].contains(&status), "{status}");
            tokio::time::sleep(Duration::from_millis(if status == 503 { 200 } else { 0 })).await;
        }
        seen
    });

    let before = match outage {
        // A server that starts counts anew.
        Outage::Killed => 0,
        Outage::Frozen => connections(&stack).await,
    };
    outage.begin(&mut stack);
    refused_for(&stack.api, LEASE + Duration::from_millis(500), &ids[0]).await;
    let at_lease_end = calls_until(&stack).await;
    refused_for(&stack.api, BEYOND, &ids[0]).await;
    assert_eq!(calls_until(&stack).await, at_lease_end, "AWS was called without a lease");
    outage.end(&mut stack).await;
    let claims = claims_for(&stack.redis.url(), RUSH).await;
    let opened = connections(&stack).await - before;

    for id in &ids {
        stack.api.succeeded(id, LONG).await.unwrap();
        assert_eq!(after_crash(&stack, id).await, 1, "{id} was resumed more than once");
    }
    let late = stack.api.get("/v1/districts/late").await.unwrap();
    println!("{outage:?}: {claims} claims in {RUSH:?} after Redis was back, {opened} new connections");
    assert!(claims <= MOST_CLAIMS, "a rush of {claims} claims");
    assert!(opened <= MOST_CONNECTIONS, "{opened} connections");
    assert!([200, 404].contains(&late.status), "{:#}", late.body);
    let seen = watched.await.unwrap();
    assert_eq!(seen, (1..=seen.len() as u64).collect::<Vec<_>>(), "the stream went on, without a gap");
    assert_one_worker_at_a_time(&stack, &ids).await;
    assert_things_once(&stack).await;
    for worker in &mut stack.workers {
        assert!(worker.is_running(), "a worker ended:\n{}", worker.log_tail(40));
    }
}

#[tokio::test]
async fn a_redis_that_dies_for_longer_than_a_lease_costs_a_pause_and_nothing_else() {
    outage(Outage::Killed).await;
}

#[tokio::test]
async fn a_redis_that_hangs_for_longer_than_a_lease_costs_a_pause_and_nothing_else() {
    outage(Outage::Frozen).await;
}
