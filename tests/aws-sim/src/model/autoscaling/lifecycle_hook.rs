//! Lifecycle hooks: somebody outside is asked before an instance goes into service or out of it.
//!
//! <https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html>

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::group_calls::living;
use super::member::{self, Stage};
use super::{Event, invalid};
use crate::model::clock::seconds;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::event;
use crate::model::input::Input;
use crate::model::timing;

/// Hooks for one group. <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-quotas.html>
const HOOKS: usize = 50;

/// A hook.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Hook {
    name: String,
    transition: Transition,
    /// Seconds.
    timeout: i64,
    default_result: String,
    metadata: Option<String>,
    target: Option<String>,
    role: Option<String>,
}

/// Which way an instance is going.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr, serde::Serialize, serde::Deserialize,
)]
pub(super) enum Transition {
    #[strum(serialize = "autoscaling:EC2_INSTANCE_LAUNCHING")]
    Launching,
    #[strum(serialize = "autoscaling:EC2_INSTANCE_TERMINATING")]
    Terminating,
}

impl Hook {
    fn render(&self, group: &str) -> Value {
        let transition: &str = self.transition.into();
        json!({
            "LifecycleHookName": self.name,
            "AutoScalingGroupName": group,
            "LifecycleTransition": transition,
            "NotificationTargetARN": self.target,
            "RoleARN": self.role,
            "NotificationMetadata": self.metadata,
            "HeartbeatTimeout": self.timeout,
            "GlobalTimeout": (self.timeout * 100).min(172_800),
            "DefaultResult": self.default_result,
        })
    }
}

/// A group's hook for a transition.
pub(super) fn first_of(hooks: &BTreeMap<String, Hook>, transition: Transition) -> Option<Hook> {
    hooks.values().find(|hook| hook.transition == transition).cloned()
}

/// The hooks that a group is created with.
pub(super) fn read_all(input: &Input<'_>) -> Result<BTreeMap<String, Hook>, AwsError> {
    let hooks = input.parts("LifecycleHookSpecificationList");
    hooks.iter().map(|part| read(part, None).map(|hook| (hook.name.clone(), hook))).collect()
}

/// An instance starts to wait for a hook.
pub(super) fn wait(context: &mut Context<'_>, instance_id: &str, hook: &Hook) {
    let token = context.world.ids.uuid();
    if let Some(group) = context.region().autoscaling.group_with(instance_id)
        && let Some(member) = group.members.get_mut(instance_id)
    {
        member.waits_for = Some(token.clone());
    }
    expire_later(context, instance_id, token, hook.timeout);
}

/// Nobody answered: the hook's default holds.
pub(super) fn expire(context: &mut Context<'_>, instance_id: &str, token: &str) {
    let Some(group) = context.region().autoscaling.group_with(instance_id) else { return };
    let Some(member) = group.members.get(instance_id).filter(|it| it.waits_for.as_deref() == Some(token)) else {
        return;
    };
    let transition = if member.stage == Stage::PendingWait { Transition::Launching } else { Transition::Terminating };
    let default = first_of(&group.hooks, transition).map(|hook| hook.default_result);
    proceed(context, instance_id, default.as_deref().unwrap_or("ABANDON"));
}

pub(super) fn put(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (group_name, name) = (input.required("AutoScalingGroupName")?, input.required("LifecycleHookName")?);
    let group = living(context, group_name)?;
    let hook = read(input, group.hooks.get(name))?;
    if group.hooks.len() == HOOKS && !group.hooks.contains_key(name) {
        return Err(AwsError::new("LimitExceeded", "You have reached the limit of lifecycle hooks for the group."));
    }
    group.hooks.insert(name.to_owned(), hook);
    Ok(json!({}))
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("AutoScalingGroupName")?;
    let wanted = input.texts("LifecycleHookNames");
    let group = context.region().autoscaling.group(name)?;
    let hooks = group.hooks.values().filter(|hook| wanted.is_empty() || wanted.contains(&hook.name.as_str()));
    Ok(json!({ "LifecycleHooks": hooks.map(|hook| hook.render(name)).collect::<Vec<_>>() }))
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (group, name) = (input.required("AutoScalingGroupName")?, input.required("LifecycleHookName")?);
    let removed = context.region().autoscaling.group_mut(group)?.hooks.remove(name);
    removed.map(|_| json!({})).ok_or_else(|| no_such_hook(name))
}

