//! Application Auto Scaling: ECS services whose count of tasks is kept within bounds, by policies and by schedule.
//!
//! Policies are kept and shown. They scale nothing by themselves, since no metrics are simulated: on AWS their alarms
//! would be without data.

mod activity;
mod firing;
mod policy;
mod policy_calls;
mod scheduled_action;
mod scheduled_action_calls;
mod tagging;
mod target;
mod target_calls;

use std::collections::BTreeMap;

pub(crate) use firing::{Event, on_event};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use target::Target;

use super::context::Handler;
use super::error::{Answer, AwsError};
use super::input::Input;
use super::inventory::Item;
use super::page;

/// The only thing of an ECS service that is scaled.
const DIMENSION: &str = "ecs:service:DesiredCount";

/// What Application Auto Scaling has in one region.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct State {
    /// By what is scaled: `service/cluster/name`.
    targets: BTreeMap<String, Target>,
}

impl State {
    /// The registered target that a call is about.
    fn target(&mut self, input: &Input<'_>) -> Result<&mut Target, AwsError> {
        let resource = resource(input)?;
        self.targets.get_mut(resource).ok_or_else(|| missing("No scalable target registered", resource, ""))
    }
}

/// The operation of that name, if it is simulated.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "RegisterScalableTarget" => target_calls::register,
        "DescribeScalableTargets" => target_calls::describe,
        "DeregisterScalableTarget" => target_calls::deregister,
        "PutScalingPolicy" => policy_calls::put,
        "DescribeScalingPolicies" => policy_calls::describe,
        "DeleteScalingPolicy" => policy_calls::delete,
        "PutScheduledAction" => scheduled_action_calls::put,
        "DescribeScheduledActions" => scheduled_action_calls::describe,
        "DeleteScheduledAction" => scheduled_action_calls::delete,
        "DescribeScalingActivities" => activity::describe,
        "TagResource" => tagging::tag,
        "UntagResource" => tagging::untag,
        "ListTagsForResource" => tagging::list,
        _ => return None,
    })
}

/// What exists.
pub(crate) fn inventory(state: &State) -> Vec<Item> {
    let policies = state.targets.values().flat_map(|target| target.policies.values().map(policy::Policy::item));
    let actions = state.targets.values().flat_map(|target| target.actions.values().map(|action| action.item()));
    state.targets.values().map(Target::item).chain(policies).chain(actions).collect()
}

/// What is scaled, checked to be an ECS service's count.
fn resource<'a>(input: &Input<'a>) -> Result<&'a str, AwsError> {
    let (namespace, resource) = (input.required("ServiceNamespace")?, input.required("ResourceId")?);
    if namespace != "ecs" {
        let message = format!("aws-sim does not know Application Auto Scaling of {namespace}");
        return Err(AwsError::new("NotSimulated", message).with_status(501));
    }
    if input.required("ScalableDimension")? != DIMENSION {
        return Err(invalid("Unsupported service namespace, resource type or scalable dimension"));
    }
    match resource.split('/').collect::<Vec<_>>().as_slice() {
        ["service", cluster, name] if !cluster.is_empty() && !name.is_empty() => Ok(resource),
        _ => Err(invalid("Unsupported service namespace, resource type or scalable dimension")),
    }
}

/// The targets that a describing call is about; it may name one.
fn wanted<'s>(state: &'s State, input: &Input<'s>) -> Result<impl Iterator<Item = &'s Target>, AwsError> {
    let (one, namespace) = (input.text("ResourceId"), input.required("ServiceNamespace")?);
    if let Some(dimension) = input.text("ScalableDimension") {
        if one.is_none() {
            return Err(invalid("Resource ID must be specified when a scalable dimension is."));
        }
        if dimension != DIMENSION {
            return Err(invalid("Unsupported service namespace, resource type or scalable dimension"));
        }
    }
    let all = state.targets.values().filter(move |_| namespace == "ecs");
    Ok(all.filter(move |target| one.is_none_or(|one| target.resource == one)))
}

/// Fifty on a page. <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalableTargets.html>
fn paged(input: &Input<'_>, list: &str, rows: Vec<(String, Value)>) -> Answer {
    let limit = input.int("MaxResults")?.unwrap_or(50);
    if !(1..=50).contains(&limit) {
        return Err(invalid("MaxResults must be between 1 and 50."));
    }
    let page = page::cut(rows, usize::try_from(limit).ok(), input.text("NextToken"));
    let invalid_token = || AwsError::new("InvalidNextTokenException", "The next token is invalid.");
    let (page, next) = page.ok_or_else(invalid_token)?;
    Ok(json!({ list: page, "NextToken": next }))
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationException", message)
}

/// The refusal of what is not there; `named` is what the call says of it besides.
fn missing(what: &str, resource: &str, named: &str) -> AwsError {
    let place = format!("service namespace: ecs, resource ID: {resource}, scalable dimension: {DIMENSION}");
    AwsError::new("ObjectNotFoundException", format!("{what} for {place}{named}"))
}
