//! The calls about the targets of rules.

use serde_json::{Value, json};

use super::{bus_name, invalid, not_found, paged, state};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// As many targets as a rule takes. <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html>
const TARGETS_PER_RULE: usize = 5;

/// A target with an id that the rule has replaces the other.
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html>
pub(super) fn put(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (name, bus) = (input.required("Rule")?, bus_name(input, "EventBusName"));
    state(context).rule(bus, name)?;
    let targets = input.parts("Targets");
    for target in &targets {
        check(context, target)?;
    }
    let rule = state(context).rule(bus, name)?;
    let mut together = rule.targets.clone();
    together.extend(targets.iter().map(|target| (id(target), target.value().clone())));
    if together.len() > TARGETS_PER_RULE {
        let message = "The requested resource exceeds the maximum number allowed.";
        return Err(AwsError::new("LimitExceededException", message));
    }
    rule.targets = together;
    Ok(json!({"FailedEntryCount": 0, "FailedEntries": []}))
}

fn id(target: &Input<'_>) -> String {
    target.text("Id").unwrap_or_default().to_owned()
}

fn check(context: &mut Context<'_>, target: &Input<'_>) -> Result<(), AwsError> {
    let (arn, id) = (target.required("Arn")?, target.required("Id")?);
    if arn.splitn(6, ':').count() < 6 || !arn.starts_with("arn:") {
        return Err(invalid(format!("Parameter {arn} is not valid. Reason: Provided Arn is not in correct format.")));
    }
    if ["Input", "InputPath", "InputTransformer"].iter().filter(|member| target.has(member)).count() > 1 {
        let message = "Only one of Input, InputPath, or InputTransformer must be provided for target";
        return Err(invalid(format!("{message} {id}.")));
    }
    if arn.starts_with("arn:aws:ecs:") {
        if !target.has("EcsParameters") {
            return Err(invalid(format!("EcsParameters is required for target {id}.")));
        }
        if !target.has("RoleArn") {
            return Err(invalid(format!("RoleArn is required for target {arn}.")));
        }
    }
    let Some(role) = target.text("RoleArn") else { return Ok(()) };
    match context.account().iam.role_by_arn(role).is_some_and(|role| role.trusts("events.amazonaws.com")) {
        true => Ok(()),
        false => Err(invalid(format!("Provided role '{role}' cannot be assumed by principal 'events.amazonaws.com'."))),
    }
}

/// Ids that the rule does not have are told, and the others removed.
pub(super) fn remove(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (name, bus) = (input.required("Rule")?, bus_name(input, "EventBusName"));
    let rule = state(context).rule(bus, name)?;
    let mut failed: Vec<Value> = Vec::new();
    for id in input.texts("Ids") {
        if rule.targets.shift_remove(id).is_none() {
            let message = format!("Rule {name} does not have target(s) {id}.");
            failed.push(json!({"TargetId": id, "ErrorCode": "ResourceNotFoundException", "ErrorMessage": message}));
        }
    }
    Ok(json!({"FailedEntryCount": failed.len(), "FailedEntries": failed}))
}

pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let rule = state(context).rule(bus_name(input, "EventBusName"), input.required("Rule")?)?;
    let rows = rule.targets.iter().map(|(id, target)| (id.clone(), target.clone())).collect();
    paged(input, "Targets", rows)
}

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRuleNamesByTarget.html>
pub(super) fn list_rules(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (arn, name) = (input.required("TargetArn")?, bus_name(input, "EventBusName"));
    let bus = state(context).buses.get(name).ok_or_else(|| not_found(format!("Event bus {name} does not exist.")))?;
    let calls_it = bus.rules.values().filter(|rule| rule.targets.values().any(|target| target["Arn"] == arn));
    let rows = calls_it.map(|rule| (rule.name.clone(), Value::from(rule.name.clone()))).collect();
    paged(input, "RuleNames", rows)
}
