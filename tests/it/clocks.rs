//! Workers whose wall clocks are wrong by minutes: everything that lasts goes by Redis' clock.

use std::time::Duration;

use serde_json::json;
use tests::{Settings, Stack};

const LONG: Duration = Duration::from_secs(120);
const LEASE_MS: u64 = 2_000;
/// A timer of a parked operation is never further away.
const FURTHEST_TIMER_MS: u64 = 60_000;

/// The library that makes a process believe in another time; `make test` installs it.
fn faketime() -> String {
    let folders = std::fs::read_dir("/usr/lib").unwrap().filter_map(Result::ok);
    let mut libraries = folders.map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"));
    let library = libraries.find(|path| path.is_file()).expect("libfaketime is installed: `make test` does so");
    library.to_str().unwrap().to_owned()
}

fn add_worker_with_clock(stack: &mut Stack, offset: &str) -> usize {
    // Time that passes is not changed, as with a clock that is set wrong.
    let env = [("FAKETIME", offset), ("FAKETIME_DONT_FAKE_MONOTONIC", "1"), ("DONT_FAKE_MONOTONIC", "1")];
    stack.add_worker_with(&[&[("LD_PRELOAD", faketime().as_str())], &env[..]].concat()).unwrap()
}

/// Leases and timers end when Redis' clock says so.
async fn assert_timers_go_by_redis(stack: &Stack) -> usize {
    let mut redis = stack.redis.connection().await.unwrap();
    let mut seen = 0;
    for (key, furthest) in [("{barcelona}:leases", LEASE_MS), ("{barcelona}:delayed", FURTHEST_TIMER_MS)] {
        let mut look = redis::pipe();
        look.cmd("TIME").cmd("ZRANGE").arg(key).arg(0).arg(-1).arg("WITHSCORES");
        let ((seconds, micros), timers): ((u64, u64), Vec<(String, u64)>) = look.query_async(&mut redis).await.unwrap();
        let now = seconds * 1_000 + micros / 1_000;
        for (id, ends) in timers {
            assert!(ends <= now + furthest, "{key} of {id} ends in {} ms", ends - now);
            assert!(ends + 2_000 > now, "{key} of {id} ended {} ms ago", now - ends);
            seen += 1;
        }
    }
    seen
}

#[tokio::test]
async fn workers_whose_clocks_differ_by_minutes_keep_leases_and_delays_like_others() {
    let settings = Settings { workers: 0, ..Settings::default() }.env("BARCELONA_LEASE_MS", &LEASE_MS.to_string());
    let mut stack = Stack::with(settings).await.unwrap();
    let ahead = add_worker_with_clock(&mut stack, "+4m");
    stack.aws.slow_down(40).await.unwrap();
    let id = stack.api.post("/v1/districts", &json!({"name": "dev"})).await.unwrap().operation().unwrap();
    stack.step_reaches(&id, "create_vpc", &["succeeded"]).await.unwrap();
    assert!(assert_timers_go_by_redis(&stack).await > 0, "it is under a lease");
    let behind = add_worker_with_clock(&mut stack, "-4m");
    stack.workers[ahead].kill().unwrap();
    let resumed = |operation: &serde_json::Value| operation["state"] != "queued";
    stack.api.operation_until(&id, LONG, resumed).await.unwrap();
    stack.api.succeeded(&id, LONG).await.unwrap();
    assert!(stack.workers[behind].is_running());

    let page = stack.api.get(&format!("/v1/operations/{id}/events?limit=1000")).await.unwrap().body;
    let entries = page["events"].as_array().unwrap();
    let moment =
        |entry: &serde_json::Value| entry["at"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert!(entries.is_sorted_by_key(moment), "{entries:#?}");
    let crash = entries.iter().position(|entry| entry["after_crash"] == true).expect("the first worker was killed");
    let silence = (moment(&entries[crash]) - moment(&entries[crash - 1])).num_milliseconds();
    assert!(silence < 3 * LEASE_MS as i64, "the lease of a worker that is ahead lasted {silence} ms");
    let lasted = (moment(&entries[entries.len() - 1]) - moment(&entries[0])).num_seconds();
    assert!(lasted < 100, "a clock that is wrong by minutes shows: {lasted} s");
    for nth in [ahead, behind] {
        let log = stack.workers[nth].log();
        assert!(log.contains("AWS answers"), "{log}");
    }
}
