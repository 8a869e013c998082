//! The processes of a group, each of which can be suspended.
//!
//! <https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html>

use serde_json::Value;

use super::group_calls::{balance_soon, living};
use super::{activity, invalid, member};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

pub(super) const PROCESSES: [&str; 9] = [
    "AZRebalance",
    "AddToLoadBalancer",
    "AlarmNotification",
    "HealthCheck",
    "InstanceRefresh",
    "Launch",
    "ReplaceUnhealthy",
    "ScheduledActions",
    "Terminate",
];

/// Why a process does nothing.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Suspension {
    pub(super) reason: String,
}

/// Those that are named, or all.
pub(super) fn suspend(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (name, processes) = (input.required("AutoScalingGroupName")?, read(input)?);
    let reason = format!("User suspended at {}", activity::at(context.now));
    let group = living(context, name)?;
    for process in processes {
        group.suspended.entry(process).or_insert_with(|| Suspension { reason: reason.clone() });
    }
    Ok(Value::Null)
}

/// What was left undone is done now.
pub(super) fn resume(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (name, processes) = (input.required("AutoScalingGroupName")?, read(input)?);
    let group = living(context, name)?;
    group.suspended.retain(|process, _| !processes.contains(process));
    let unwell = group.members.values().filter(|member| member.ailment.is_some());
    let ids: Vec<String> = unwell.map(|member| member.instance_id.clone()).collect();
    ids.iter().for_each(|id| member::check_health(context, id));
    balance_soon(context, name);
    Ok(Value::Null)
}

fn read(input: &Input<'_>) -> Result<Vec<String>, AwsError> {
    let given = input.strings("ScalingProcesses");
    if let Some(unknown) = given.iter().find(|name| !PROCESSES.contains(&name.as_str())) {
        return Err(invalid(format!("Could not find process with name: {unknown}")));
    }
    Ok(if given.is_empty() { PROCESSES.map(str::to_owned).to_vec() } else { given })
}
