//! What was checked how often, and what was found to be wrong.

use std::collections::BTreeMap;
use std::fmt;

use super::facts::{Facts, Operation};

/// A broken promise.
#[derive(Clone, Debug)]
pub struct Violation {
    /// Which rule found it.
    pub rule: &'static str,
    /// What is wrong.
    pub what: String,
    /// The operation and its journal, when it is about one.
    pub journal: Vec<String>,
}

/// The outcome of all rules.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Operations by kind and state.
    pub operations: BTreeMap<(String, String), u64>,
    /// Tries of clients by what was answered.
    pub tries: BTreeMap<String, u64>,
    /// How many calls AWS saw.
    pub calls: usize,
    /// Why operations failed, by code.
    pub failures: BTreeMap<String, u64>,
    /// Checks made, by rule.
    pub checks: BTreeMap<&'static str, u64>,
    /// What is wrong.
    pub violations: Vec<Violation>,
}

impl Verdict {
    /// Notes a check, and the violation when it does not hold.
    pub(super) fn holds(&mut self, rule: &'static str, holds: bool, what: impl FnOnce() -> String) {
        *self.checks.entry(rule).or_default() += 1;
        if !holds {
            self.violations.push(Violation { rule, what: what(), journal: vec![] });
        }
    }

    /// The same about an operation.
    pub(super) fn holds_of(
        &mut self,
        rule: &'static str,
        operation: &Operation,
        holds: bool,
        what: impl FnOnce() -> String,
    ) {
        self.holds(rule, holds, || {
            format!("{} {} of {}: {}", operation.id, operation.kind(), operation.thing(), what())
        });
        if !holds && let Some(violation) = self.violations.last_mut() {
            violation.journal.clone_from(&operation.journal);
        }
    }

    pub(super) fn count_operations(&mut self, facts: &Facts) {
        self.calls = facts.calls.len();
        for operation in &facts.end.operations {
            let ended = (operation.kind().to_owned(), operation.state().to_owned());
            *self.operations.entry(ended).or_default() += 1;
            if ["failed", "stuck"].contains(&operation.state()) {
                let error: serde_json::Value =
                    operation.field("error").and_then(|error| serde_json::from_str(error).ok()).unwrap_or_default();
                let code = error["code"].as_str().unwrap_or("none").to_owned();
                *self.failures.entry(code).or_default() += 1;
            }
        }
        for one in &facts.tries {
            let answer = match (one.status, &one.code) {
                (None, _) => "no answer".to_owned(),
                (Some(status), None) => status.to_string(),
                (Some(status), Some(code)) => format!("{status} {code}"),
            };
            *self.tries.entry(answer).or_default() += 1;
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "operations, by kind and end:")?;
        for ((kind, state), count) in &self.operations {
            writeln!(f, "  {kind:<20} {state:<12} {count:>7}")?;
        }
        writeln!(f, "codes of those that failed or are stuck: {:?}", self.failures)?;
        writeln!(f, "answers to clients:")?;
        for (answer, count) in &self.tries {
            writeln!(f, "  {answer:<33} {count:>7}")?;
        }
        writeln!(f, "calls that AWS saw: {}", self.calls)?;
        writeln!(f, "checks made:")?;
        for (rule, count) in &self.checks {
            writeln!(f, "  {rule:<33} {count:>7}")?;
        }
        for violation in &self.violations {
            writeln!(f, "VIOLATION of \"{}\": {}", violation.rule, violation.what)?;
            for (nth, entry) in violation.journal.iter().enumerate() {
                writeln!(f, "    {:>4} {entry}", nth + 1)?;
            }
        }
        write!(f, "violations: {}", self.violations.len())
    }
}
