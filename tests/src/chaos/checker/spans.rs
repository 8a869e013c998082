//! Attempts as spans of time: accepted, claimed by which processes when, ended.

use std::collections::BTreeMap;

use super::facts::{Facts, Operation};

/// One attempt of an operation.
#[derive(Clone, Debug)]
pub(super) struct Span<'a> {
    pub(super) operation: &'a Operation,
    pub(super) accepted_ms: u64,
    /// Who took it when, in order.
    pub(super) holders: Vec<Holder>,
    pub(super) ended_ms: Option<u64>,
    pub(super) state: String,
}

/// A claim.
#[derive(Clone, Debug)]
pub(super) struct Holder {
    /// As in the journal: `worker-<process id>-…`.
    pub(super) worker: String,
    pub(super) at_ms: u64,
}

impl Span<'_> {
    pub(super) fn claimed_ms(&self) -> Option<u64> {
        self.holders.first().map(|holder| holder.at_ms)
    }
}

/// All attempts.
pub(super) fn of(facts: &Facts) -> Vec<Span<'_>> {
    facts.end.operations.iter().flat_map(of_operation).collect()
}

fn of_operation(operation: &Operation) -> Vec<Span<'_>> {
    let mut spans: BTreeMap<u64, Span<'_>> = BTreeMap::new();
    for entry in operation.entries() {
        let span = spans.entry(entry.attempt).or_insert_with(|| Span {
            operation,
            accepted_ms: entry.at_ms,
            holders: vec![],
            ended_ms: None,
            state: String::new(),
        });
        if entry.is("claimed") || entry.is("resumed") {
            let worker = entry.event["worker"].as_str().unwrap_or_default().to_owned();
            span.holders.push(Holder { worker, at_ms: entry.at_ms });
        } else if entry.is("finished") {
            span.ended_ms = Some(entry.at_ms);
            entry.event["state"].as_str().unwrap_or_default().clone_into(&mut span.state);
        }
    }
    spans.into_values().collect()
}
