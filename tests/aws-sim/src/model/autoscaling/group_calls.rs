//! The calls that make, change, show and delete groups.

use serde_json::Value;

use super::activity::at;
use super::group::{Group, Size};
use super::launch_spec::{self, LaunchSpec, Source, not_one_source};
use super::paging::paged;
use super::settings::Settings;
use super::{Event, GROUPS, already_exists, capacity, in_use, invalid, lifecycle_hook, refresh, tagging, traffic};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::timing;
use crate::model::{event, iam};

/// The service whose role groups use.
const SERVICE: &str = "autoscaling.amazonaws.com";

/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html>
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("AutoScalingGroupName")?;
    if name.chars().count() > 255 || name.contains(':') {
        return Err(invalid(format!("The group name '{name}' is invalid.")));
    }
    let size = Size::read(input)?;
    let state = &context.region().autoscaling;
    if let Some(group) = state.groups.get(name) {
        let going = if group.is_going { " and is pending delete" } else { "" };
        return Err(already_exists(format!(
            "AutoScalingGroup by this name already exists - A group with the name {name} already exists{going}"
        )));
    }
    if state.groups.len() >= GROUPS {
        return Err(AwsError::new("LimitExceeded", format!("Quota of {GROUPS} Auto Scaling groups exceeded.")));
    }
    let source = Source::read(context, input)?.ok_or_else(not_one_source)?;
    let subnet_ids = launch_spec::read_subnets(context, input.text("VPCZoneIdentifier").unwrap_or_default())?;
    let launch = LaunchSpec { source, subnet_ids };
    launch_spec::check(context, &launch)?;
    let role = context.global_arn("iam", &format!("role/aws-service-role/{SERVICE}/AWSServiceRoleForAutoScaling"));
    let settings = Settings::new(role).changed(input)?;
    let uuid = context.world.ids.uuid();
    let arn = context.arn("autoscaling", &format!("autoScalingGroup:{uuid}:autoScalingGroupName/{name}"));
    let mut group = Group::new(name, arn, size, launch, settings, context.now);
    group.tags = tagging::read(input)?.into_iter().map(|(_, key, tag)| (key, tag)).collect();
    group.hooks = lifecycle_hook::read_all(input)?;
    group.traffic = traffic::read_all(context, input)?;
    group.causes.push(format!(
        "At {} a user request created an AutoScalingGroup changing the desired capacity from 0 to {}.",
        at(context.now),
        size.desired
    ));
    iam::ensure_service_linked_role(context, SERVICE);
    context.region().autoscaling.groups.insert(name.to_owned(), group);
    balance_soon(context, name);
    traffic::watch(context, name);
    Ok(Value::Null)
}

/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html>
pub(super) fn update(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("AutoScalingGroupName")?;
    let group = living(context, name)?.clone();
    let (size, settings) = (group.size.changed(input)?, group.settings.clone().changed(input)?);
    let mut launch = group.launch.clone();
    let source = Source::read(context, input)?;
    if source.is_some() && refresh::active(&group).is_some_and(|refresh| refresh.desired.is_some()) {
        return Err(invalid(
            "An active instance refresh with a desired configuration exists. All configuration options derived from the \
             desired configuration are not available for update while the instance refresh is active.",
        ));
    }
    let changes_launch = source.is_some() || input.has("VPCZoneIdentifier");
    launch.source = source.unwrap_or(launch.source);
    if let Some(list) = input.text("VPCZoneIdentifier") {
        launch.subnet_ids = launch_spec::read_subnets(context, list)?;
    }
    if changes_launch {
        launch_spec::check(context, &launch)?;
    }
    let asked_before = group.settings.asks_load_balancers();
    let (watches, now, before) = (settings.asks_load_balancers() && !asked_before, context.now, group.size.desired);
    let group = living(context, name)?;
    (group.size, group.launch, group.settings) = (size, launch, settings);
    if size.desired != before {
        group.causes.push(format!(
            "At {} a user request update of AutoScalingGroup constraints to min: {}, max: {}, desired: {} changing the \
             desired capacity from {before} to {}.",
            at(now),
            size.least,
            size.most,
            size.desired,
            size.desired
        ));
    }
    balance_soon(context, name);
    if watches {
        traffic::watch(context, name);
    }
    Ok(Value::Null)
}

