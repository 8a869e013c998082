//! Trouble that was asked for: rules that make calls fail, wait, lose their answer or read the past.

mod allowance;
mod past;
mod rule;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use allowance::Allowance;

use super::call_log::Call;
use super::error::AwsError;
pub(crate) use past::Past;
pub(crate) use rule::{Kind, Rule};
use serde::{Deserialize, Serialize};

/// The rules in force, by id, in the order in which they were added.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Faults {
    rules: BTreeMap<u64, Armed>,
    added: u64,
}

/// A rule with what it has done so far.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Armed {
    pub(crate) id: u64,
    /// Calls that the rule would have hit, skipped ones included.
    pub(crate) seen: u64,
    /// Calls that it hit.
    pub(crate) hit: u64,
    #[serde(flatten)]
    pub(crate) rule: Rule,
    #[serde(skip)]
    allowance: Option<Allowance>,
}

/// What shall become of one call.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) delay: Duration,
    pub(crate) fate: Fate,
    /// How old the state is that a read sees.
    pub(crate) lag: Option<Duration>,
}

/// How a call ends.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) enum Fate {
    #[default]
    Proceed,
    Fail(AwsError),
    /// The connection is cut and nothing happened.
    CutBefore,
    /// The connection is cut, but what was asked for has been done.
    CutAfter,
}

impl Faults {
    pub(crate) fn add(&mut self, rule: Rule) -> u64 {
        self.added += 1;
        let allowance = rule.per_second.map(|per_second| Allowance::new(per_second, Instant::now()));
        self.rules.insert(self.added, Armed { id: self.added, seen: 0, hit: 0, rule, allowance });
        self.added
    }

    pub(crate) fn remove(&mut self, id: u64) -> bool {
        self.rules.remove(&id).is_some()
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    pub(crate) fn get(&self, id: u64) -> Option<&Armed> {
        self.rules.get(&id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Armed> {
        self.rules.values()
    }

    /// The longest time that any rule makes reads lag; so long is the past remembered.
    pub(crate) fn longest_lag(&self) -> Option<Duration> {
        self.rules.values().filter(|armed| armed.rule.kind == Kind::Lag).map(|armed| armed.rule.delay()).max()
    }

    /// Asks all rules about a call. Delays add up; of those that end the call the oldest wins, and the others do not
    /// count it.
    pub(crate) fn verdict(&mut self, call: &Call) -> Verdict {
        let mut verdict = Verdict::default();
        for armed in self.rules.values_mut() {
            if verdict.fate != Fate::Proceed && armed.rule.kind.ends_the_call() || !armed.strikes(call) {
                continue;
            }
            match armed.rule.kind {
                Kind::Slow => verdict.delay += armed.rule.delay(),
                Kind::Lag => verdict.lag = verdict.lag.max(Some(armed.rule.delay())),
                Kind::ResetBefore => verdict.fate = Fate::CutBefore,
                Kind::ResetAfter => verdict.fate = Fate::CutAfter,
                Kind::Throttle | Kind::Error | Kind::Internal | Kind::Unavailable => {
                    verdict.delay += armed.rule.delay();
                    verdict.fate = Fate::Fail(armed.rule.error(call.service));
                }
            }
        }
        verdict
    }
}

impl Armed {
    fn strikes(&mut self, call: &Call) -> bool {
        if self.rule.count.is_some_and(|count| self.hit >= count) || !self.rule.matches(call) {
            return false;
        }
        self.seen += 1;
        if self.allowance.as_mut().is_some_and(|allowance| allowance.take(Instant::now())) {
            return false;
        }
        let strikes = self.seen > self.rule.skip && rand::random::<f64>() < self.rule.probability;
        self.hit += u64::from(strikes);
        strikes
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::service::Service;

    fn call(operation: &str) -> Call {
        Call::new(Service::Ecs, operation, "test", "eu-west-1", json!({"cluster": "dev", "service": "web"}))
    }

    fn rule(value: serde_json::Value) -> Rule {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_rule_strikes_after_skip_and_count_times() {
        let mut faults = Faults::default();
        faults.add(rule(json!({"service": "ecs", "kind": "throttle", "skip": 1, "count": 2})));
        let fates: Vec<bool> = (0..5).map(|_| faults.verdict(&call("UpdateService")).fate != Fate::Proceed).collect();
        assert_eq!(fates, [false, true, true, false, false]);
    }

    #[test]
    fn a_rule_is_narrowed_by_operation_and_by_text_in_the_parameters() {
        let mut faults = Faults::default();
        faults.add(rule(json!({"operation": "Update*", "contains": "\"web\"", "kind": "reset_after"})));
        assert_eq!(faults.verdict(&call("UpdateService")).fate, Fate::CutAfter);
        assert_eq!(faults.verdict(&call("CreateService")).fate, Fate::Proceed);
        faults.clear();
        faults.add(rule(json!({"contains": "worker", "kind": "reset_after"})));
        assert_eq!(faults.verdict(&call("UpdateService")).fate, Fate::Proceed);
    }

    #[test]
    fn a_limited_caller_is_hit_only_beyond_its_limit() {
        let mut faults = Faults::default();
        faults.add(rule(json!({"kind": "throttle", "per_second": 3})));
        let fates: Vec<bool> = (0..5).map(|_| faults.verdict(&call("UpdateService")).fate != Fate::Proceed).collect();
        assert_eq!(fates, [false, false, false, true, true]);
    }

    #[test]
    fn delays_add_up_and_the_oldest_ending_rule_wins() {
        let mut faults = Faults::default();
        faults.add(rule(json!({"kind": "slow", "delay_ms": 100})));
        faults.add(rule(json!({"kind": "slow", "delay_ms": 50})));
        faults.add(rule(json!({"kind": "error", "code": "FirstException"})));
        let loser = faults.add(rule(json!({"kind": "error", "code": "SecondException"})));
        let verdict = faults.verdict(&call("UpdateService"));
        assert_eq!(verdict.delay, Duration::from_millis(150));
        assert!(matches!(verdict.fate, Fate::Fail(error) if error.code == "FirstException"));
        assert_eq!(faults.get(loser).unwrap().seen, 0);
    }
}
