//! Auto Scaling groups: they launch instances and keep as many as are desired.

mod activity;
mod capacity;
mod coming_and_going;
mod group;
mod group_calls;
mod launch_configuration;
mod launch_spec;
mod lifecycle_hook;
pub(crate) mod managed;
mod member;
mod member_calls;
mod mixed_instances;
mod news;
mod notification;
mod offers;
mod operations;
mod paging;
mod process;
mod refresh;
mod refresh_calls;
mod refresh_preferences;
mod scaling_policy;
mod scheduled_action;
mod settings;
mod size;
mod tagging;
mod termination;
mod traffic;

use std::collections::BTreeMap;

use group::Group;
use launch_configuration::LaunchConfiguration;
pub(crate) use operations::handler;

use super::clock::Moment;
use super::context::Context;
use super::error::AwsError;
use super::inventory::Item;

/// Groups in one region. <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-quotas.html>
const GROUPS: usize = 500;

/// What Auto Scaling has in one region.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct State {
    groups: BTreeMap<String, Group>,
    launch_configurations: BTreeMap<String, LaunchConfiguration>,
    /// The group of every instance that is in one.
    group_of: BTreeMap<String, String>,
    /// Groups that are gone, oldest first.
    deleted: Vec<Group>,
}

/// What happens by itself.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) enum Event {
    /// A group compares what it has with what is desired.
    Balance { group: String },
    /// A group notices that an instance ends which it did not end itself.
    HealthCheck { instance_id: String },
    /// A group asks its load balancers about its instances.
    AskLoadBalancers { group: String },
    /// A lifecycle hook has waited long enough.
    HookExpires { instance_id: String, token: String },
    /// An instance arrives in standby, or back from it.
    MemberSettles { instance_id: String },
    /// An instance refresh goes on.
    RefreshSteps { group: String },
    /// The time of a scheduled action has come.
    ScheduledAction { group: String, name: String, due: Moment },
}

impl State {
    /// The group that a call names.
    fn group(&self, name: &str) -> Result<&Group, AwsError> {
        self.groups.get(name).ok_or_else(|| no_such_group(name))
    }

    fn group_mut(&mut self, name: &str) -> Result<&mut Group, AwsError> {
        self.groups.get_mut(name).ok_or_else(|| no_such_group(name))
    }

    /// The group that an instance is in.
    fn group_with(&mut self, instance_id: &str) -> Option<&mut Group> {
        self.groups.get_mut(self.group_of.get(instance_id)?)
    }
}

/// Lets an event happen.
pub(crate) fn on_event(context: &mut Context<'_>, event: Event) {
    match event {
        Event::Balance { group } => capacity::balance(context, &group),
        Event::HealthCheck { instance_id } => member::check_health(context, &instance_id),
        Event::AskLoadBalancers { group } => traffic::ask(context, &group),
        Event::HookExpires { instance_id, token } => lifecycle_hook::expire(context, &instance_id, &token),
        Event::MemberSettles { instance_id } => coming_and_going::settle(context, &instance_id),
        Event::RefreshSteps { group } => refresh::step(context, &group),
        Event::ScheduledAction { group, name, due } => scheduled_action::fire(context, &group, &name, due),
    }
}

/// An instance runs, whoever started it.
pub(crate) fn instance_running(context: &mut Context<'_>, instance_id: &str) {
    member::has_launched(context, instance_id);
}

/// An instance begins to end, whoever ends it.
pub(crate) fn instance_ending(context: &mut Context<'_>, instance_id: &str) {
    member::is_ending(context, instance_id);
}

/// An instance is gone.
pub(crate) fn instance_terminated(context: &mut Context<'_>, instance_id: &str) {
    member::has_gone(context, instance_id);
}

/// Whether a group uses the service-linked role of that name.
pub(crate) fn uses_role(state: &State, role: &str) -> bool {
    state.groups.values().any(|group| group.settings.service_linked_role.ends_with(&format!("/{role}")))
}

/// What exists.
pub(crate) fn inventory(state: &State) -> Vec<Item> {
    let configurations = state.launch_configurations.values().map(LaunchConfiguration::item);
    state.groups.values().map(Group::item).chain(configurations).collect()
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationError", message)
}

fn already_exists(message: impl Into<String>) -> AwsError {
    AwsError::new("AlreadyExists", message)
}

fn in_use(message: impl Into<String>) -> AwsError {
    AwsError::new("ResourceInUse", message)
}

fn no_such_group(name: &str) -> AwsError {
    invalid(format!("AutoScalingGroup name not found - AutoScalingGroup '{name}' not found"))
}
