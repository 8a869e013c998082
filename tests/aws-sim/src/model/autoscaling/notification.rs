//! Which topics want to hear of a group's launches and terminations.
//!
//! <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-sns-notifications.html>

use serde_json::{Value, json};

use super::group_calls::living;
use super::invalid;
use super::paging::paged;
use crate::model::context::Context;
use crate::model::error::Answer;
use crate::model::input::Input;

pub(super) const TYPES: [&str; 5] = [
    "autoscaling:EC2_INSTANCE_LAUNCH",
    "autoscaling:EC2_INSTANCE_LAUNCH_ERROR",
    "autoscaling:EC2_INSTANCE_TERMINATE",
    "autoscaling:EC2_INSTANCE_TERMINATE_ERROR",
    "autoscaling:TEST_NOTIFICATION",
];

/// The types of a topic are replaced.
pub(super) fn put(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (name, topic) = (input.required("AutoScalingGroupName")?, input.required("TopicARN")?);
    let types = input.strings("NotificationTypes");
    if let Some(unknown) = types.iter().find(|name| !TYPES.contains(&name.as_str())) {
        return Err(invalid(format!("\"{unknown}\" is not a valid Notification Type")));
    }
    if !topic.starts_with("arn:aws:sns:") {
        return Err(invalid(format!("Invalid SNS Topic ARN: {topic}")));
    }
    living(context, name)?.notified.insert(topic.to_owned(), types.into_iter().collect());
    Ok(Value::Null)
}

/// A row for each topic and type.
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let names = input.texts("AutoScalingGroupNames");
    let state = &context.region().autoscaling;
    for name in &names {
        state.group(name)?;
    }
    let asked = state.groups.values().filter(|group| names.is_empty() || names.contains(&group.name.as_str()));
    let mut rows = Vec::new();
    for group in asked {
        for (topic, types) in &group.notified {
            rows.extend(types.iter().map(|kind| {
                let shown = json!({"AutoScalingGroupName": group.name, "TopicARN": topic, "NotificationType": kind});
                (format!("{} {topic} {kind}", group.name), shown)
            }));
        }
    }
    paged(input, "NotificationConfigurations", rows, 50)
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (name, topic) = (input.required("AutoScalingGroupName")?, input.required("TopicARN")?);
    living(context, name)?.notified.remove(topic);
    Ok(Value::Null)
}
