//! What Auto Scaling has to choose from, and how much of it an account may have.

use serde_json::{Value, json};

use super::group_calls::living;
use super::process::PROCESSES;
use super::settings::TERMINATION_POLICIES;
use super::{GROUPS, invalid, launch_configuration, notification};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

pub(super) const ADJUSTMENTS: [&str; 3] = ["ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity"];

/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_EnableMetricsCollection.html>
const METRICS: [&str; 22] = [
    "GroupAndWarmPoolDesiredCapacity",
    "GroupAndWarmPoolTotalCapacity",
    "GroupDesiredCapacity",
    "GroupInServiceCapacity",
    "GroupInServiceInstances",
    "GroupMaxSize",
    "GroupMinSize",
    "GroupPendingCapacity",
    "GroupPendingInstances",
    "GroupStandbyCapacity",
    "GroupStandbyInstances",
    "GroupTerminatingCapacity",
    "GroupTerminatingInstances",
    "GroupTerminatingRetainedCapacity",
    "GroupTerminatingRetainedInstances",
    "GroupTotalCapacity",
    "GroupTotalInstances",
    "WarmPoolDesiredCapacity",
    "WarmPoolMinSize",
    "WarmPoolPendingCapacity",
    "WarmPoolTotalCapacity",
    "WarmPoolWarmedCapacity",
];

/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-quotas.html>
pub(super) fn account_limits(context: &mut Context<'_>, _input: &Input<'_>) -> Answer {
    let state = &context.region().autoscaling;
    Ok(json!({
        "MaxNumberOfAutoScalingGroups": GROUPS,
        "MaxNumberOfLaunchConfigurations": launch_configuration::CONFIGURATIONS,
        "NumberOfAutoScalingGroups": state.groups.len(),
        "NumberOfLaunchConfigurations": state.launch_configurations.len(),
    }))
}

pub(super) fn termination_policies(_context: &mut Context<'_>, _input: &Input<'_>) -> Answer {
    Ok(json!({ "TerminationPolicyTypes": TERMINATION_POLICIES }))
}

pub(super) fn adjustments(_context: &mut Context<'_>, _input: &Input<'_>) -> Answer {
    let rows = ADJUSTMENTS.map(|name| json!({ "AdjustmentType": name }));
    Ok(json!({ "AdjustmentTypes": rows }))
}

pub(super) fn processes(_context: &mut Context<'_>, _input: &Input<'_>) -> Answer {
    let rows = PROCESSES.map(|name| json!({ "ProcessName": name }));
    Ok(json!({ "Processes": rows }))
}

pub(super) fn notifications(_context: &mut Context<'_>, _input: &Input<'_>) -> Answer {
    Ok(json!({ "AutoScalingNotificationTypes": notification::TYPES }))
}

pub(super) fn hooks(_context: &mut Context<'_>, _input: &Input<'_>) -> Answer {
    Ok(json!({
        "LifecycleHookTypes": ["autoscaling:EC2_INSTANCE_LAUNCHING", "autoscaling:EC2_INSTANCE_TERMINATING"],
    }))
}

pub(super) fn metrics(_context: &mut Context<'_>, _input: &Input<'_>) -> Answer {
    let rows = METRICS.map(|name| json!({ "Metric": name }));
    Ok(json!({"Metrics": rows, "Granularities": [{"Granularity": "1Minute"}]}))
}

/// Those that are named, or all.
pub(super) fn enable_metrics(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (name, metrics) = (input.required("AutoScalingGroupName")?, read_metrics(input)?);
    if input.required("Granularity")? != "1Minute" {
        return Err(invalid("Granularity must be 1Minute"));
    }
    living(context, name)?.metrics.extend(metrics);
    Ok(Value::Null)
}

pub(super) fn disable_metrics(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (name, metrics) = (input.required("AutoScalingGroupName")?, read_metrics(input)?);
    living(context, name)?.metrics.retain(|metric| !metrics.contains(metric));
    Ok(Value::Null)
}

fn read_metrics(input: &Input<'_>) -> Result<Vec<String>, AwsError> {
    let given = input.strings("Metrics");
    if let Some(unknown) = given.iter().find(|name| !METRICS.contains(&name.as_str())) {
        return Err(invalid(format!("Metric type {unknown} is not supported")));
    }
    Ok(if given.is_empty() { METRICS.map(str::to_owned).to_vec() } else { given })
}
