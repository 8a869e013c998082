//! Lifecycle hooks: somebody outside is asked before an instance goes into service or out of it.
//!
//! <https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html>

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::activity::{self, Outcome};
use super::group_calls::{balance_soon, living};
use super::member::{self, Stage};
use super::{Event, invalid, news};
use crate::model::clock::Moment;
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
    pub(super) name: String,
    pub(super) transition: Transition,
    /// Seconds.
    timeout: i64,
    default_result: String,
    pub(super) metadata: Option<String>,
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

/// A lifecycle action that nobody has completed yet.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Wait {
    token: String,
    deadline: Moment,
    /// No heartbeat moves the deadline beyond this.
    last_deadline: Moment,
}

impl Hook {
    /// A hook that another service of AWS puts, to be asked before an instance ends.
    pub(super) fn before_termination(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            transition: Transition::Terminating,
            timeout: timing::LIFECYCLE_HOOK_WAITS.num_seconds(),
            default_result: "CONTINUE".to_owned(),
            metadata: None,
            target: None,
            role: None,
        }
    }

    pub(super) fn is_called(&self, name: &str) -> bool {
        self.name == name
    }

    /// As hooks are shown, with the longest time that heartbeats can stretch one to.
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
            "GlobalTimeout": self.global_timeout().num_seconds(),
            "DefaultResult": self.default_result,
        })
    }

    fn global_timeout(&self) -> TimeDelta {
        TimeDelta::seconds((self.timeout * 100).min(172_800))
    }
}

/// A group's hooks for a transition.
pub(super) fn of(hooks: &BTreeMap<String, Hook>, transition: Transition) -> Vec<Hook> {
    hooks.values().filter(|hook| hook.transition == transition).cloned().collect()
}

/// The hooks that a group is created with.
pub(super) fn read_all(input: &Input<'_>) -> Result<BTreeMap<String, Hook>, AwsError> {
    let hooks = input.parts("LifecycleHookSpecificationList");
    hooks.iter().map(|part| read(part, None).map(|hook| (hook.name.clone(), hook))).collect()
}

/// An instance starts to wait for hooks.
pub(super) fn wait(context: &mut Context<'_>, instance_id: &str, hooks: &[Hook]) {
    for hook in hooks {
        let (token, now) = (context.world.ids.uuid(), context.now);
        let mut waits_in = None;
        let deadline = now + TimeDelta::seconds(hook.timeout);
        let wait = Wait { token: token.clone(), deadline, last_deadline: now + hook.global_timeout() };
        if let Some(group) = context.region().autoscaling.group_with(instance_id)
            && let Some(member) = group.members.get_mut(instance_id)
        {
            member.waits.insert(hook.name.clone(), wait);
            let activity_id = member.activity_id.clone();
            activity::go_on(&mut group.activities, &activity_id, Outcome::MidLifecycleAction);
            waits_in = Some(group.name.clone());
        }
        if let Some(group) = waits_in {
            news::action_begins(context, &group, instance_id, hook, &token);
        }
        expire_at(context, instance_id, token, deadline);
    }
}

/// Nobody answered in time: the hook's default holds.
pub(super) fn expire(context: &mut Context<'_>, instance_id: &str, token: &str) {
    let now = context.now;
    let Some(group) = context.region().autoscaling.group_with(instance_id) else { return };
    let waits = group.members.get(instance_id).into_iter().flat_map(|member| &member.waits);
    let over = waits.into_iter().find(|(_, wait)| wait.token == token && wait.deadline <= now);
    let Some(name) = over.map(|(name, _)| name.clone()) else { return };
    let default = group.hooks.get(&name).map(|hook| hook.default_result.clone());
    settle(context, instance_id, &name, default.as_deref().unwrap_or("ABANDON"), "Heartbeat Timeout");
}

/// Whoever was asked about an instance by a hook lets it go on.
pub(super) fn go_on(context: &mut Context<'_>, instance_id: &str, hook: &str) {
    settle(context, instance_id, hook, "CONTINUE", "");
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

/// Instances that wait for the hook go on.
/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteLifecycleHook.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (group, name) = (input.required("AutoScalingGroupName")?, input.required("LifecycleHookName")?);
    let group = context.region().autoscaling.group_mut(group)?;
    let hook = group.hooks.remove(name).ok_or_else(|| no_such_hook(name))?;
    let waiting = group.members.values().filter(|member| member.waits.contains_key(name));
    let ids: Vec<String> = waiting.map(|member| member.instance_id.clone()).collect();
    // Launching instances are abandoned, terminating ones end.
    let result = if hook.transition == Transition::Launching { "ABANDON" } else { "CONTINUE" };
    ids.iter().for_each(|id| settle(context, id, name, result, "Lifecycle hook was deleted"));
    Ok(json!({}))
}

