//! What the capacity providers of ECS see of a group, and do to it.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-scaling-behavior.html>

use super::group_calls::balance_soon;
use super::launch_spec;
use super::lifecycle_hook::{self, Hook};
use super::tagging::GroupTag;
use crate::model::context::Context;
use crate::model::ec2::instance_type;
use crate::model::ecs::Needs;

/// The tag by which a group says whose it is.
const TAG: &str = "AmazonECSManaged";

/// The hook by which instances drain before they end.
pub(crate) const DRAINING_HOOK: &str = "ecs-managed-draining-termination-hook";

/// A group as capacity providers see it.
#[derive(Debug, Clone)]
pub(crate) struct Managed {
    pub(crate) name: String,
    pub(crate) least: i64,
    pub(crate) most: i64,
    pub(crate) desired: i64,
    /// What a new instance has for tasks.
    pub(crate) room: Needs,
}

/// The group of an ARN, unless it is being deleted.
pub(crate) fn by_arn(context: &mut Context<'_>, arn: &str) -> Option<Managed> {
    let groups = context.region().autoscaling.groups.values();
    let name = groups.into_iter().find(|group| group.arn == arn && !group.is_going)?.name.clone();
    by_name(context, &name)
}

pub(crate) fn by_name(context: &mut Context<'_>, name: &str) -> Option<Managed> {
    let group = context.region().autoscaling.groups.get(name)?;
    let (size, spec) = (group.size, group.launch.clone());
    let kind = launch_spec::instance_type(context, &spec).and_then(|kind| instance_type::find(&kind));
    let room = kind.map(|kind| Needs { cpu: kind.cpus * 1024, memory: kind.registered }).unwrap_or_default();
    Some(Managed { name: name.to_owned(), least: size.least, most: size.most, desired: size.desired, room })
}

/// The name of the group that an instance is in.
pub(crate) fn group_of(context: &mut Context<'_>, instance_id: &str) -> Option<String> {
    context.region().autoscaling.group_of.get(instance_id).cloned()
}

pub(crate) fn protects_new_ones(context: &mut Context<'_>, name: &str) -> bool {
    context.region().autoscaling.groups.get(name).is_some_and(|group| group.settings.new_ones_protected)
}

/// The group belongs to a provider from now on; instances that end may be asked to drain first.
pub(crate) fn take_charge(context: &mut Context<'_>, name: &str, drains: bool) {
    let Some(group) = context.region().autoscaling.groups.get_mut(name) else { return };
    group.tags.entry(TAG.to_owned()).or_insert(GroupTag { value: String::new(), propagated: true });
    if drains {
        group.hooks.insert(DRAINING_HOOK.to_owned(), Hook::before_termination(DRAINING_HOOK));
    } else {
        group.hooks.remove(DRAINING_HOOK);
    }
}

pub(crate) fn set_desired(context: &mut Context<'_>, name: &str, desired: i64) {
    let Some(group) = context.region().autoscaling.groups.get_mut(name) else { return };
    group.size.desired = desired;
    balance_soon(context, name);
}

pub(crate) fn set_protection(context: &mut Context<'_>, instance_id: &str, is_protected: bool) {
    let Some(group) = context.region().autoscaling.group_with(instance_id) else { return };
    let name = group.name.clone();
    let Some(member) = group.members.get_mut(instance_id) else { return };
    let changed = std::mem::replace(&mut member.is_protected, is_protected) != is_protected;
    if changed && !is_protected {
        balance_soon(context, &name);
    }
}

/// An instance has drained: its end may go on.
pub(crate) fn has_drained(context: &mut Context<'_>, instance_id: &str) {
    lifecycle_hook::go_on(context, instance_id, DRAINING_HOOK);
}
