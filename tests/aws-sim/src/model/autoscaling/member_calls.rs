//! The calls about single instances of a group.

use serde_json::{Value, json};

use super::group_calls::{balance_soon, living, paged};
use super::{State, activity, invalid, member};
use crate::model::clock::iso;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let ids = input.texts("InstanceIds");
    let members = context.region().autoscaling.members();
    let asked = members.filter(|(_, member)| ids.is_empty() || ids.contains(&member.instance_id.as_str()));
    let rows = asked.map(|(group, member)| (member.instance_id.clone(), member.render(Some(group))));
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    paged(input, "AutoScalingInstances", rows, 50)
}

/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_TerminateInstanceInAutoScalingGroup.html>
pub(super) fn terminate(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let instance_id = input.required("InstanceId")?;
    let decrement =
        input.flag("ShouldDecrementDesiredCapacity")?.ok_or_else(|| input.missing("ShouldDecrementDesiredCapacity"))?;
    let name = group_name(&context.region().autoscaling, instance_id)?;
    if decrement {
        shrink_by(context, &name, 1, "Terminating instance without replacement")?;
    }
    let activity_id =
        member::dismiss(context, instance_id, "instance was taken out of service in response to a user request.");
    balance_soon(context, &name);
    let group = context.region().autoscaling.group(&name)?;
    let shown = group.activities.iter().find(|one| activity_id.as_ref() == Some(&one.id));
    Ok(json!({ "Activity": shown.map(|activity| activity.render(&group.name, &group.arn)) }))
}

/// The instances go on running outside the group.
pub(super) fn detach(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("AutoScalingGroupName")?;
    let decrement =
        input.flag("ShouldDecrementDesiredCapacity")?.ok_or_else(|| input.missing("ShouldDecrementDesiredCapacity"))?;
    let ids = members_named(context, name, input)?;
    if decrement {
        shrink_by(context, name, i64::try_from(ids.len()).unwrap_or(i64::MAX), "Detaching the instances")?;
    }
    let mut shown = Vec::new();
    for instance_id in ids {
        let (now, activity_id) = (context.now, context.world.ids.uuid());
        let cause = format!("At {} instance {instance_id} was detached in response to a user request.", iso(now));
        let description = format!("Detaching EC2 instance: {instance_id}");
        let state = &mut context.region().autoscaling;
        state.forget(&instance_id);
        let group = state.group_mut(name)?;
        let begun = activity::Activity::begin(&activity_id, description, cause, now);
        shown.push(begun.render(&group.name, &group.arn));
        activity::begin(&mut group.activities, begun);
        activity::succeed(&mut group.activities, &activity_id, now);
    }
    balance_soon(context, name);
    Ok(json!({ "Activities": shown }))
}

pub(super) fn set_protection(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("AutoScalingGroupName")?;
    let protected = input.flag("ProtectedFromScaleIn")?.ok_or_else(|| input.missing("ProtectedFromScaleIn"))?;
    for id in members_named(context, name, input)? {
        if let Some(member) = living(context, name)?.members.get_mut(&id) {
            member.is_protected = protected;
        }
    }
    balance_soon(context, name);
    Ok(json!({}))
}

pub(super) fn set_health(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (instance_id, status) = (input.required("InstanceId")?, input.required("HealthStatus")?);
    if !matches!(status, "Healthy" | "Unhealthy") {
        return Err(invalid(format!("Health status {status} is not valid; it must be Healthy or Unhealthy")));
    }
    group_name(&context.region().autoscaling, instance_id)?;
    let group = context.region().autoscaling.group_with(instance_id);
    if let Some(member) = group.and_then(|group| group.members.get_mut(instance_id)) {
        member.is_healthy = status == "Healthy";
    }
    member::check_health(context, instance_id);
    Ok(Value::Null)
}

/// The instances that a call names; all must be in the group.
fn members_named(context: &mut Context<'_>, name: &str, input: &Input<'_>) -> Result<Vec<String>, AwsError> {
    let group = living(context, name)?;
    let ids = input.strings("InstanceIds");
    match ids.iter().find(|id| !group.members.contains_key(*id)) {
        Some(id) => Err(invalid(format!("The instance {id} is not part of Auto Scaling group {name}."))),
        None => Ok(ids),
    }
}

fn shrink_by(context: &mut Context<'_>, name: &str, by: i64, doing: &str) -> Result<(), AwsError> {
    let size = &mut living(context, name)?.size;
    if size.desired - by < size.least {
        return Err(invalid(format!(
            "Currently, desiredSize equals minSize ({}). {doing} will violate group's min size constraint. Either set \
             shouldDecrementDesiredCapacity flag to false or lower group's min size.",
            size.least
        )));
    }
    size.desired -= by;
    Ok(())
}

fn group_name(state: &State, instance_id: &str) -> Result<String, AwsError> {
    state.group_of.get(instance_id).cloned().ok_or_else(|| {
        invalid(format!("Instance Id not found - No managed instance found for instance ID: {instance_id}"))
    })
}
