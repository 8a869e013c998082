//! Describing, changing and deleting target groups.

use serde_json::{Value, json};

use super::listing::paged;
use super::target_group::TargetGroup;
use super::{invalid, no_target_group};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetGroups.html>
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let state = &context.region().elbv2;
    let (arns, names) = (input.texts("TargetGroupArns"), input.texts("Names"));
    let balancer = input.text("LoadBalancerArn");
    let said = [!arns.is_empty(), !names.is_empty(), balancer.is_some()];
    if said.into_iter().filter(|one| *one).count() > 1 {
        return Err(invalid(
            "Target group names, target group ARNs, and a load balancer ARN cannot be specified at the same time",
        ));
    }
    if let Some(arn) = balancer {
        state.load_balancer(arn)?;
    }
    let missing = || AwsError::new("TargetGroupNotFound", "One or more target groups not found");
    let mut rows: Vec<&TargetGroup> = Vec::new();
    for arn in &arns {
        rows.push(state.target_groups.get(*arn).ok_or_else(missing)?);
    }
    for name in &names {
        rows.push(state.target_groups.values().find(|group| group.name == *name).ok_or_else(missing)?);
    }
    if arns.is_empty() && names.is_empty() {
        let all = state.target_groups.values();
        rows.extend(all.filter(|group| balancer.is_none() || group.load_balancer.as_deref() == balancer));
    }
    rows.sort_by(|one, other| one.name.cmp(&other.name));
    rows.dedup_by(|one, other| one.arn == other.arn);
    paged(input, "TargetGroups", rows.into_iter().map(|group| (group.name.clone(), group.render())).collect())
}

/// The health checks; nothing else of a target group can be changed.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyTargetGroup.html>
pub(super) fn modify(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let group = context.region().elbv2.target_group_mut(input.required("TargetGroupArn")?)?;
    group.health_check = group.health_check.clone().changed(input, group.subject())?;
    Ok(json!({ "TargetGroups": [group.render()] }))
}

/// One that does not exist is no error.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteTargetGroup.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let arn = input.required("TargetGroupArn")?;
    let groups = &mut context.region().elbv2.target_groups;
    match groups.get(arn) {
        Some(group) if group.load_balancer.is_some() => {
            let message = format!("Target group '{arn}' is currently in use by a listener or a rule");
            return Err(AwsError::new("ResourceInUse", message));
        }
        Some(_) => {}
        None => {
            let refusal = no_target_group(arn);
            return if refusal.code == "TargetGroupNotFound" { Ok(Value::Null) } else { Err(refusal) };
        }
    }
    groups.remove(arn);
    Ok(Value::Null)
}
