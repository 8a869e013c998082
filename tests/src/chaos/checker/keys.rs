//! One idempotency key is one operation, whoever repeats it when at which API.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::{Facts, Try};
use super::verdict::Verdict;

pub(super) fn check(facts: &Facts, verdict: &mut Verdict) {
    let mut made: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for operation in &facts.end.operations {
        if let Some(key) = operation.field("idempotency_key") {
            made.entry(key).or_default().push(&operation.id);
        }
    }
    let mut by_key: BTreeMap<&str, Vec<&Try>> = BTreeMap::new();
    for one in &facts.tries {
        if let Some(key) = &one.key {
            by_key.entry(key).or_default().push(one);
        }
    }
    for (key, tries) in &by_key {
        let told: BTreeSet<&str> = tries.iter().filter_map(|one| one.operation.as_deref()).collect();
        let made: BTreeSet<&str> = made.get(key).into_iter().flatten().copied().collect();
        verdict.holds("one key is one operation", told.len() <= 1 && made.len() <= 1, || {
            format!("{key}: clients were told {told:?}, Redis has {made:?}")
        });
        verdict.holds("a key's operation is the one that was told", told.is_empty() || told == made, || {
            format!("{key}: clients were told {told:?}, Redis has {made:?}")
        });
        let told_first = tries.iter().filter(|one| one.is_accepted()).map(|one| one.known_ms).min();
        let Some(told_first) = told_first else {
            let is_unknown = tries.last().is_some_and(|one| !one.is_known());
            verdict.holds("what was refused was not accepted", made.is_empty() || is_unknown, || {
                format!("{key}: refused with {:?}, and Redis has {made:?}", tries.last().and_then(|one| one.status))
            });
            continue;
        };
        for late in tries.iter().filter(|one| one.is_known() && one.sent_ms > told_first) {
            verdict.holds("a repeated request is answered alike", late.is_accepted(), || {
                format!("{key}: was accepted, and repeated is {:?} {:?}", late.status, late.code)
            });
        }
    }
}
