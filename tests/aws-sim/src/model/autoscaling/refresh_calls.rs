//! The calls that start, show and stop instance refreshes.

use std::collections::BTreeSet;

use serde_json::json;

use super::group::Group;
use super::group_calls::living;
use super::invalid;
use super::launch_spec::{self, LaunchSpec, Source};
use super::member::Member;
use super::paging::paged;
use super::refresh::{self, Refresh, Status};
use super::refresh_preferences::Preferences;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html>
pub(super) fn start(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("AutoScalingGroupName")?;
    let group = living(context, name)?.clone();
    if refresh::active(&group).is_some() {
        let message = "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.";
        return Err(AwsError::new("InstanceRefreshInProgress", message));
    }
    let desired = Source::read(context, &input.part("DesiredConfiguration"))?;
    if let Some(source) = desired.clone() {
        launch_spec::check(context, &LaunchSpec { source, subnet_ids: group.launch.subnet_ids.clone() })?;
    }
    let preferences = Preferences::read(&input.part("Preferences"), &group, desired.is_some())?;
    let target = desired.clone().unwrap_or_else(|| group.launch.source.clone());
    let matching = preferences.skip_matching.then(|| matching(context, &group, &target));
    let is_due = |member: &&Member| {
        let matches = matching.as_ref().is_some_and(|ids| ids.contains(&member.instance_id));
        preferences.concerns(member) && !matches
    };
    let queue: Vec<String> = group.members.values().filter(is_due).map(|member| member.instance_id.clone()).collect();
    let (id, now) = (context.world.ids.uuid(), context.now);
    let started = Refresh {
        id: id.clone(),
        status: Status::Pending,
        reason: None,
        asked: now,
        ended: None,
        preferences,
        desired,
        previous: group.launch.source,
        total: queue.len(),
        queue,
        rested_at: BTreeSet::new(),
        rests_until: None,
        got_on: now,
        rollback: None,
    };
    living(context, name)?.refreshes.push(started);
    refresh::step_soon(context, name);
    Ok(json!({ "InstanceRefreshId": id }))
}

/// Newest first.
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (name, ids, now) = (input.required("AutoScalingGroupName")?, input.texts("InstanceRefreshIds"), context.now);
    let group = context.region().autoscaling.group(name)?;
    if let Some(unknown) = ids.iter().find(|id| !group.refreshes.iter().any(|refresh| refresh.id == **id)) {
        return Err(invalid(format!("Instance refresh {unknown} not found for Auto Scaling group {name}.")));
    }
    let asked = group.refreshes.iter().rev().filter(|one| ids.is_empty() || ids.contains(&one.id.as_str()));
    paged(input, "InstanceRefreshes", asked.map(|one| (one.id.clone(), one.render(group, now))).collect(), 50)
}

/// What has been replaced stays so.
/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CancelInstanceRefresh.html>
pub(super) fn cancel(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("AutoScalingGroupName")?;
    let refresh = active(context, name)?;
    refresh.status = Status::Cancelling;
    Ok(json!({ "InstanceRefreshId": refresh.id }))
}

/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RollbackInstanceRefresh.html>
pub(super) fn roll_back(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("AutoScalingGroupName")?;
    let refresh = active(context, name)?;
    let id = refresh.id.clone();
    let pinned = refresh.previous.template().is_none_or(launch_spec::Template::is_pinned);
    if refresh.desired.is_none() || !pinned || refresh.status == Status::RollbackInProgress {
        return Err(AwsError::new(
            "IrreversibleInstanceRefresh",
            "A rollback is not possible: the instance refresh has no desired configuration, or the group used the \
             $Latest or $Default version of its launch template.",
        ));
    }
    refresh::roll_back(context, name, "The rollback was asked for by a user.");
    Ok(json!({ "InstanceRefreshId": id }))
}

/// The instances that are already as the group shall be.
fn matching(context: &mut Context<'_>, group: &Group, target: &Source) -> Vec<String> {
    let spec = LaunchSpec { source: target.clone(), subnet_ids: Vec::new() };
    let instance_type = launch_spec::instance_type(context, &spec);
    let version = launch_spec::resolved_version(context, target);
    let is_same = |member: &&Member| {
        let same_version = match member.origin.as_ref().and_then(Source::template) {
            Some(template) => Some(&template.version) == version.as_ref(),
            None => true,
        };
        let same_type = instance_type.as_ref().is_none_or(|kind| *kind == member.instance_type);
        member.origin.as_ref().is_some_and(|origin| origin.is_like(target)) && same_version && same_type
    };
    group.members.values().filter(is_same).map(|member| member.instance_id.clone()).collect()
}

fn active<'a>(context: &'a mut Context<'_>, name: &str) -> Result<&'a mut Refresh, AwsError> {
    let group = context.region().autoscaling.group_mut(name)?;
    refresh::active_mut(group).ok_or_else(|| {
        let message = format!("No in progress or pending Instance Refresh found for Auto Scaling group {name}");
        AwsError::new("ActiveInstanceRefreshNotFound", message)
    })
}
