//! The calls about scaling policies.

use serde_json::{Value, json};

use super::policy::Policy;
use super::{invalid, missing, paged, resource, target_calls};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// Makes a policy of a registered target, or replaces the one of that name. A target that is tracked gets two alarms.
/// <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html>
pub(super) fn put(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (resource, name) = (resource(input)?, input.required("PolicyName")?);
    context.region().application_autoscaling.target(input)?;
    let kind = input.text("PolicyType").unwrap_or("StepScaling");
    if kind == "PredictiveScaling" {
        let message = "aws-sim does not know predictive scaling policies";
        return Err(AwsError::new("NotSimulated", message).with_status(501));
    }
    let configuration = configuration(input, kind)?;
    let id = context.world.ids.uuid();
    let path = format!("scalingPolicy:{id}:resource/ecs/{resource}:policyName/{name}");
    let arn = context.arn("autoscaling", &path);
    let alarms = if kind == "TargetTrackingScaling" { alarms(context, resource) } else { Vec::new() };
    let policy = Policy {
        name: name.to_owned(),
        arn,
        resource: resource.to_owned(),
        kind: kind.to_owned(),
        configuration: configuration.clone(),
        alarms,
        created: context.now,
    };
    let kept =
        context.region().application_autoscaling.target(input)?.policies.entry(name.to_owned()).or_insert(policy);
    if kept.kind != kind {
        return Err(invalid("The policy type of a scaling policy cannot be changed."));
    }
    kept.configuration = configuration;
    Ok(json!({"PolicyARN": kept.arn, "Alarms": kept.alarms}))
}

fn configuration(input: &Input<'_>, kind: &str) -> Result<Value, AwsError> {
    let member = format!("{kind}PolicyConfiguration");
    if !input.has(&member) {
        return Err(invalid(format!("{member} must be specified for a policy of type {kind}.")));
    }
    let part = input.part(&member);
    if kind == "TargetTrackingScaling" {
        let metrics = ["PredefinedMetricSpecification", "CustomizedMetricSpecification"];
        if metrics.iter().filter(|metric| part.has(metric)).count() != 1 {
            return Err(invalid("Exactly one metric specification must be given for a target tracking policy."));
        }
        if part.part(metrics[0]).text("PredefinedMetricType") == Some("ALBRequestCountPerTarget")
            && !part.part(metrics[0]).has("ResourceLabel")
        {
            return Err(invalid("Resource label must not be null when the metric type is ALBRequestCountPerTarget"));
        }
    }
    Ok(part.value().clone())
}

fn alarms(context: &mut Context<'_>, resource: &str) -> Vec<Value> {
    let alarm = |context: &mut Context<'_>, side: &str| {
        let id = context.world.ids.uuid();
        let name = format!("TargetTracking-{resource}-Alarm{side}-{id}");
        json!({"AlarmName": name, "AlarmARN": context.arn("cloudwatch", &format!("alarm:{name}"))})
    };
    vec![alarm(context, "High"), alarm(context, "Low")]
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let names = input.texts("PolicyNames");
    let state = &context.region().application_autoscaling;
    let rows = target_calls::rows(state, input, |target| {
        let policies = target.policies.values().filter(|one| names.is_empty() || names.contains(&one.name.as_str()));
        policies.map(|one| (one.name.clone(), one.render())).collect()
    })?;
    paged(input, "ScalingPolicies", rows)
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (resource, name) = (resource(input)?, input.required("PolicyName")?);
    let target = context.region().application_autoscaling.targets.get_mut(resource);
    let removed = target.and_then(|target| target.policies.remove(name));
    let refusal = || missing("No scaling policy found", resource, &format!(", policy name: {name}"));
    removed.map(|_| json!({})).ok_or_else(refusal)
}
