//! Running a case, and looking at everything after it.

use std::time::Duration;

use serde_json::Value;

use crate::bench::{Bench, Manner};
use crate::case::{Case, End, Run};
use crate::point::Trouble;
use crate::record::{self, QUICK, Recorded};

/// How long reads are taken to lag in cases in which they do: longer than any of them takes on a busy machine.
const LONG: Duration = Duration::from_millis(250);

/// What is wrong after a case; nothing when it is as it must be.
pub(crate) async fn run(bench: &mut Bench, case: &Case, recorded: &Recorded) -> Vec<String> {
    let restarts = case.fault.trouble == Trouble::Restart;
    bench.keep_writes(restarts).await;
    bench.open(Some(&recorded.start)).await;
    let operation = record::accepted(bench, &recorded.scenario.ask).await;
    let refused = recorded.refused.clone().filter(|_| case.run == Run::Back);
    bench.arm(Some(case.fault.clone()), refused, &operation).await;
    let lags = matches!(case.fault.trouble, Trouble::Lag | Trouble::LagAndCut);
    let manner = Manner { settle: if lags { LONG } else { QUICK }, ..record::manner(case.run) };
    let worked = bench.work(manner).await;
    let mut wrong: Vec<_> = worked.err().into_iter().collect();
    if bench.seam.hits() == 0 {
        wrong.push("the fault did not strike".to_owned());
    }
    bench.heal();
    let ended = bench.operation(&operation).await;
    wrong.extend(state(case, recorded, &ended));
    wrong.extend(at_rest(bench).await);
    if wrong.is_empty() {
        wrong.extend(left(bench, recorded, &ended).await);
    }
    if !wrong.is_empty() {
        wrong.push(format!("{ended:#}"));
    }
    wrong
}

/// Whether it ended as it may.
fn state(case: &Case, recorded: &Recorded, ended: &Value) -> Vec<String> {
    let state = ended["state"].as_str().unwrap_or_default();
    let may: &[&str] = match (case.run, case.end) {
        (Run::Back, End::AsClean) => &["failed"],
        (Run::Back, End::Refused) => &["stuck", "failed"],
        (_, End::AsClean) => &["succeeded"],
        (_, End::Cancelled) if removes(ended) => &["cancelled", "succeeded", "stuck"],
        (_, End::Cancelled) => &["cancelled", "succeeded"],
        (_, End::Refused) if removes(ended) => &["failed", "stuck"],
        (_, End::Refused) => &["failed"],
    };
    let name = recorded.scenario.name();
    (!may.contains(&state)).then(|| format!("{name} ended {state:?}, not {may:?}")).into_iter().collect()
}

/// Whether it takes services away for good, which cannot be taken back.
fn removes(ended: &Value) -> bool {
    let mut steps = ended["steps"].as_array().into_iter().flatten();
    steps.any(|step| step["name"].as_str().is_some_and(|name| name.starts_with("remove_service")))
}

/// Whether the world is as it must be after such an end; what is in between is retried.
async fn left(bench: &Bench, recorded: &Recorded, ended: &Value) -> Vec<String> {
    let state = ended["state"].as_str().unwrap_or_default();
    let seen = record::world(bench).await;
    let is_taken_back = !recorded.scenario.kind.is_deletion() && state != "stuck";
    match state {
        "succeeded" => return record::differences(&recorded.after, &seen),
        _ if is_taken_back => return record::differences(&recorded.before, &seen),
        _ => {}
    }
    let mut wrong = if state == "stuck" { residue(bench, ended) } else { vec![] };
    let id = ended["id"].as_str().unwrap_or_default();
    let (status, answer) = bench.ask("POST", &format!("/v1/operations/{id}/retry"), None).await;
    if status != 202 {
        wrong.push(format!("the retry is refused: {status} {answer:#}"));
        return wrong;
    }
    wrong.extend(bench.work(record::manner(Run::Forward)).await.err());
    let again = bench.operation(id).await;
    if again["state"] != "succeeded" {
        wrong.push(format!("the retry ended {}: {}", again["state"], again["error"]));
    }
    wrong.extend(at_rest(bench).await);
    wrong.extend(record::differences(&recorded.after, &record::world(bench).await));
    wrong
}

/// Whether everything on AWS that the operation's tag is on is named by its residue.
fn residue(bench: &Bench, ended: &Value) -> Vec<String> {
    let listed: Vec<_> =
        ended["residue"].as_array().into_iter().flatten().filter_map(|left| left["resource"].as_str()).collect();
    let inventory = bench.sim.inventory();
    let kinds =
        inventory.as_object().into_iter().flatten().flat_map(|(_, kinds)| kinds.as_object().into_iter().flatten());
    let things =
        kinds.flat_map(|(kind, things)| things.as_array().into_iter().flatten().map(move |thing| (kind, thing)));
    let made = things.filter(|(_, thing)| thing["tags"]["barcelona:operation"] == ended["id"]);
    let is_listed = |thing: &Value| {
        let words = [thing["id"].as_str(), thing["name"].as_str()];
        words.into_iter().flatten().any(|word| !word.is_empty() && listed.iter().any(|left| left.contains(word)))
    };
    // Instances and their disks go with the group that made them.
    let of_its_own = |kind: &str| !["instances", "volumes", "network_interfaces", "tasks"].contains(&kind);
    made.filter(|(kind, thing)| of_its_own(kind) && !is_listed(thing))
        .map(|(kind, thing)| format!("{kind} {} is left over and not listed in {listed:?}", thing["id"]))
        .collect()
}

/// Whether journals have no gap, and nothing is left in queue, leases, timers and orders.
async fn at_rest(bench: &Bench) -> Vec<String> {
    let mut wrong = bench.leftovers().await;
    let (_, answer) = bench.ask("GET", "/v1/operations?limit=100", None).await;
    for operation in answer["operations"].as_array().into_iter().flatten() {
        let id = operation["id"].as_str().unwrap_or_default();
        let ended = ["succeeded", "failed", "cancelled", "superseded", "stuck"];
        if !ended.contains(&operation["state"].as_str().unwrap_or_default()) {
            wrong.push(format!("{id} has not ended: {}", operation["state"]));
        }
        let (_, page) = bench.ask("GET", &format!("/v1/operations/{id}/events?limit=1000"), None).await;
        wrong.extend(journal(id, page["events"].as_array().map_or(&[], Vec::as_slice)));
    }
    wrong
}

/// Whether numbers have no gap, and no step succeeds twice without being taken back or tried again between.
fn journal(id: &str, entries: &[Value]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut done = std::collections::BTreeSet::new();
    for (at, entry) in entries.iter().enumerate() {
        if entry["seq"].as_u64() != Some(at as u64 + 1) {
            wrong.push(format!("{id}: entry {} has the number {}", at + 1, entry["seq"]));
        }
        let step = entry["step"].as_str().unwrap_or_default();
        match entry["type"].as_str() {
            Some("step_succeeded") if !done.insert(step) => wrong.push(format!("{id}: {step} succeeds twice")),
            Some("step_undone" | "undo_failed") => drop(done.remove(step)),
            _ => {}
        }
    }
    if entries.last().is_none_or(|last| last["type"] != "finished" && last["type"] != "superseded") {
        wrong.push(format!("{id}: the journal does not end with its end"));
    }
    wrong
}
