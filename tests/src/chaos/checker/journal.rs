//! Journals have no gap, begin with the acceptance, end with the end, and are shown as they are.

use super::facts::{Entry, Facts, Operation};
use super::verdict::Verdict;

pub(super) fn check(facts: &Facts, verdict: &mut Verdict) {
    for operation in &facts.end.operations {
        let entries = operation.entries();
        let is_whole = entries.len() == operation.journal.len();
        verdict.holds_of("journals can be read", operation, is_whole, || "an entry is not one".to_owned());
        let shown: Vec<(u64, &str)> = operation.shown.iter().map(|(seq, kind)| (*seq, kind.as_str())).collect();
        let stored: Vec<(u64, &str)> = (1..).zip(entries.iter().map(Entry::kind)).collect();
        verdict.holds_of("journals have no gap", operation, shown == stored, || format!("the API shows {shown:?}"));
        let seq = operation.field("seq").and_then(|seq| seq.parse().ok());
        verdict.holds_of("journals have no gap", operation, seq == Some(entries.len()), || {
            format!("its last number is {seq:?} and it has {} entries", entries.len())
        });
        let rises = entries.is_sorted_by_key(|entry| (entry.attempt, entry.at_ms));
        verdict.holds_of("journals go forward", operation, rises, || "time or attempts go back".to_owned());
        attempts(operation, &entries, verdict);
    }
}

/// Each attempt is accepted once, claimed at most once, and ends once, with nothing after it.
fn attempts(operation: &Operation, entries: &[Entry], verdict: &mut Verdict) {
    let last = operation.field("attempt").and_then(|attempt| attempt.parse().ok()).unwrap_or(1);
    for attempt in 1..=last {
        let own: Vec<&Entry> = entries.iter().filter(|entry| entry.attempt == attempt).collect();
        let count = |kind: &str| own.iter().filter(|entry| entry.is(kind)).count();
        let begins = own.first().is_some_and(|entry| entry.is("accepted") || entry.is("cancel_requested"));
        let ends = own.last().is_some_and(|entry| entry.is("finished"));
        let once = count("accepted") <= 1 && count("claimed") <= 1 && count("finished") == 1;
        verdict.holds_of("attempts begin and end once", operation, begins && ends && once, || {
            format!("attempt {attempt} of {last}: begins {begins}, ends {ends}, each once {once}")
        });
    }
    let ended = entries.last().map(|entry| &entry.event["state"]);
    let is_told = ended.is_some_and(|state| state == operation.state());
    verdict.holds_of("the journal's end is the operation's", operation, is_told, || {
        format!("it is {}, its journal says {ended:?}", operation.state())
    });
}
