//! Registering and forgetting what is scaled.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};

use super::target::{Bounds, Target};
use super::{invalid, missing, paged, resource, tagging, wanted};
use crate::model::context::Context;
use crate::model::delivery;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::service::Service;
use crate::model::tags::Tags;

/// A first registration needs both bounds; later ones change what they say.
/// <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html>
pub(super) fn register(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let resource = resource(input)?;
    let (least, most) = (input.int("MinCapacity")?, input.int("MaxCapacity")?);
    let before = context.region().application_autoscaling.targets.get(resource).map(|target| target.bounds);
    let bounds = match (least.or(before.map(|it| it.least)), most.or(before.map(|it| it.most))) {
        (Some(least), Some(most)) => Bounds { least, most },
        (None, _) => return Err(invalid("Minimum capacity must be specified for a new scalable target.")),
        (_, None) => return Err(invalid("Maximum capacity must be specified for a new scalable target.")),
    };
    if bounds.least < 0 || bounds.most < bounds.least {
        return Err(invalid("Maximum capacity cannot be less than minimum capacity."));
    }
    if !exists(context, resource) {
        return Err(invalid(format!("ECS service doesn't exist: {resource}")));
    }
    let tags = tagging::read(input)?;
    let new = fresh(context, resource, bounds);
    let target = context.region().application_autoscaling.targets.entry(resource.to_owned()).or_insert(new);
    target.bounds = bounds;
    target.tags.merge(&tags);
    for (member, value) in input.part("SuspendedState").value().as_object().into_iter().flatten() {
        target.suspended[member] = value.clone();
    }
    Ok(json!({"ScalableTargetARN": target.arn}))
}

fn fresh(context: &mut Context<'_>, resource: &str, bounds: Bounds) -> Target {
    let id = context.world.ids.hex(32);
    let role = "role/aws-service-role/ecs.application-autoscaling.amazonaws.com/\
                AWSServiceRoleForApplicationAutoScaling_ECSService";
    Target {
        resource: resource.to_owned(),
        arn: context.arn("application-autoscaling", &format!("scalable-target/{id}")),
        role: context.global_arn("iam", role),
        bounds,
        suspended: json!({
            "DynamicScalingInSuspended": false,
            "DynamicScalingOutSuspended": false,
            "ScheduledScalingSuspended": false,
        }),
        created: context.now,
        policies: BTreeMap::new(),
        actions: BTreeMap::new(),
        activities: VecDeque::new(),
        tags: Tags::default(),
    }
}

fn exists(context: &mut Context<'_>, resource: &str) -> bool {
    let mut names = resource.split('/').skip(1);
    let (cluster, service) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
    desired_count(context, cluster, service).is_ok_and(|count| count.is_some())
}

/// How many tasks a service is to run; none if it is not active.
pub(super) fn desired_count(context: &mut Context<'_>, cluster: &str, name: &str) -> Result<Option<i64>, AwsError> {
    let asked = json!({"cluster": cluster, "services": [name]});
    let answer = delivery::call(context, Service::Ecs, "DescribeServices", &asked)?;
    let service = &answer["services"][0];
    Ok((service["status"] == "ACTIVE").then(|| service["desiredCount"].as_i64()).flatten())
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (namespace, ids) = (input.required("ServiceNamespace")?, input.texts("ResourceIds"));
    if ids.len() > 50 {
        return Err(invalid("At most 50 resource IDs may be given."));
    }
    let state = &context.region().application_autoscaling;
    if input.has("ScalableDimension") && ids.is_empty() {
        return Err(invalid("Resource IDs must be specified when a scalable dimension is."));
    }
    let targets = state
        .targets
        .values()
        .filter(|target| namespace == "ecs" && (ids.is_empty() || ids.contains(&target.resource.as_str())));
    let rows: Vec<(String, Value)> = targets.map(|target| (target.resource.clone(), target.render())).collect();
    paged(input, "ScalableTargets", rows)
}

/// Its policies and scheduled actions go with it.
/// <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeregisterScalableTarget.html>
pub(super) fn deregister(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let resource = resource(input)?;
    let removed = context.region().application_autoscaling.targets.remove(resource);
    removed.map(|_| json!({})).ok_or_else(|| missing("No scalable target found", resource, ""))
}

/// All rows of what targets have, under a key that keeps their order.
pub(super) fn rows<'s, T: 's>(
    state: &'s super::State,
    input: &Input<'s>,
    of: impl Fn(&'s Target) -> Vec<(String, T)>,
) -> Result<Vec<(String, T)>, AwsError> {
    Ok(wanted(state, input)?
        .flat_map(|target| of(target).into_iter().map(move |(key, row)| (format!("{} {key}", target.resource), row)))
        .collect())
}
