//! What a caller asks of a schedule, checked as Scheduler checks it.
//!
//! <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html>

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{invalid, is_long_past};
use crate::model::clock::Moment;
use crate::model::context::Context;
use crate::model::error::AwsError;
use crate::model::input::Input;
use crate::model::schedule_expression::Expression;

/// All that an update replaces: what a caller does not say again is as if it had never been said.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Wish {
    pub(super) expression: String,
    pub(super) zone: String,
    pub(super) start: Option<Moment>,
    pub(super) end: Option<Moment>,
    pub(super) description: Option<String>,
    pub(super) is_enabled: bool,
    pub(super) kms_key: Option<String>,
    pub(super) target: Value,
    pub(super) window: Value,
    pub(super) is_deleted_after: bool,
}

impl Wish {
    pub(super) fn read(context: &mut Context<'_>, input: &Input<'_>) -> Result<Self, AwsError> {
        let wish = Self {
            expression: input.required("ScheduleExpression")?.to_owned(),
            zone: input.text("ScheduleExpressionTimezone").unwrap_or("UTC").to_owned(),
            start: input.moment("StartDate")?,
            end: input.moment("EndDate")?,
            description: input.text("Description").map(str::to_owned),
            is_enabled: input.text("State") != Some("DISABLED"),
            kms_key: input.text("KmsKeyArn").map(str::to_owned),
            target: target(context, input)?,
            window: window(input)?,
            is_deleted_after: input.text("ActionAfterCompletion") == Some("DELETE"),
        };
        if wish.times().is_none() {
            return Err(invalid(format!("Invalid Schedule Expression {}.", wish.expression)));
        }
        if wish.zone.parse::<Tz>().is_err() {
            return Err(invalid(format!("Invalid ScheduleExpressionTimezone {}.", wish.zone)));
        }
        if wish.start.is_some_and(|start| is_long_past(start, context.now)) {
            return Err(invalid("The StartDate you specify cannot be earlier than 5 minutes ago."));
        }
        if wish.end.is_some_and(|end| end <= context.now || wish.start.is_some_and(|start| start >= end)) {
            return Err(invalid("The EndDate you specify must be in the future and after the StartDate."));
        }
        Ok(wish)
    }

    /// The first time after `after` at which the target is called; none if it never is again.
    pub(super) fn next(&self, after: Moment, created: Moment) -> Option<Moment> {
        let (times, zone) = self.times()?;
        let anchor = self.start.unwrap_or(created);
        // A start date lets things happen on that date, too.
        let after = self.start.map_or(after, |start| after.max(start - chrono::TimeDelta::milliseconds(1)));
        let next = times.next(after, anchor, zone)?;
        let ends = if times.is_once() { None } else { self.end };
        ends.is_none_or(|end| next <= end).then_some(next)
    }

    fn times(&self) -> Option<(Expression, Tz)> {
        Some((Expression::parse(&self.expression)?, self.zone.parse().unwrap_or(Tz::UTC)))
    }

    /// How many minutes the call may come late.
    pub(super) fn slack(&self) -> i64 {
        self.window["MaximumWindowInMinutes"].as_i64().unwrap_or(0)
    }
}

/// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-flexible-time-windows.html>
fn window(input: &Input<'_>) -> Result<Value, AwsError> {
    let window = input.part("FlexibleTimeWindow");
    match (window.text("Mode"), window.int("MaximumWindowInMinutes")?) {
        (Some("OFF"), None) => Ok(window.value().clone()),
        (Some("OFF"), Some(_)) => {
            Err(invalid("MaximumWindowInMinutes must not be set when FlexibleTimeWindow is OFF."))
        }
        (Some("FLEXIBLE"), Some(1..=1440)) => Ok(window.value().clone()),
        (Some("FLEXIBLE"), None) => {
            Err(invalid("MaximumWindowInMinutes must be set when FlexibleTimeWindow is FLEXIBLE."))
        }
        (Some("FLEXIBLE"), Some(_)) => Err(invalid("MaximumWindowInMinutes must be between 1 and 1440.")),
        (_, _) => Err(invalid("FlexibleTimeWindow needs a Mode of OFF or FLEXIBLE.")),
    }
}

fn target(context: &mut Context<'_>, input: &Input<'_>) -> Result<Value, AwsError> {
    let target = input.part("Target");
    let (arn, role) = (target.required("Arn")?, target.required("RoleArn")?);
    if !arn.starts_with("arn:") {
        return Err(invalid(format!("Provided Arn {arn} is not in correct format.")));
    }
    if !context.account().iam.role_by_arn(role).is_some_and(|role| role.trusts("scheduler.amazonaws.com")) {
        let message = "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.";
        return Err(invalid(message));
    }
    match arn.strip_prefix("arn:aws:scheduler:::aws-sdk:") {
        Some(api) if is_read(api) => Err(invalid(format!("{api} is not a supported api: it only reads."))),
        None if arn.starts_with("arn:aws:ecs:") && !target.has("EcsParameters") => {
            Err(invalid("EcsParameters must be set for a target that is an ECS cluster."))
        }
        Some(_) | None => Ok(complete(target.value())),
    }
}

/// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html>
fn is_read(api: &str) -> bool {
    let action = api.split_once(':').map_or(api, |(_, action)| action);
    ["get", "describe", "list", "poll", "receive", "search", "scan", "query", "select", "read", "lookup"]
        .iter()
        .any(|verb| action.starts_with(verb))
}

/// What a target has that does not say so. <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html>
fn complete(target: &Value) -> Value {
    let mut target = target.clone();
    let policy = &mut target["RetryPolicy"];
    for (member, usual) in [("MaximumEventAgeInSeconds", 86_400), ("MaximumRetryAttempts", 185)] {
        if policy[member].is_null() {
            policy[member] = usual.into();
        }
    }
    target
}