/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetDesiredCapacity.html>
pub(super) fn set_desired_capacity(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (name, desired) = (input.required("AutoScalingGroupName")?, input.required_int("DesiredCapacity")?);
    let size = living(context, name)?.size;
    size.check_desired(desired)?;
    if input.flag("HonorCooldown")?.unwrap_or(false) {
        check_cooldown(context, name)?;
    }
    let cause = format!(
        "At {} a user request explicitly set group desired capacity changing the desired capacity from {} to {desired}.",
        at(context.now),
        size.desired
    );
    change_desired(context, name, desired, cause);
    Ok(Value::Null)
}

/// Sets the desired capacity, whoever asks for it, and says in a sentence why.
pub(super) fn change_desired(context: &mut Context<'_>, name: &str, desired: i64, cause: String) {
    let Some(group) = context.region().autoscaling.groups.get_mut(name) else { return };
    if group.size.desired != desired {
        group.size.desired = desired;
        group.causes.push(cause);
    }
    balance_soon(context, name);
}

/// Refuses while an activity is under way, or has ended a moment ago.
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scaling-cooldowns.html>
pub(super) fn check_cooldown(context: &mut Context<'_>, name: &str) -> Result<(), AwsError> {
    let now = context.now;
    let group = context.region().autoscaling.group(name)?;
    let cooldown = chrono::TimeDelta::seconds(group.settings.cooldown);
    let recent = group.activities.iter().rev().find(|one| one.ended.is_none_or(|ended| ended + cooldown > now));
    recent.map_or(Ok(()), |activity| {
        let message = format!("Scaling activity {} is in progress and blocking this action", activity.id);
        Err(AwsError::new("ScalingActivityInProgress", message))
    })
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let names = input.texts("AutoScalingGroupNames");
    let with_instances = input.flag("IncludeInstances")?.unwrap_or(true);
    let region = context.region();
    let mut rows = Vec::new();
    for group in region.autoscaling.groups.values() {
        if (names.is_empty() || names.contains(&group.name.as_str())) && is_asked(input, group)? {
            let zones = capacity::zones(&region.ec2, &group.launch.subnet_ids);
            rows.push((group.name.clone(), group.render(&zones, with_instances)));
        }
    }
    paged(input, "AutoScalingGroups", rows, 50)
}

/// By force the instances go with it, and nobody is asked about them.
/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("AutoScalingGroupName")?;
    let force = input.flag("ForceDelete")?.unwrap_or(false);
    let group = context.region().autoscaling.group_mut(name)?;
    if !group.members.is_empty() && !force {
        return Err(in_use(
            "You cannot delete an AutoScalingGroup while there are instances or pending activities still in the group.",
        ));
    }
    group.is_going = true;
    group.size = Size { least: 0, most: 0, desired: 0 };
    group.hooks.clear();
    group.scheduled.clear();
    if let Some(refresh) = refresh::active_mut(group) {
        refresh.status = refresh::Status::Cancelling;
    }
    let aside = group.members.values().filter(|member| !member.stage.counts());
    let ids: Vec<String> = aside.map(|member| member.instance_id.clone()).collect();
    // Those in standby or waiting for a hook do not count as capacity that could shrink.
    for id in ids {
        super::member::terminate(context, &id);
    }
    balance_soon(context, name);
    Ok(Value::Null)
}

/// Lets the group see to its number of instances.
pub(super) fn balance_soon(context: &mut Context<'_>, name: &str) {
    let balance = Event::Balance { group: name.to_owned() };
    context.schedule(timing::SCALING_REACTS, event::Event::AutoScaling(balance));
}

/// The group, unless it is being deleted.
pub(super) fn living<'a>(context: &'a mut Context<'_>, name: &str) -> Result<&'a mut Group, AwsError> {
    let group = context.region().autoscaling.group_mut(name)?;
    if group.is_going { Err(invalid(format!("AutoScalingGroup {name} is pending delete"))) } else { Ok(group) }
}

fn is_asked(input: &Input<'_>, group: &Group) -> Result<bool, AwsError> {
    for filter in input.parts("Filters") {
        let (name, values) = (filter.required("Name")?, filter.texts("Values"));
        let matches = match name {
            "tag-key" => group.tags.keys().any(|key| values.contains(&key.as_str())),
            "tag-value" => group.tags.values().any(|tag| values.contains(&tag.value.as_str())),
            _ => match name.strip_prefix("tag:") {
                Some(key) => group.tags.get(key).is_some_and(|tag| values.contains(&tag.value.as_str())),
                None => return Err(invalid(format!("Filter type {name} is not correct."))),
            },
        };
        if !matches {
            return Ok(false);
        }
    }
    Ok(true)
}