pub(super) fn complete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let result = input.required("LifecycleActionResult")?;
    if !matches!(result, "CONTINUE" | "ABANDON") {
        return Err(invalid(format!("Lifecycle Action Result {result} must be CONTINUE or ABANDON")));
    }
    let (instance_id, _) = waiting(context, input)?;
    proceed(context, &instance_id, result);
    Ok(json!({}))
}

pub(super) fn heartbeat(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (instance_id, timeout) = waiting(context, input)?;
    let token = context.world.ids.uuid();
    let group = context.region().autoscaling.group_with(&instance_id);
    if let Some(member) = group.and_then(|group| group.members.get_mut(&instance_id)) {
        member.waits_for = Some(token.clone());
    }
    expire_later(context, &instance_id, token, timeout);
    Ok(json!({}))
}

fn proceed(context: &mut Context<'_>, instance_id: &str, result: &str) {
    let Some(group) = context.region().autoscaling.group_with(instance_id) else { return };
    let stage = group.members.get(instance_id).map(|member| member.stage);
    match stage {
        Some(Stage::PendingWait) if result == "CONTINUE" => member::enter_service(context, instance_id),
        Some(Stage::PendingWait) => {
            if let Some(member) = group.members.get_mut(instance_id) {
                member.is_healthy = false;
            }
            member::check_health(context, instance_id);
        }
        Some(Stage::TerminatingWait) => member::terminate(context, instance_id),
        Some(Stage::Pending | Stage::InService | Stage::Terminating) | None => {}
    }
}

/// The instance that a call speaks of, by id or token, and the seconds that its hook waits.
fn waiting(context: &mut Context<'_>, input: &Input<'_>) -> Result<(String, i64), AwsError> {
    let (group, name) = (input.required("AutoScalingGroupName")?, input.required("LifecycleHookName")?);
    let (token, instance_id) = (input.text("LifecycleActionToken"), input.text("InstanceId"));
    let group = living(context, group)?;
    let timeout = group.hooks.get(name).ok_or_else(|| no_such_hook(name))?.timeout;
    let found = group.members.values().find(|member| {
        let named = instance_id.is_some_and(|id| member.instance_id == id);
        member.waits_for.is_some() && (named || (token.is_some() && member.waits_for.as_deref() == token))
    });
    found.map(|member| (member.instance_id.clone(), timeout)).ok_or_else(|| {
        let (instance, token) = (instance_id.unwrap_or("null"), token.unwrap_or("null"));
        invalid(format!("No active Lifecycle Action found with instance ID {instance} and token {token}"))
    })
}

fn read(input: &Input<'_>, before: Option<&Hook>) -> Result<Hook, AwsError> {
    let name = input.required("LifecycleHookName")?;
    let transition = match (input.text("LifecycleTransition"), before) {
        (Some(text), _) => text.parse().map_err(|_| invalid(format!("Lifecycle transition {text} is not valid.")))?,
        (None, Some(before)) => before.transition,
        (None, None) => return Err(input.missing("LifecycleTransition")),
    };
    let usual = before.map_or(timing::LIFECYCLE_HOOK_WAITS.num_seconds(), |before| before.timeout);
    let timeout = input.int("HeartbeatTimeout")?.unwrap_or(usual);
    if !(30..=7200).contains(&timeout) {
        return Err(invalid("HeartbeatTimeout must be between 30 and 7200 seconds."));
    }
    let text = |name: &str| input.text(name).map(str::to_owned);
    Ok(Hook {
        name: name.to_owned(),
        transition,
        timeout,
        default_result: input.text("DefaultResult").unwrap_or("ABANDON").to_owned(),
        metadata: text("NotificationMetadata"),
        target: text("NotificationTargetARN"),
        role: text("RoleARN"),
    })
}

fn expire_later(context: &mut Context<'_>, instance_id: &str, token: String, timeout: i64) {
    let expires = Event::HookExpires { instance_id: instance_id.to_owned(), token };
    #[allow(clippy::cast_precision_loss, reason = "at most 7200, as checked when the hook was put")]
    context.schedule(seconds(timeout as f64), event::Event::AutoScaling(expires));
}

fn no_such_hook(name: &str) -> AwsError {
    invalid(format!("No Lifecycle Hook found with name {name}"))
}
