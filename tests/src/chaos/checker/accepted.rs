//! Nothing is lost and nothing comes from nowhere: every operation that was answered with 202 is there and has ended, and
//! every operation that is there was asked for.

use std::collections::BTreeSet;

use super::facts::Facts;
use super::verdict::Verdict;

const ENDS: [&str; 5] = ["succeeded", "failed", "cancelled", "superseded", "stuck"];

pub(super) fn check(facts: &Facts, verdict: &mut Verdict) {
    let mut told = BTreeSet::new();
    for one in facts.tries.iter().filter(|one| one.is_accepted()) {
        let operation = one.operation.as_deref();
        let is_there = operation.is_some_and(|id| facts.operation(id).is_some());
        verdict.holds("what was accepted is there", is_there, || {
            format!("{} was told 202 for {} {} with {operation:?}", one.client, one.method, one.path)
        });
        told.extend(operation);
    }
    for operation in &facts.end.operations {
        let has_ended = ENDS.contains(&operation.state());
        verdict.holds_of("every operation has ended", operation, has_ended, || {
            format!("it is {} ({:?})", operation.state(), operation.field("reason"))
        });
        let was_asked = told.contains(operation.id.as_str()) || operation.field("parent").is_some();
        verdict.holds_of("every operation was asked for", operation, was_asked, || {
            format!("no client was told of it; its key is {:?}", operation.field("idempotency_key"))
        });
    }
    let never_asked = |id: &str| !facts.tries.iter().any(|one| one.path == format!("/v1/operations/{id}/cancel"));
    for operation in facts.end.operations.iter().filter(|operation| operation.state() == "cancelled") {
        // A deletion cancels what stands before it, and the end of a create what waits behind it.
        let of_thing = |other: &&super::facts::Operation| {
            let (district, heritage) = (other.field("district"), other.field("heritage"));
            other.id != operation.id
                && district == operation.field("district")
                && (heritage.is_none() || heritage == operation.field("heritage"))
        };
        let took_away = facts.end.operations.iter().filter(of_thing).any(|other| {
            other.kind().starts_with("delete_") || ["create_heritage", "provision_district"].contains(&other.kind())
        });
        let is_due = !never_asked(&operation.id) || took_away;
        verdict.holds_of("nothing is cancelled unasked", operation, is_due, || "nobody asked for its end".to_owned());
    }
    for last_words in &facts.end.ended_by_themselves {
        verdict.holds("no process ends by itself", false, || last_words.clone());
    }
    verdict.holds("no process ends by itself", true, String::new);
}
