//! Rotation, which is recorded: there is no function that could be called.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::secret::Rotation;
use super::secret_calls::cited;
use super::value_calls::token;
use super::{invalid, refused};
use crate::model::context::Context;
use crate::model::error::Answer;
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html>
pub(super) fn rotate(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let token = token(context, input)?;
    let rules = input.part("RotationRules");
    let days = rules.int("AutomaticallyAfterDays")?;
    if days.is_some_and(|days| !(1..=1000).contains(&days)) {
        return Err(invalid("RotationRules.AutomaticallyAfterDays must be within 1-1000."));
    }
    if days.is_some() && rules.has("ScheduleExpression") {
        return Err(invalid("You can't specify both AutomaticallyAfterDays and ScheduleExpression in RotationRules."));
    }
    let now = context.now;
    let secret = context.region().secretsmanager.live_mut(input)?;
    let before = secret.rotation.take();
    let function = input.text("RotationLambdaARN").map(str::to_owned);
    let Some(function) = function.or_else(|| before.as_ref().map(|before| before.function.clone())) else {
        return Err(refused("No Lambda rotation function ARN is associated with this secret."));
    };
    let rules = input.get("RotationRules").cloned().or_else(|| before.map(|before| before.rules));
    let rules = rules.unwrap_or(Value::Null);
    let next = days.map(|days| now + TimeDelta::days(days));
    secret.rotation = Some(Rotation { enabled: true, function, rules, next });
    secret.changed = now;
    Ok(json!({"ARN": secret.arn, "Name": secret.name, "VersionId": token}))
}

/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CancelRotateSecret.html>
pub(super) fn cancel(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let secret = context.region().secretsmanager.live_mut(input)?;
    let Some(rotation) = secret.rotation.as_mut() else {
        return Err(refused(
            "You tried to enable rotation for a secret that doesn't already have a Lambda function ARN configured and \
             you didn't include such an ARN as a parameter in this call.",
        ));
    };
    rotation.enabled = false;
    rotation.next = None;
    Ok(cited(secret))
}
