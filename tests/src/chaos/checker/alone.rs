//! No operation runs twice at once: after a worker's first call for an operation no worker before it calls any more, and
//! the dead claim nothing.

use std::collections::BTreeMap;

use super::facts::{Call, Facts};
use super::spans::{Holder, Span};
use super::verdict::Verdict;

/// How exactly the moments of AWS's log and those of Redis can be compared.
const CLOCKS_DIFFER_MS: u64 = 150;

pub(super) fn check(facts: &Facts, spans: &[Span<'_>], verdict: &mut Verdict) {
    let processes = Processes::of(facts);
    for span in spans {
        for holder in &span.holders {
            let is_alive = processes.of_holder(holder).is_some();
            verdict.holds_of("only the living claim", span.operation, is_alive, || {
                format!("claimed by {} at {}, which did not live then", holder.worker, holder.at_ms)
            });
        }
    }
    let mut calls: BTreeMap<&str, Vec<&Call>> = BTreeMap::new();
    for call in &facts.calls {
        calls.entry(&call.operation).or_default().push(call);
    }
    for operation in &facts.end.operations {
        let own = spans.iter().filter(|span| span.operation.id == operation.id);
        let holders: Vec<_> = own.flat_map(|span| &span.holders).collect();
        let apps: Vec<_> = holders.iter().map(|holder| processes.of_holder(holder).unwrap_or_default()).collect();
        let mut turn = 0;
        for call in calls.get(operation.id.as_str()).into_iter().flatten() {
            let is_its_turn =
                |nth: &usize| apps[*nth] == call.app && holders[*nth].at_ms <= call.at_ms + CLOCKS_DIFFER_MS;
            // The turn that it belongs to: the one that goes on, or the latest later one that had begun.
            let found = (turn..holders.len()).rfind(is_its_turn);
            verdict.holds_of("no two workers call for one operation at once", operation, found.is_some(), || {
                let holder = holders.get(turn);
                let now = holder.map(|holder| (&holder.worker, holder.at_ms));
                format!("{} (call {}) by {} at {}, while {now:?} has it", call.action, call.seq, call.app, call.at_ms)
            });
            turn = found.unwrap_or(turn);
        }
    }
}

/// Which process had which id when.
struct Processes<'a> {
    by_pid: BTreeMap<u32, Vec<(&'a str, u64, u64)>>,
}

impl<'a> Processes<'a> {
    fn of(facts: &'a Facts) -> Processes<'a> {
        let mut by_pid: BTreeMap<u32, Vec<(&str, u64, u64)>> = BTreeMap::new();
        for life in &facts.lives {
            if let Some(born) = life.born_ms {
                let died = facts.lives.iter().find(|other| other.app == life.app && other.died_ms.is_some());
                let died = died.and_then(|other| other.died_ms).unwrap_or(u64::MAX);
                by_pid.entry(life.pid).or_default().push((&life.app, born, died));
            }
        }
        Processes { by_pid }
    }

    fn of_holder(&self, holder: &Holder) -> Option<&'a str> {
        let pid = holder.worker.split('-').nth(1)?.parse().ok()?;
        let lives = self.by_pid.get(&pid)?.iter();
        let mut alive = lives.filter(|(_, born, died)| (*born..=*died).contains(&holder.at_ms));
        alive.next().map(|(app, ..)| *app)
    }
}
