//! Trouble that was asked for: rules that make calls fail, wait, lose their answer or read the past.

pub(crate) mod capacity;
mod chance;
pub(crate) mod check;
mod past;
mod quota;
mod rule;

use std::collections::BTreeMap;
use std::time::Duration;

use capacity::Launch;
use serde::{Deserialize, Serialize};

use super::bucket::Bucket;
use super::call_log::Call;
use super::error::AwsError;
use super::service::Service;
pub(crate) use past::Past;
pub(crate) use rule::{Kind, Rule, named};

/// The rules in force, by id, in the order in which they were added.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Faults {
    rules: BTreeMap<u64, Armed>,
    added: u64,
    /// With a rule's id the seed of a rule that has none of its own.
    seed: u64,
}

/// A rule with what it has done so far.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Armed {
    pub(crate) id: u64,
    /// Calls that the rule would have hit, skipped ones included.
    pub(crate) seen: u64,
    /// Calls that it hit.
    pub(crate) hit: u64,
    pub(crate) rule: Rule,
    /// What may still pass of a rule with a rate.
    allowance: Option<Bucket>,
}

/// Who calls, as far as a rule can ask.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller<'a> {
    /// Empty if no account has the access key.
    pub(crate) account: &'a str,
    pub(crate) arn: &'a str,
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
    /// No answer comes, and nothing happened.
    Hang,
    /// The connection is cut and nothing happened.
    CutBefore,
    /// The connection is cut, but what was asked for has been done.
    CutAfter,
}

impl Caller<'_> {
    fn is_called(self, text: &str, call: &Call) -> bool {
        text == call.access_key || text == self.arn || call.user_agent.contains(text)
    }
}

impl Faults {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    pub(crate) fn add(&mut self, rule: Rule) -> u64 {
        self.added += 1;
        self.rules.insert(self.added, Armed { id: self.added, seen: 0, hit: 0, rule, allowance: None });
        self.added
    }

    /// What reads suffer on AWS, by services whose guides say that they are eventually consistent.
    ///
    /// <https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html>, which Auto Scaling groups share;
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency>;
    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html>
    pub(crate) fn add_lag_of_aws(&mut self) {
        for service in ["ec2", "iam", "autoscaling", "ecs"] {
            self.add(Rule::lagging(service, 400));
        }
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

    /// The longest time that any rule makes reads of a service lag; so long is its past remembered.
    pub(crate) fn longest_lag(&self, service: Service) -> Option<Duration> {
        let lags = self.rules.values().filter(|armed| armed.rule.kind == Kind::Lag && armed.rule.is_about(service));
        lags.map(|armed| armed.rule.delay()).max()
    }

    /// Asks all rules about a call. Delays add up; of those that end the call the oldest wins, and the others do not
    /// count it.
    pub(crate) fn verdict(&mut self, call: &Call, caller: Caller<'_>, now: f64, launch: Launch) -> Verdict {
        let mut verdict = Verdict::default();
        for armed in self.rules.values_mut() {
            let kind = armed.rule.kind;
            let is_late = verdict.fate != Fate::Proceed && kind.ends_the_call();
            if is_late || !launch.heeds(kind, call) || !armed.strikes(call, caller, now, self.seed) {
                continue;
            }
            match kind {
                Kind::Slow => verdict.delay += armed.rule.delay(),
                Kind::Lag => verdict.lag = verdict.lag.max(Some(armed.rule.delay())),
                Kind::Timeout => verdict.fate = Fate::Hang,
                Kind::ResetBefore => verdict.fate = Fate::CutBefore,
                Kind::ResetAfter => verdict.fate = Fate::CutAfter,
                Kind::Throttle | Kind::Error | Kind::Internal | Kind::Unavailable | Kind::Quota | Kind::NoCapacity => {
                    verdict.delay += armed.rule.delay();
                    verdict.fate = Fate::Fail(armed.rule.error(call));
                }
            }
        }
        verdict
    }
}

impl Armed {
    fn strikes(&mut self, call: &Call, caller: Caller<'_>, now: f64, seed: u64) -> bool {
        if self.rule.count.is_some_and(|count| self.hit >= count) || !self.rule.matches(call, caller) {
            return false;
        }
        self.seen += 1;
        if self.passes(now) {
            return false;
        }
        let seed = self.rule.seed.unwrap_or_else(|| seed.wrapping_add(self.id));
        let strikes = self.seen > self.rule.skip && chance::draw(seed, self.seen) < self.rule.probability;
        self.hit += u64::from(strikes);
        strikes
    }

    /// Whether the call is within the rate that the rule lets pass.
    fn passes(&mut self, now: f64) -> bool {
        let Some(capacity) = self.rule.allowance() else { return false };
        let bucket = self.allowance.get_or_insert_with(|| Bucket::full(capacity, now));
        let passes = bucket.holds(1.0, capacity, now);
        bucket.take(f64::from(u8::from(passes)));
        passes
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

    fn judge(faults: &mut Faults, operation: &str) -> Verdict {
        let caller = Caller { account: "123456789012", arn: "arn:aws:iam::123456789012:root" };
        faults.verdict(&call(operation), caller, 0.0, Launch::Called)
    }

    fn rule(value: serde_json::Value) -> Rule {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_rule_strikes_after_skip_and_count_times() {
        let mut faults = Faults::default();
        faults.add(rule(json!({"service": "ecs", "kind": "throttle", "skip": 1, "count": 2})));
        let fates: Vec<bool> = (0..5).map(|_| judge(&mut faults, "UpdateService").fate != Fate::Proceed).collect();
        assert_eq!(fates, [false, true, true, false, false]);
    }

    #[test]
    fn a_rule_is_narrowed_by_operation_and_by_text_in_the_parameters() {
        let mut faults = Faults::default();
        faults.add(rule(json!({"operation": "Update*", "contains": "\"web\"", "kind": "reset_after"})));
        assert_eq!(judge(&mut faults, "UpdateService").fate, Fate::CutAfter);
        assert_eq!(judge(&mut faults, "CreateService").fate, Fate::Proceed);
        faults.clear();
        faults.add(rule(json!({"contains": "worker", "kind": "reset_after"})));
        assert_eq!(judge(&mut faults, "UpdateService").fate, Fate::Proceed);
    }

    #[test]
    fn a_limited_caller_is_hit_only_beyond_its_limit() {
        let mut faults = Faults::default();
        faults.add(rule(json!({"kind": "throttle", "per_second": 3})));
        let fates: Vec<bool> = (0..5).map(|_| judge(&mut faults, "UpdateService").fate != Fate::Proceed).collect();
        assert_eq!(fates, [false, false, false, true, true]);
    }

    #[test]
    fn delays_add_up_and_the_oldest_ending_rule_wins() {
        let mut faults = Faults::default();
        faults.add(rule(json!({"kind": "slow", "delay_ms": 100})));
        faults.add(rule(json!({"kind": "slow", "delay_ms": 50})));
        faults.add(rule(json!({"kind": "error", "code": "FirstException"})));
        let loser = faults.add(rule(json!({"kind": "error", "code": "SecondException"})));
        let verdict = judge(&mut faults, "UpdateService");
        assert_eq!(verdict.delay, Duration::from_millis(150));
        assert!(matches!(verdict.fate, Fate::Fail(error) if error.code == "FirstException"));
        assert_eq!(faults.get(loser).unwrap().seen, 0);
    }
}
