//! An instance in a group, from launch to end.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::activity::{self, Outcome, at};
use super::group_calls::balance_soon;
use super::launch_spec::Source;
use super::lifecycle_hook::{self, Transition, Wait};
use super::{Event, State, managed, news, traffic};
use crate::model::clock::{Moment, seconds};
use crate::model::context::Context;
use crate::model::ec2::instance;
use crate::model::ecs;
use crate::model::event;
use crate::model::timing;

/// An instance in a group.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Member {
    pub(super) instance_id: String,
    pub(super) instance_type: String,
    pub(super) image_id: String,
    pub(super) zone: String,
    pub(super) subnet_id: String,
    /// What it was launched from; none if it was attached.
    pub(super) origin: Option<Source>,
    pub(super) is_spot: bool,
    /// How much of the group's capacity it makes up.
    pub(super) weight: i64,
    pub(super) stage: Stage,
    pub(super) ailment: Option<Ailment>,
    pub(super) is_protected: bool,
    pub(super) launched: Moment,
    pub(super) in_service_since: Option<Moment>,
    /// The activity that goes on about it.
    pub(super) activity_id: String,
    /// The lifecycle actions that it waits for, by hook.
    pub(super) waits: BTreeMap<String, Wait>,
}

/// Where in a group's life cycle an instance is.
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, serde::Serialize, serde::Deserialize)]
pub(super) enum Stage {
    Pending,
    #[strum(serialize = "Pending:Wait")]
    PendingWait,
    InService,
    EnteringStandby,
    Standby,
    #[strum(serialize = "Terminating:Wait")]
    TerminatingWait,
    Terminating,
}

/// Why an instance counts as unhealthy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) enum Ailment {
    /// EC2 says that it does not run.
    Stopped,
    /// A load balancer says so.
    FailsChecks,
    /// Somebody has said so.
    Reported,
}

impl Stage {
    pub(super) fn is_leaving(self) -> bool {
        matches!(self, Self::TerminatingWait | Self::Terminating)
    }

    /// Whether such an instance counts towards the desired capacity.
    pub(super) fn counts(self) -> bool {
        matches!(self, Self::Pending | Self::PendingWait | Self::InService)
    }
}

impl Ailment {
    fn sentence(self) -> &'static str {
        match self {
            Self::Stopped => "an EC2 health check indicating it has been terminated or stopped.",
            Self::FailsChecks => "an ELB system health check failure.",
            Self::Reported => "a user health-check.",
        }
    }
}

impl Member {
    /// With the group's name where instances of all groups are listed.
    pub(super) fn render(&self, group: Option<&str>) -> Value {
        let stage: &str = self.stage.into();
        // The listing of all groups shouts, the listing of one does not.
        let health = match (self.ailment, group) {
            (None, None) => "Healthy",
            (Some(_), None) => "Unhealthy",
            (None, Some(_)) => "HEALTHY",
            (Some(_), Some(_)) => "UNHEALTHY",
        };
        let mut shown = json!({
            "InstanceId": self.instance_id,
            "InstanceType": self.instance_type,
            "AutoScalingGroupName": group,
            "AvailabilityZone": self.zone,
            "LifecycleState": stage,
            "HealthStatus": health,
            "ProtectedFromScaleIn": self.is_protected,
            "WeightedCapacity": (self.weight > 1).then(|| self.weight.to_string()),
        });
        if let (Some(members), Some(origin)) = (shown.as_object_mut(), &self.origin) {
            members.extend(origin.render());
        }
        shown
    }

    /// Whether its grace period lasts, in which its health is not looked at.
    pub(super) fn is_in_grace(&self, grace_period: i64, now: Moment) -> bool {
        #[allow(clippy::cast_precision_loss, reason = "seconds of a setting")]
        let span = seconds(grace_period as f64);
        self.in_service_since.is_none_or(|since| since + span > now)
    }
}

/// The instance runs: it is in service, unless a hook wants to be asked first.
pub(super) fn has_launched(context: &mut Context<'_>, instance_id: &str) {
    let Some(group) = context.region().autoscaling.group_with(instance_id) else { return };
    let Some(member) = group.members.get_mut(instance_id).filter(|member| member.stage == Stage::Pending) else {
        return;
    };
    let hooks = lifecycle_hook::of(&group.hooks, Transition::Launching);
    if hooks.is_empty() {
        return enter_service(context, instance_id);
    }
    member.stage = Stage::PendingWait;
    lifecycle_hook::wait(context, instance_id, &hooks);
}

pub(super) fn enter_service(context: &mut Context<'_>, instance_id: &str) {
    let now = context.now;
    let Some(group) = context.region().autoscaling.group_with(instance_id) else { return };
    let name = group.name.clone();
    let Some(member) = group.members.get_mut(instance_id) else { return };
    member.waits.clear();
    (member.stage, member.in_service_since) = (Stage::InService, Some(now));
    let activity_id = member.activity_id.clone();
    activity::end(&mut group.activities, &activity_id, Outcome::Successful, now);
    news::activity_ended(context, &name, &activity_id, instance_id, "EC2 Instance Launch Successful");
    traffic::register(context, &name, instance_id);
}

