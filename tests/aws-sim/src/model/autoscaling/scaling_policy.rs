//! Scaling policies: rules by which somebody, or an alarm, changes the desired capacity.
//!
//! <https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html>

use serde_json::{Map, Value, json};

use super::activity::at;
use super::group_calls::{change_desired, check_cooldown, living};
use super::invalid;
use super::paging::paged;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// For one group. <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-quotas.html>
const POLICIES: usize = 50;

/// Members that are kept and shown as they came.
const KEPT: [&str; 7] = [
    "Cooldown",
    "EstimatedInstanceWarmup",
    "MetricAggregationType",
    "MinAdjustmentMagnitude",
    "ScalingAdjustment",
    "StepAdjustments",
    "TargetTrackingConfiguration",
];

/// A policy.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Policy {
    name: String,
    arn: String,
    kind: String,
    adjustment: Option<String>,
    enabled: bool,
    kept: Map<String, Value>,
    /// Names of the alarms that AWS makes for it.
    alarms: Vec<String>,
}

impl Policy {
    fn render(&self, group: &str, alarms: Value) -> Value {
        let mut shown = json!({
            "AutoScalingGroupName": group,
            "PolicyName": self.name,
            "PolicyARN": self.arn,
            "PolicyType": self.kind,
            "AdjustmentType": self.adjustment,
            "StepAdjustments": [],
            "Alarms": alarms,
            "Enabled": self.enabled,
        });
        if let Some(members) = shown.as_object_mut() {
            members.extend(self.kept.clone());
        }
        shown
    }
}

/// Putting it again replaces it and keeps its ARN.
/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScalingPolicy.html>
pub(super) fn put(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (group_name, name) = (input.required("AutoScalingGroupName")?, input.required("PolicyName")?);
    let (id, alarm) = (context.world.ids.uuid(), context.world.ids.uuid());
    let arn =
        context.arn("autoscaling", &format!("scalingPolicy:{id}:autoScalingGroupName/{group_name}:policyName/{name}"));
    let kind = input.text("PolicyType").unwrap_or("SimpleScaling");
    check_kind(input, kind)?;
    let group = living(context, group_name)?;
    if group.policies.len() == POLICIES && !group.policies.contains_key(name) {
        return Err(AwsError::new("LimitExceeded", "You have reached the limit of scaling policies for the group."));
    }
    let before = group.policies.get(name);
    let tracks = kind == "TargetTrackingScaling";
    let alarm_name = |level: &str| format!("TargetTracking-{group_name}-Alarm{level}-{alarm}");
    let alarms = match before.filter(|before| !before.alarms.is_empty() && tracks) {
        Some(before) => before.alarms.clone(),
        None if tracks => vec![alarm_name("High"), alarm_name("Low")],
        None => Vec::new(),
    };
    let policy = Policy {
        name: name.to_owned(),
        arn: before.map_or(arn, |before| before.arn.clone()),
        kind: kind.to_owned(),
        adjustment: input.text("AdjustmentType").map(str::to_owned),
        enabled: input.flag("Enabled")?.unwrap_or(true),
        kept: KEPT.into_iter().filter_map(|name| Some((name.to_owned(), input.get(name)?.clone()))).collect(),
        alarms,
    };
    group.policies.insert(name.to_owned(), policy.clone());
    let alarms = shown_alarms(context, &policy);
    Ok(json!({"PolicyARN": policy.arn, "Alarms": alarms}))
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (names, kinds) = (input.texts("PolicyNames"), input.texts("PolicyTypes"));
    let state = &context.region().autoscaling;
    let groups: Vec<_> = match input.text("AutoScalingGroupName") {
        Some(name) => vec![state.group(name)?],
        None => state.groups.values().collect(),
    };
    let all = groups.into_iter().flat_map(|group| group.policies.values().map(|policy| (group.name.clone(), policy)));
    let asked = all.filter(|(_, policy)| {
        (names.is_empty() || names.contains(&policy.name.as_str()) || names.contains(&policy.arn.as_str()))
            && (kinds.is_empty() || kinds.contains(&policy.kind.as_str()))
    });
    let asked: Vec<(String, Policy)> = asked.map(|(group, policy)| (group, policy.clone())).collect();
    let row = |(group, policy): (String, Policy)| {
        let alarms = shown_alarms(context, &policy);
        (format!("{group} {}", policy.name), policy.render(&group, alarms))
    };
    paged(input, "ScalingPolicies", asked.into_iter().map(row).collect(), 50)
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (group, name) = find(context, input)?;
    context.region().autoscaling.group_mut(&group)?.policies.remove(&name);
    Ok(Value::Null)
}