pub(super) fn complete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let result = input.required("LifecycleActionResult")?;
    if !matches!(result, "CONTINUE" | "ABANDON") {
        return Err(invalid(format!("Lifecycle Action Result {result} must be CONTINUE or ABANDON")));
    }
    let (instance_id, hook) = waiting(context, input)?;
    settle(context, &instance_id, &hook, result, "Lifecycle Action Completed with ABANDON Result");
    Ok(json!({}))
}

pub(super) fn heartbeat(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (instance_id, hook) = waiting(context, input)?;
    let now = context.now;
    let Some(group) = context.region().autoscaling.group_with(&instance_id) else { return Ok(json!({})) };
    let timeout = group.hooks.get(&hook).map_or(0, |hook| hook.timeout);
    let Some(wait) = group.members.get_mut(&instance_id).and_then(|member| member.waits.get_mut(&hook)) else {
        return Ok(json!({}));
    };
    wait.deadline = (now + TimeDelta::seconds(timeout)).min(wait.last_deadline);
    let (token, deadline) = (wait.token.clone(), wait.deadline);
    expire_at(context, &instance_id, token, deadline);
    Ok(json!({}))
}

/// A hook is done with an instance. What abandons ends all waiting, else the last hook decides.
fn settle(context: &mut Context<'_>, instance_id: &str, hook: &str, result: &str, how: &str) {
    let now = context.now;
    let Some(group) = context.region().autoscaling.group_with(instance_id) else { return };
    let name = group.name.clone();
    let Some(member) = group.members.get_mut(instance_id) else { return };
    let Some(wait) = member.waits.remove(hook) else { return };
    if result != "ABANDON" && !member.waits.is_empty() {
        return;
    }
    member.waits.clear();
    match member.stage {
        Stage::PendingWait if result == "CONTINUE" => member::enter_service(context, instance_id),
        Stage::PendingWait => {
            let message = format!(
                "Instance failed to complete user's Lifecycle Action: Lifecycle Action with token {} was abandoned: {how}",
                wait.token
            );
            let activity_id = member.activity_id.clone();
            activity::end(&mut group.activities, &activity_id, Outcome::Cancelled(message.clone()), now);
            let cause = format!("At {} an instance was taken out of service. {message}", activity::at(now));
            member::dismiss(context, instance_id, cause);
            balance_soon(context, &name);
        }
        Stage::TerminatingWait => member::terminate(context, instance_id),
        Stage::Pending | Stage::InService | Stage::EnteringStandby | Stage::Standby | Stage::Terminating => {}
    }
}

/// The instance that a call speaks of, by id or token, and the hook that it waits for.
fn waiting(context: &mut Context<'_>, input: &Input<'_>) -> Result<(String, String), AwsError> {
    let (group, name) = (input.required("AutoScalingGroupName")?, input.required("LifecycleHookName")?);
    let (token, instance_id) = (input.text("LifecycleActionToken"), input.text("InstanceId"));
    let group = context.region().autoscaling.group(group)?;
    if !group.hooks.contains_key(name) {
        return Err(no_such_hook(name));
    }
    let found = group.members.values().find(|member| {
        let named = instance_id.is_some_and(|id| member.instance_id == id);
        let wait = member.waits.get(name);
        wait.is_some_and(|wait| named || token == Some(wait.token.as_str()))
    });
    found.map(|member| (member.instance_id.clone(), name.to_owned())).ok_or_else(|| {
        invalid(match (token, instance_id) {
            (Some(token), _) => format!("No active Lifecycle Action found with token {token}"),
            (None, id) => {
                format!("No active Lifecycle Action found with instance ID {}", id.unwrap_or("null"))
            }
        })
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
    let before_result = before.map_or("ABANDON", |before| &before.default_result);
    let default_result = input.text("DefaultResult").unwrap_or(before_result).to_owned();
    if !matches!(default_result.as_str(), "ABANDON" | "CONTINUE") {
        return Err(invalid("Lifecycle hook DefaultResult must be CONTINUE or ABANDON"));
    }
    let text = |name: &str| input.text(name).map(str::to_owned);
    Ok(Hook {
        name: name.to_owned(),
        transition,
        timeout,
        default_result,
        metadata: text("NotificationMetadata").or_else(|| before.and_then(|before| before.metadata.clone())),
        target: text("NotificationTargetARN").or_else(|| before.and_then(|before| before.target.clone())),
        role: text("RoleARN").or_else(|| before.and_then(|before| before.role.clone())),
    })
}

fn expire_at(context: &mut Context<'_>, instance_id: &str, token: String, deadline: Moment) {
    let expires = Event::HookExpires { instance_id: instance_id.to_owned(), token };
    context.schedule(deadline - context.now, event::Event::AutoScaling(expires));
}

fn no_such_hook(name: &str) -> AwsError {
    invalid(format!("No Lifecycle Hook found with name {name}"))
}