/// The group parts with an instance; hooks may want to be asked first. Answers the activity's id.
pub(super) fn dismiss(context: &mut Context<'_>, instance_id: &str, cause: String) -> Option<String> {
    let (now, activity_id) = (context.now, context.world.ids.uuid());
    let ending = context.region().ec2.instances.get(instance_id).is_none_or(instance::Instance::is_ending);
    let group = context.region().autoscaling.group_with(instance_id)?;
    let name = group.name.clone();
    let hooks = lifecycle_hook::of(&group.hooks, Transition::Terminating);
    let member = group.members.get_mut(instance_id)?;
    if member.stage.is_leaving() {
        return Some(member.activity_id.clone());
    }
    // Nobody is asked about an instance that never was in service, or that runs no more.
    let waits = !hooks.is_empty() && !ending && member.in_service_since.is_some();
    let before = std::mem::replace(&mut member.activity_id, activity_id.clone());
    member.waits.clear();
    member.stage = if waits { Stage::TerminatingWait } else { Stage::Terminating };
    let description = format!("Terminating EC2 instance: {instance_id}");
    let begun = activity::Activity::begin(&activity_id, description, cause, now).at(&member.subnet_id, &member.zone);
    let cancelled = Outcome::Cancelled("The instance was terminated before it was in service.".to_owned());
    activity::end(&mut group.activities, &before, cancelled, now);
    activity::begin(&mut group.activities, begun);
    traffic::deregister(context, &name, instance_id);
    if waits {
        lifecycle_hook::wait(context, instance_id, &hooks);
        if hooks.iter().any(|hook| hook.is_called(managed::DRAINING_HOOK)) {
            ecs::instance_leaves(context, instance_id);
        }
    } else {
        terminate(context, instance_id);
    }
    Some(activity_id)
}

/// Ends the instance itself.
pub(super) fn terminate(context: &mut Context<'_>, instance_id: &str) {
    let Some(group) = context.region().autoscaling.group_with(instance_id) else { return };
    if let Some(member) = group.members.get_mut(instance_id) {
        member.stage = Stage::Terminating;
        member.waits.clear();
        let activity_id = member.activity_id.clone();
        activity::go_on(&mut group.activities, &activity_id, Outcome::InProgress);
    }
    let reason = ("Client.UserInitiatedShutdown", "Client.UserInitiatedShutdown: User initiated shutdown");
    instance::terminate(context, instance_id, reason);
}

/// Somebody ends or stops the instance. If it is not the group, the group's next health check will notice.
pub(super) fn is_ending(context: &mut Context<'_>, instance_id: &str) {
    let Some(group) = context.region().autoscaling.group_with(instance_id) else { return };
    if group.members.get(instance_id).is_some_and(|member| member.stage != Stage::Terminating) {
        let check = Event::HealthCheck { instance_id: instance_id.to_owned() };
        context.schedule(timing::SCALING_CHECKS, event::Event::AutoScaling(check));
    }
}

/// An instance that does not run, or is said to be unwell, is unhealthy: the group parts with it, and will launch
/// another.
pub(super) fn check_health(context: &mut Context<'_>, instance_id: &str) {
    let found = context.region().ec2.instances.get(instance_id);
    let ending = found.is_none_or(instance::Instance::is_ending);
    let is_down = found.is_none_or(instance::Instance::is_down);
    let now = context.now;
    let Some(group) = context.region().autoscaling.group_with(instance_id) else { return };
    let name = group.name.clone();
    let acts = ["HealthCheck", "ReplaceUnhealthy", "Terminate"].iter().all(|process| group.runs(process));
    let Some(member) = group.members.get_mut(instance_id).filter(|member| !member.stage.is_leaving()) else { return };
    if is_down && (ending || member.stage != Stage::Standby) {
        member.ailment = Some(Ailment::Stopped);
    }
    // Health is not looked at in standby.
    let Some(ailment) = member.ailment.filter(|_| acts && (ending || member.stage != Stage::Standby)) else { return };
    group.replacing += 1;
    let response = ailment.sentence();
    let cause = format!("At {} an instance was taken out of service in response to {response}", at(now));
    dismiss(context, instance_id, cause);
    balance_soon(context, &name);
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
        activity::end(&mut group.activities, &activity_id, Outcome::Successful, now);
        news::activity_ended(context, &name, &activity_id, instance_id, "EC2 Instance Terminate Successful");
    }
    context.region().autoscaling.forget(instance_id);
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

    /// The members of all groups with the names of their groups.
    pub(super) fn members(&self) -> impl Iterator<Item = (&str, &Member)> {
        self.groups.values().flat_map(|group| group.members.values().map(|member| (group.name.as_str(), member)))
    }
}
