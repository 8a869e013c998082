//! An instance in a group, from launch to end.

use serde_json::{Value, json};

use super::activity;
use super::group_calls::balance_soon;
use super::launch_spec::Template;
use super::lifecycle_hook::{self, Transition};
use super::{Event, State};
use crate::model::clock::iso;
use crate::model::context::Context;
use crate::model::ec2::instance;
use crate::model::event;
use crate::model::timing;

/// An instance in a group.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Member {
    pub(super) instance_id: String,
    pub(super) instance_type: String,
    pub(super) zone: String,
    pub(super) template: Template,
    pub(super) stage: Stage,
    pub(super) is_healthy: bool,
    pub(super) is_protected: bool,
    /// The activity that goes on about it.
    pub(super) activity_id: String,
    /// The token of the lifecycle action that it waits for.
    pub(super) waits_for: Option<String>,
}

/// Where in a group's life cycle an instance is.
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, serde::Serialize, serde::Deserialize)]
pub(super) enum Stage {
    Pending,
    #[strum(serialize = "Pending:Wait")]
    PendingWait,
    InService,
    #[strum(serialize = "Terminating:Wait")]
    TerminatingWait,
    Terminating,
}

impl Stage {
    pub(super) fn is_leaving(self) -> bool {
        matches!(self, Self::TerminatingWait | Self::Terminating)
    }
}

impl Member {
    /// With the group's name where instances of all groups are listed.
    pub(super) fn render(&self, group: Option<&str>) -> Value {
        let stage: &str = self.stage.into();
        // The listing of all groups shouts, the listing of one does not.
        let health = match (self.is_healthy, group) {
            (true, None) => "Healthy",
            (false, None) => "Unhealthy",
            (true, Some(_)) => "HEALTHY",
            (false, Some(_)) => "UNHEALTHY",
        };
        json!({
            "InstanceId": self.instance_id,
            "InstanceType": self.instance_type,
            "AutoScalingGroupName": group,
            "AvailabilityZone": self.zone,
            "LifecycleState": stage,
            "HealthStatus": health,
            "LaunchTemplate": self.template.render(),
            "ProtectedFromScaleIn": self.is_protected,
        })
    }
}

/// The instance runs: it is in service, unless a hook wants to be asked first.
pub(super) fn has_launched(context: &mut Context<'_>, instance_id: &str) {
    let Some(group) = context.region().autoscaling.group_with(instance_id) else { return };
    let Some(member) = group.members.get_mut(instance_id).filter(|member| member.stage == Stage::Pending) else {
        return;
    };
    if let Some(hook) = lifecycle_hook::first_of(&group.hooks, Transition::Launching) {
        member.stage = Stage::PendingWait;
        lifecycle_hook::wait(context, instance_id, &hook);
    } else {
        enter_service(context, instance_id);
    }
}

pub(super) fn enter_service(context: &mut Context<'_>, instance_id: &str) {
    let now = context.now;
    let Some(group) = context.region().autoscaling.group_with(instance_id) else { return };
    let Some(member) = group.members.get_mut(instance_id) else { return };
    (member.stage, member.waits_for) = (Stage::InService, None);
    let activity_id = member.activity_id.clone();
    activity::succeed(&mut group.activities, &activity_id, now);
}

/// The group parts with an instance; a hook may want to be asked first. Answers the activity's id.
pub(super) fn dismiss(context: &mut Context<'_>, instance_id: &str, cause: &str) -> Option<String> {
    let (now, activity_id) = (context.now, context.world.ids.uuid());
    let group = context.region().autoscaling.group_with(instance_id)?;
    let hook = lifecycle_hook::first_of(&group.hooks, Transition::Terminating);
    let member = group.members.get_mut(instance_id)?;
    if member.stage.is_leaving() {
        return Some(member.activity_id.clone());
    }
    let waits = hook.filter(|_| member.is_healthy);
    member.activity_id.clone_from(&activity_id);
    let description = format!("Terminating EC2 instance: {instance_id}");
    let cause = format!("At {} {cause}", iso(now));
    group.activities.push(activity::Activity::begin(&activity_id, description, cause, now));
    match waits {
        Some(hook) => {
            member.stage = Stage::TerminatingWait;
            lifecycle_hook::wait(context, instance_id, &hook);
        }
        None => terminate(context, instance_id),
    }
    Some(activity_id)
}

/// Ends the instance itself.
pub(super) fn terminate(context: &mut Context<'_>, instance_id: &str) {
    let Some(group) = context.region().autoscaling.group_with(instance_id) else { return };
    if let Some(member) = group.members.get_mut(instance_id) {
        (member.stage, member.waits_for) = (Stage::Terminating, None);
    }
    let reason = ("Client.UserInitiatedShutdown", "Client.UserInitiatedShutdown: User initiated shutdown");
    instance::terminate(context, instance_id, reason);
}

/// Somebody ends the instance. If it is not the group, the group's next health check will notice.
pub(super) fn is_ending(context: &mut Context<'_>, instance_id: &str) {
    let Some(group) = context.region().autoscaling.group_with(instance_id) else { return };
    if group.members.get(instance_id).is_some_and(|member| member.stage != Stage::Terminating) {
        let check = Event::HealthCheck { instance_id: instance_id.to_owned() };
        context.schedule(timing::SCALING_CHECKS, event::Event::AutoScaling(check));
    }
}

/// An instance that does not run is unhealthy: the group parts with it, and will launch another.
pub(super) fn check_health(context: &mut Context<'_>, instance_id: &str) {
    let ending = context.region().ec2.instances.get(instance_id).is_none_or(instance::Instance::is_ending);
    let Some(group) = context.region().autoscaling.group_with(instance_id) else { return };
    let name = group.name.clone();
    let Some(member) = group.members.get_mut(instance_id).filter(|member| !member.stage.is_leaving()) else { return };
    if ending || !member.is_healthy {
        member.is_healthy = false;
        let cause = "an instance was taken out of service in response to an EC2 health check indicating it has been \
                     terminated or stopped.";
        dismiss(context, instance_id, cause);
        balance_soon(context, &name);
    }
}

/// The instance is gone, and with it the member.
pub(super) fn has_gone(context: &mut Context<'_>, instance_id: &str) {
    let now = context.now;
    let state = &mut context.region().autoscaling;
    let Some(name) = state.group_of.get(instance_id).cloned() else { return };
    if let Some(group) = state.groups.get_mut(&name)
        && let Some(member) = group.members.get(instance_id)
    {
        let activity_id = member.activity_id.clone();
        activity::succeed(&mut group.activities, &activity_id, now);
    }
    state.forget(instance_id);
    balance_soon(context, &name);
}

impl State {
    /// Takes an instance out of its group without ending it.
    pub(super) fn forget(&mut self, instance_id: &str) {
        if let Some(group) = self.group_with(instance_id) {
            group.members.shift_remove(instance_id);
        }
        self.group_of.remove(instance_id);
    }
}
