//! What the journals and the calls that AWS received tell about an outage.

use std::collections::BTreeMap;

use serde_json::Value;
use tests::Stack;

use crate::account::Account;

/// Clocks of this test and rounding, in seconds: calls that are nearer to each other are not told apart.
const BLUR: f64 = 0.05;

/// One call for an operation, in seconds of the machine's clock since some moment.
struct Call {
    worker: String,
    what: String,
    begun: f64,
    ended: f64,
}

/// How many calls AWS has received.
pub(super) async fn calls_until(stack: &Stack) -> usize {
    stack.aws.calls().await.unwrap().len()
}

/// How often an operation was taken up after a lease had run out.
pub(super) async fn after_crash(stack: &Stack, id: &str) -> usize {
    let page = stack.api.get(&format!("/v1/operations/{id}/events?limit=1000")).await.unwrap().body;
    page["events"].as_array().unwrap().iter().filter(|entry| entry["after_crash"] == true).count()
}

/// The calls by operation, in the order in which they ended.
async fn calls(stack: &Stack) -> BTreeMap<String, Vec<Call>> {
    let clock = stack.aws.client.get("/_sim/clock").await.unwrap().body;
    let speed = clock["speed"].as_f64().unwrap();
    let mut all: BTreeMap<String, Vec<Call>> = BTreeMap::new();
    for call in stack.aws.calls().await.unwrap() {
        let agent = call["user_agent"].as_str().unwrap();
        let part = |name: &str| agent.split(' ').find_map(|part| part.strip_prefix(name)).map(str::to_owned);
        let (Some(operation), Some(worker)) = (part("op/"), part("app/")) else { continue };
        let at: chrono::DateTime<chrono::Utc> = call["at"].as_str().unwrap().parse().unwrap();
        let ended = at.timestamp_micros() as f64 / 1e6 / speed;
        let begun = ended - call["latency_ms"].as_f64().unwrap() / 1e3;
        let what = format!("{} {}", part("step/").unwrap_or_default(), call["operation"]);
        all.entry(operation).or_default().push(Call { worker, what, begun, ended });
    }
    all
}

/// For no operation a worker called while a call of another was under way, or took over without a claim.
pub(super) async fn assert_one_worker_at_a_time(stack: &Stack, ids: &[String]) {
    let calls = calls(stack).await;
    for id in ids {
        let of_one = &calls[id];
        for (nth, call) in of_one.iter().enumerate() {
            let others = of_one[..nth].iter().filter(|before| before.worker != call.worker);
            for other in others {
                let apart = call.begun - other.ended;
                assert!(
                    apart > -BLUR,
                    "{id}: {} of {} began {apart} s after {} of {}",
                    call.what,
                    call.worker,
                    other.what,
                    other.worker
                );
            }
        }
        let page = stack.api.get(&format!("/v1/operations/{id}/events?limit=1000")).await.unwrap().body;
        let claims = |entry: &&Value| entry["type"] == "claimed" || entry["type"] == "resumed";
        let claims = page["events"].as_array().unwrap().iter().filter(claims).count();
        let hands = 1 + of_one.windows(2).filter(|pair| pair[0].worker != pair[1].worker).count();
        assert!(hands <= claims, "{id} was in {hands} hands, and claimed {claims} times");
    }
}

/// Each district has one of what a district has.
pub(super) async fn assert_things_once(stack: &Stack) {
    let account = Account::at(&stack.aws.client.base);
    for nth in 0..super::DISTRICTS {
        let made = account.of_district(&format!("dev-{nth}")).await;
        for kind in ["vpc", "internet_gateway", "nat_gateway", "address", "launch_template", "cluster"] {
            assert_eq!(made[kind].len(), 1, "{kind}: {made:#?}");
        }
    }
}
