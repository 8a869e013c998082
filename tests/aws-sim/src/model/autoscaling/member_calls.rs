//! The calls about single instances of a group: to see, end, take out, protect and report them.

use serde_json::{Value, json};

use super::activity::{self, Activity, Outcome, at};
use super::group_calls::{balance_soon, living};
use super::member::{self, Ailment};
use super::paging::paged;
use super::{State, invalid, traffic};
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
    let decrement = decrement(input)?;
    let name = group_name(&context.region().autoscaling, instance_id)?;
    let before = living(context, &name)?.size;
    let shrinking = if decrement {
        if before.desired <= before.least {
            return Err(invalid(format!(
                "Currently, desiredSize equals minSize ({}). Terminating instance without replacement will violate \
                 group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's \
                 min size.",
                before.least
            )));
        }
        living(context, &name)?.size.desired -= 1;
        format!(", shrinking the capacity from {} to {}", before.desired, before.desired - 1)
    } else {
        String::new()
    };
    let cause = format!(
        "At {} instance {instance_id} was taken out of service in response to a user request{shrinking}.",
        at(context.now)
    );
    let activity_id = member::dismiss(context, instance_id, cause);
    balance_soon(context, &name);
    let group = context.region().autoscaling.group(&name)?;
    let shown = group.activities.iter().rev().find(|one| activity_id.as_ref() == Some(&one.id));
    Ok(json!({ "Activity": shown.map(|activity| activity.render(&group.name, &group.arn)) }))
}

/// The instances go on running outside the group.
pub(super) fn detach(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("AutoScalingGroupName")?;
    let decrement = decrement(input)?;
    let ids = members_named(context, name, input)?;
    let mut capacity = living(context, name)?.size.desired;
    if decrement {
        shrink_by(context, name, ids.len(), "detach")?;
    }
    let mut shown = Vec::new();
    for instance_id in ids {
        let (now, activity_id) = (context.now, context.world.ids.uuid());
        let shrinking = if decrement {
            capacity -= 1;
            format!(", shrinking the capacity from {} to {capacity}", capacity + 1)
        } else {
            String::new()
        };
        let cause =
            format!("At {} instance {instance_id} was detached in response to a user request{shrinking}.", at(now));
        let description = format!("Detaching EC2 instance: {instance_id}");
        traffic::deregister(context, name, &instance_id);
        let state = &mut context.region().autoscaling;
        state.forget(&instance_id);
        let group = state.group_mut(name)?;
        let begun = Activity::begin(&activity_id, description, cause, now);
        shown.push(begun.render(&group.name, &group.arn));
        activity::begin(&mut group.activities, begun);
        activity::end(&mut group.activities, &activity_id, Outcome::Successful, now);
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

/// Nothing happens to an instance in its grace period, unless the call says that this does not count.
/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetInstanceHealth.html>
pub(super) fn set_health(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (instance_id, status) = (input.required("InstanceId")?, input.required("HealthStatus")?);
    if !matches!(status, "Healthy" | "Unhealthy") {
        return Err(invalid(format!("Health status {status} is not valid; it must be Healthy or Unhealthy")));
    }
    let (respects_grace, now) = (input.flag("ShouldRespectGracePeriod")?.unwrap_or(true), context.now);
    let name = group_name(&context.region().autoscaling, instance_id)?;
    let group = context.region().autoscaling.group_mut(&name)?;
    let grace_period = group.settings.grace_period;
    if let Some(member) = group.members.get_mut(instance_id)
        && !(respects_grace && grace_period > 0 && member.is_in_grace(grace_period, now))
    {
        member.ailment = (status == "Unhealthy").then_some(Ailment::Reported);
    }
    member::check_health(context, instance_id);
    Ok(Value::Null)
}

/// The instances that a call names; all must be in the group.
pub(super) fn members_named(context: &mut Context<'_>, name: &str, input: &Input<'_>) -> Result<Vec<String>, AwsError> {
    let group = living(context, name)?;
    let ids = input.strings("InstanceIds");
    if ids.len() > 20 {
        return Err(invalid("The number of instance IDs must not exceed 20."));
    }
    match ids.iter().find(|id| !group.members.contains_key(*id)) {
        Some(id) => Err(invalid(format!("The instance {id} is not part of Auto Scaling group {name}."))),
        None => Ok(ids),
    }
}

/// So many instances fewer are desired, unless that is less than the least.
pub(super) fn shrink_by(context: &mut Context<'_>, name: &str, count: usize, doing: &str) -> Result<(), AwsError> {
    let by = i64::try_from(count).unwrap_or(i64::MAX);
    let size = &mut living(context, name)?.size;
    if size.desired - by < size.least {
        return Err(no_room(name, *size, doing, count));
    }
    size.desired -= by;
    Ok(())
}

/// The refusal of instances that come or go where the bounds of the group leave no room.
pub(super) fn no_room(name: &str, size: super::group::Size, doing: &str, count: usize) -> AwsError {
    let (more, plural) = (if doing == "attach" { " more" } else { "" }, if count == 1 { "" } else { "s" });
    invalid(format!(
        "AutoScalingGroup {name} has min-size={}, max-size={}, and desired-size={}. To {doing} {count}{more} \
         instance{plural}, please update the AutoScalingGroup sizes appropriately.",
        size.least, size.most, size.desired
    ))
}

pub(super) fn decrement(input: &Input<'_>) -> Result<bool, AwsError> {
    let member = "ShouldDecrementDesiredCapacity";
    input.flag(member)?.ok_or_else(|| input.missing(member))
}

fn group_name(state: &State, instance_id: &str) -> Result<String, AwsError> {
    state.group_of.get(instance_id).cloned().ok_or_else(|| {
        invalid(format!("Instance Id not found - No managed instance found for instance ID: {instance_id}"))
    })
}
