//! What EventBridge hears of groups.
//!
//! <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html>

use serde_json::{Value, json};

use super::lifecycle_hook::{Hook, Transition};
use crate::model::context::Context;
use crate::model::events;

const BUS: &str = "default";
const SOURCE: &str = "aws.autoscaling";

/// An activity about a launch or a termination has ended.
pub(super) fn activity_ended(context: &mut Context<'_>, group: &str, activity_id: &str, instance_id: &str, kind: &str) {
    let Ok(found) = context.region().autoscaling.group(group) else { return };
    let Some(activity) = found.activities.iter().rev().find(|activity| activity.id == activity_id) else { return };
    let shown = activity.render(&found.name, &found.arn);
    let details = shown["Details"].as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or(json!({}));
    let detail = json!({
        "AutoScalingGroupName": found.name,
        "ActivityId": activity_id,
        "Description": shown["Description"],
        "Cause": shown["Cause"],
        "StartTime": shown["StartTime"],
        "EndTime": shown["EndTime"],
        "StatusCode": if kind.ends_with("Unsuccessful") { "Failed" } else { "InProgress" },
        "StatusMessage": shown["StatusMessage"].as_str().unwrap_or_default(),
        "EC2InstanceId": instance_id,
        "Details": details,
    });
    tell(context, group, kind, instance_id, detail);
}

/// An instance waits for a hook; whoever hears of it can complete the action.
pub(super) fn action_begins(context: &mut Context<'_>, group: &str, instance_id: &str, hook: &Hook, token: &str) {
    let (kind, origin, destination) = match hook.transition {
        Transition::Launching => ("EC2 Instance-launch Lifecycle Action", "EC2", "AutoScalingGroup"),
        Transition::Terminating => ("EC2 Instance-terminate Lifecycle Action", "AutoScalingGroup", "EC2"),
    };
    let transition: &str = hook.transition.into();
    let mut detail = json!({
        "LifecycleActionToken": token,
        "AutoScalingGroupName": group,
        "LifecycleHookName": hook.name,
        "EC2InstanceId": instance_id,
        "LifecycleTransition": transition,
        "Origin": origin,
        "Destination": destination,
    });
    if let Some(metadata) = &hook.metadata {
        detail["NotificationMetadata"] = json!(metadata);
    }
    tell(context, group, kind, instance_id, detail);
}

fn tell(context: &mut Context<'_>, group: &str, kind: &str, instance_id: &str, detail: Value) {
    let Ok(arn) = context.region().autoscaling.group(group).map(|group| group.arn.clone()) else { return };
    let mut resources = vec![arn];
    if !instance_id.is_empty() {
        resources.push(context.arn("ec2", &format!("instance/{instance_id}")));
    }
    events::publish(context, BUS, SOURCE, kind, &resources, detail);
}
