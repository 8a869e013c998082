//! How deployments go: percentages, circuit breaker, alarms, strategy.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html>

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::refusal::{invalid, not_simulated};
use crate::model::error::AwsError;
use crate::model::input::Input;

/// The deployment configuration of a service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Configuration {
    pub(super) least_percent: i64,
    pub(super) most_percent: i64,
    /// None if it was never spoken of.
    pub(super) breaker: Option<Breaker>,
    /// Alarms that end a deployment; null if there are none. They never go off: there is no CloudWatch here.
    pub(super) alarms: Value,
    pub(super) strategy: Strategy,
    /// How long both revisions run after the traffic has moved.
    pub(super) bake_minutes: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString, Serialize, Deserialize)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Strategy {
    Rolling,
    BlueGreen,
    Linear,
    Canary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Breaker {
    pub(super) is_on: bool,
    pub(super) rolls_back: bool,
    /// Whether a task that serves makes up for those that failed before it; none if it was not said.
    resets: Option<bool>,
    threshold: Option<Threshold>,
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ThresholdConfiguration.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Threshold {
    kind: ThresholdKind,
    value: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString, Serialize, Deserialize)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
enum ThresholdKind {
    Count,
    BoundedPercent,
    UnboundedPercent,
}

impl Breaker {
    pub(super) fn forgives(self) -> bool {
        self.resets.unwrap_or(true)
    }

    /// How many failures it takes. Unless told otherwise half of the desired count, but at least 3 and at most 200.
    /// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html>
    pub(super) fn threshold(self, desired: i64) -> i64 {
        let part = |percent: i64| (desired * percent + 99) / 100;
        match self.threshold {
            None => part(50).clamp(3, 200),
            Some(Threshold { kind: ThresholdKind::Count, value }) => value,
            Some(Threshold { kind: ThresholdKind::BoundedPercent, value }) => part(value).clamp(3, 200),
            Some(Threshold { kind: ThresholdKind::UnboundedPercent, value }) => part(value).max(1),
        }
    }

    fn read(input: &Input<'_>) -> Result<Self, AwsError> {
        let given = input.part("thresholdConfiguration");
        let threshold = if given.value().is_null() {
            None
        } else {
            let kind = given.required("type")?;
            let kind = kind.parse().map_err(|_| invalid(format!("Invalid threshold type: {kind}.")))?;
            let value = given.required_int("value")?;
            if value < 1 {
                return Err(invalid("The threshold value must be at least 1."));
            }
            Some(Threshold { kind, value })
        };
        Ok(Self {
            is_on: input.flag("enable")?.unwrap_or(false),
            rolls_back: input.flag("rollback")?.unwrap_or(false),
            resets: input.flag("resetOnHealthyTask")?,
            threshold,
        })
    }

    fn render(self) -> Value {
        let threshold = self.threshold.map(|one| json!({"type": <&str>::from(one.kind), "value": one.value}));
        json!({
            "enable": self.is_on,
            "rollback": self.rolls_back,
            "resetOnHealthyTask": self.resets,
            "thresholdConfiguration": threshold,
        })
    }
}

impl Configuration {
    /// Of services that say nothing.
    pub(super) fn usual(is_daemon: bool) -> Self {
        Self {
            least_percent: if is_daemon { 0 } else { 100 },
            most_percent: if is_daemon { 100 } else { 200 },
            breaker: None,
            alarms: Value::Null,
            strategy: Strategy::Rolling,
            bake_minutes: 0,
        }
    }

    /// What a call says, over what was before.
    pub(super) fn read(input: &Input<'_>, before: &Self) -> Result<Self, AwsError> {
        let part = input.part("deploymentConfiguration");
        let read = Self {
            least_percent: part.int("minimumHealthyPercent")?.unwrap_or(before.least_percent),
            most_percent: part.int("maximumPercent")?.unwrap_or(before.most_percent),
            breaker: match part.part("deploymentCircuitBreaker") {
                given if given.value().is_null() => before.breaker,
                given => Some(Breaker::read(&given)?),
            },
            alarms: alarms(&part)?.unwrap_or_else(|| before.alarms.clone()),
            strategy: strategy(&part)?.unwrap_or(before.strategy),
            bake_minutes: part.int("bakeTimeInMinutes")?.unwrap_or(before.bake_minutes),
        };
        read.check(&part)?;
        Ok(read)
    }

    pub(super) fn has_breaker(&self) -> bool {
        self.breaker.is_some_and(|breaker| breaker.is_on)
    }

    /// How many tasks must stay healthy, and how many there may be, while a deployment goes on.
    pub(super) fn bounds(&self, desired: i64) -> (i64, i64) {
        ((desired * self.least_percent + 99) / 100, desired * self.most_percent / 100)
    }

    pub(super) fn render(&self) -> Value {
        let off = json!({"enable": false, "rollback": false});
        json!({
            "deploymentCircuitBreaker": self.breaker.map_or(off, Breaker::render),
            "maximumPercent": self.most_percent,
            "minimumHealthyPercent": self.least_percent,
            "alarms": self.alarms,
            "strategy": <&str>::from(self.strategy),
            "bakeTimeInMinutes": self.bake_minutes,
        })
    }

    fn check(&self, part: &Input<'_>) -> Result<(), AwsError> {
        let (least, most) = (self.least_percent, self.most_percent);
        if least < 0 || most < 100.max(least) {
            return Err(invalid("maximumPercent must be at least 100 and at least minimumHealthyPercent."));
        }
        let is_spoken_of = part.has("minimumHealthyPercent") || part.has("maximumPercent");
        if is_spoken_of && (least, most) == (100, 100) {
            let message = "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.";
            return Err(invalid(message));
        }
        if !(0..=1440).contains(&self.bake_minutes) {
            return Err(invalid("bakeTimeInMinutes must be between 0 and 1440."));
        }
        if !part.parts("lifecycleHooks").is_empty() {
            return Err(not_simulated("deployment lifecycle hooks"));
        }
        if part.part("earlySuccessCriteria").flag("enable")?.unwrap_or(false) {
            return Err(not_simulated("early success criteria"));
        }
        Ok(())
    }
}

fn strategy(part: &Input<'_>) -> Result<Option<Strategy>, AwsError> {
    let Some(name) = part.text("strategy") else { return Ok(None) };
    let read = name.parse().map_err(|_| invalid(format!("Invalid deployment strategy: {name}.")))?;
    match read {
        Strategy::Rolling => Ok(Some(read)),
        Strategy::BlueGreen | Strategy::Linear | Strategy::Canary => {
            Err(not_simulated("deployment strategies besides ROLLING"))
        }
    }
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html>
fn alarms(part: &Input<'_>) -> Result<Option<Value>, AwsError> {
    let alarms = part.part("alarms");
    if alarms.value().is_null() {
        return Ok(None);
    }
    let is_on = alarms.flag("enable")?.unwrap_or(false);
    if is_on && alarms.texts("alarmNames").is_empty() {
        return Err(invalid("Alarm names cannot be empty when alarms are enabled."));
    }
    Ok(Some(json!({
        "alarmNames": alarms.texts("alarmNames"),
        "enable": is_on,
        "rollback": alarms.flag("rollback")?.unwrap_or(false),
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_desired_count_may_fail_within_bounds() {
        let breaker = Breaker { is_on: true, rolls_back: false, resets: None, threshold: None };
        assert_eq!([1, 6, 7, 100, 1000].map(|desired| breaker.threshold(desired)), [3, 3, 4, 50, 200]);
        let with = |kind, value| Breaker { threshold: Some(Threshold { kind, value }), ..breaker };
        assert_eq!(with(ThresholdKind::Count, 7).threshold(1), 7);
        assert_eq!(with(ThresholdKind::BoundedPercent, 10).threshold(10), 3);
        assert_eq!(with(ThresholdKind::UnboundedPercent, 10).threshold(10), 1);
    }
}