/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_ExecutePolicy.html>
pub(super) fn execute(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (group_name, name) = find(context, input)?;
    let group = living(context, &group_name)?;
    let size = group.size;
    let policy = group.policies.get(&name).cloned().ok_or_else(no_such_policy)?;
    let adjustment = match policy.kind.as_str() {
        "SimpleScaling" => number(policy.kept.get("ScalingAdjustment")),
        "StepScaling" => step(&policy, input)?,
        kind => return Err(invalid(format!("ExecutePolicy is not supported for policies of type {kind}."))),
    };
    if input.flag("HonorCooldown")?.unwrap_or(false) && policy.kind == "SimpleScaling" {
        check_cooldown(context, &group_name)?;
    }
    let by_percent = |percent: i64| {
        let least = number(policy.kept.get("MinAdjustmentMagnitude")).max(1);
        let change = size.desired * percent / 100;
        if percent == 0 { 0 } else { change.abs().max(least) * percent.signum() }
    };
    let wanted = match policy.adjustment.as_deref() {
        Some("ExactCapacity") => adjustment,
        Some("PercentChangeInCapacity") => size.desired + by_percent(adjustment),
        Some(_) | None => size.desired + adjustment,
    };
    let desired = wanted.clamp(size.least, size.most);
    let cause = format!(
        "At {} a user request executed policy {name} changing the desired capacity from {} to {desired}.",
        at(context.now),
        size.desired
    );
    change_desired(context, &group_name, desired, cause);
    Ok(Value::Null)
}

fn check_kind(input: &Input<'_>, kind: &str) -> Result<(), AwsError> {
    let adjustment = input.text("AdjustmentType");
    if adjustment.is_some_and(|kind| !super::offers::ADJUSTMENTS.contains(&kind)) {
        return Err(invalid("AdjustmentType must be one of ChangeInCapacity, ExactCapacity, PercentChangeInCapacity"));
    }
    match kind {
        "SimpleScaling" if adjustment.is_none() || !input.has("ScalingAdjustment") => {
            Err(invalid("AdjustmentType and ScalingAdjustment are required for SimpleScaling policies"))
        }
        "StepScaling" if adjustment.is_none() || input.parts("StepAdjustments").is_empty() => {
            Err(invalid("AdjustmentType and StepAdjustments are required for StepScaling policies"))
        }
        "TargetTrackingScaling" if !input.part("TargetTrackingConfiguration").has("TargetValue") => {
            Err(invalid("TargetTrackingConfiguration is required for TargetTrackingScaling policies"))
        }
        "SimpleScaling" | "StepScaling" | "TargetTrackingScaling" => Ok(()),
        other => Err(invalid(format!("aws-sim does not know scaling policies of the type {other}."))),
    }
}

/// The adjustment of the step in which the metric lies above or below the threshold.
fn step(policy: &Policy, input: &Input<'_>) -> Result<i64, AwsError> {
    let float = |member: &str| input.text(member).and_then(|text| text.parse::<f64>().ok());
    let (Some(value), Some(threshold)) = (float("MetricValue"), float("BreachThreshold")) else {
        return Err(invalid("MetricValue and BreachThreshold are required for StepScaling policies"));
    };
    let steps = policy.kept.get("StepAdjustments").and_then(Value::as_array);
    let bound = |step: &Value, member: &str, absent: f64| {
        step[member].as_str().and_then(|text| text.parse::<f64>().ok()).unwrap_or(absent)
    };
    let is_in = |step: &&Value| {
        let over = value - threshold;
        over >= bound(step, "MetricIntervalLowerBound", f64::NEG_INFINITY)
            && over < bound(step, "MetricIntervalUpperBound", f64::INFINITY)
    };
    let found = steps.into_iter().flatten().find(is_in);
    found.map(|step| number(step.get("ScalingAdjustment"))).ok_or_else(|| {
        invalid("No step adjustment found for the metric value and the breach threshold that were specified.")
    })
}

fn number(value: Option<&Value>) -> i64 {
    value.and_then(Value::as_str).and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn shown_alarms(context: &Context<'_>, policy: &Policy) -> Value {
    let row =
        |name: &String| json!({"AlarmName": name, "AlarmARN": context.arn("cloudwatch", &format!("alarm:{name}"))});
    policy.alarms.iter().map(row).collect()
}

/// Group and name of the policy that a call names, by ARN or by name.
fn find(context: &mut Context<'_>, input: &Input<'_>) -> Result<(String, String), AwsError> {
    let named = input.required("PolicyName")?;
    let state = &context.region().autoscaling;
    if named.starts_with("arn:") {
        let all = state.groups.values().flat_map(|group| group.policies.values().map(move |policy| (group, policy)));
        let found = all.into_iter().find(|(_, policy)| policy.arn == named);
        return found.map(|(group, policy)| (group.name.clone(), policy.name.clone())).ok_or_else(no_such_policy);
    }
    let group = state.group(input.required("AutoScalingGroupName")?)?;
    group.policies.get(named).map(|policy| (group.name.clone(), policy.name.clone())).ok_or_else(no_such_policy)
}

fn no_such_policy() -> AwsError {
    invalid("PolicyName not found")
}
