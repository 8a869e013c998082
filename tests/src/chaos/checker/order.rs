//! Operations on one thing run in the order of acceptance, one at a time; making and removing a district excludes all that
//! is on it.

use std::collections::BTreeMap;

use super::facts::Facts;
use super::spans::Span;
use super::verdict::Verdict;

pub(super) fn check(facts: &Facts, spans: &[Span<'_>], verdict: &mut Verdict) {
    let mut by_thing: BTreeMap<String, Vec<&Span<'_>>> = BTreeMap::new();
    for span in spans {
        by_thing.entry(span.operation.thing()).or_default().push(span);
    }
    for of_thing in by_thing.values_mut() {
        of_thing.sort_by_key(|span| span.accepted_ms);
        one_after_the_other(of_thing, verdict);
    }
    districts(spans, verdict);
    sent_in_turn(facts, verdict);
}

/// What was accepted first has ended before what was accepted next is claimed.
fn one_after_the_other(of_thing: &[&Span<'_>], verdict: &mut Verdict) {
    let mut before: Option<&Span<'_>> = None;
    for span in of_thing {
        let Some(claimed) = span.claimed_ms() else { continue };
        if let Some(before) = before.filter(|before| before.accepted_ms < span.accepted_ms) {
            let ended = before.ended_ms.is_some_and(|ended| ended <= claimed);
            verdict.holds_of("one at a time, in the order of acceptance", span.operation, ended, || {
                let (id, ended) = (&before.operation.id, before.ended_ms);
                format!("claimed at {claimed}, while {id}, accepted before it, ended at {ended:?}")
            });
        }
        before = Some(span);
    }
}

/// Between what makes or removes a district and what is on its heritages nothing overlaps.
fn districts(spans: &[Span<'_>], verdict: &mut Verdict) {
    let is_exclusive = |span: &&Span<'_>| ["provision_district", "delete_district"].contains(&span.operation.kind());
    for district in spans.iter().filter(is_exclusive) {
        let is_on_it = |span: &&Span<'_>| {
            span.operation.field("heritage").is_some()
                && span.operation.field("district") == district.operation.field("district")
                && span.operation.field("parent") != Some(district.operation.id.as_str())
        };
        for span in spans.iter().filter(is_on_it) {
            let (first, second) = match span.accepted_ms.cmp(&district.accepted_ms) {
                std::cmp::Ordering::Less => (span, district),
                std::cmp::Ordering::Equal => continue,
                std::cmp::Ordering::Greater => (district, span),
            };
            let Some(claimed) = second.claimed_ms() else { continue };
            let holds = first.claimed_ms().is_none() || first.ended_ms.is_some_and(|ended| ended <= claimed);
            verdict.holds_of("a district's own operations exclude others", second.operation, holds, || {
                format!("claimed at {claimed}, while {} ended at {:?}", first.operation.id, first.ended_ms)
            });
        }
    }
}

/// A client that was told of an operation before it sent the next one finds them in this order.
fn sent_in_turn(facts: &Facts, verdict: &mut Verdict) {
    let mut by_client: BTreeMap<(&str, String), u64> = BTreeMap::new();
    let mut requests: Vec<_> = facts.requests().into_iter().collect();
    requests.sort_by_key(|(_, first)| first.sent_ms);
    for (id, first) in requests {
        let Some(operation) = facts.operation(id) else { continue };
        let Some(accepted) = operation.entries().first().map(|entry| entry.at_ms) else { continue };
        let before = by_client.insert((&first.client, operation.thing()), accepted);
        verdict.holds_of("accepted in the order of sending", operation, before <= Some(accepted), || {
            format!("accepted at {accepted}, before what was sent earlier: {before:?}")
        });
    }
}
