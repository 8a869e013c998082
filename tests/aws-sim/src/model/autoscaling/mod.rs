//! Auto Scaling groups: they launch instances from a template and keep as many as are desired.

mod activity;
mod capacity;
mod group;
mod group_calls;
mod launch_spec;
mod lifecycle_hook;
mod member;
mod member_calls;
mod tagging;

use std::collections::BTreeMap;

use group::Group;

use super::context::{Context, Handler};
use super::error::AwsError;
use super::inventory::Item;

/// What Auto Scaling has in one region.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct State {
    groups: BTreeMap<String, Group>,
    /// The group of every instance that is in one.
    group_of: BTreeMap<String, String>,
}

/// What happens by itself.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) enum Event {
    /// A group compares what it has with what is desired.
    Balance { group: String },
    /// A group notices that an instance ends which it did not end itself.
    HealthCheck { instance_id: String },
    /// A lifecycle hook has waited long enough.
    HookExpires { instance_id: String, token: String },
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
        Event::HookExpires { instance_id, token } => lifecycle_hook::expire(context, &instance_id, &token),
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

/// The operation of that name, if it is simulated.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CreateAutoScalingGroup" => group_calls::create,
        "UpdateAutoScalingGroup" => group_calls::update,
        "DescribeAutoScalingGroups" => group_calls::describe,
        "DeleteAutoScalingGroup" => group_calls::delete,
        "SetDesiredCapacity" => group_calls::set_desired_capacity,
        "DescribeScalingActivities" => activity::describe,
        "DescribeAutoScalingInstances" => member_calls::describe,
        "TerminateInstanceInAutoScalingGroup" => member_calls::terminate,
        "DetachInstances" => member_calls::detach,
        "SetInstanceProtection" => member_calls::set_protection,
        "SetInstanceHealth" => member_calls::set_health,
        "CreateOrUpdateTags" => tagging::create_or_update,
        "DeleteTags" => tagging::delete,
        "DescribeTags" => tagging::describe,
        "PutLifecycleHook" => lifecycle_hook::put,
        "DescribeLifecycleHooks" => lifecycle_hook::describe,
        "DeleteLifecycleHook" => lifecycle_hook::delete,
        "CompleteLifecycleAction" => lifecycle_hook::complete,
        "RecordLifecycleActionHeartbeat" => lifecycle_hook::heartbeat,
        _ => return None,
    })
}

/// What exists.
pub(crate) fn inventory(state: &State) -> Vec<Item> {
    state.groups.values().map(Group::item).collect()
}

/// Whether a group needs a service-linked role.
pub(crate) fn uses_role(state: &State, _role: &str) -> bool {
    !state.groups.is_empty()
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationError", message)
}

fn no_such_group(name: &str) -> AwsError {
    invalid(format!("AutoScalingGroup name not found - AutoScalingGroup '{name}' not found"))
}
