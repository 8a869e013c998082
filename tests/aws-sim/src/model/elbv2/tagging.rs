//! Tags of load balancers, target groups, listeners and rules.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{State, invalid, no_listener, no_load_balancer, no_rule, no_target_group};
use crate::model::context::Context;
use crate::model::elb;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::tags::Tags;

/// The most resources of one call.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html>
const MOST_RESOURCES: usize = 20;

pub(super) fn add(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let state = &mut context.region().elbv2;
    let (arns, given) = (named(state, input)?, elb::read_tags(input)?);
    if given.is_empty() {
        return Err(input.missing("Tags"));
    }
    for arn in &arns {
        if tags_of(state, arn)?.too_many_with(&given) {
            return Err(elb::too_many_tags());
        }
    }
    for arn in arns {
        tags_of(state, arn)?.merge(&given);
    }
    Ok(Value::Null)
}

pub(super) fn remove(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let state = &mut context.region().elbv2;
    let keys = input.texts("TagKeys");
    if keys.is_empty() {
        return Err(input.missing("TagKeys"));
    }
    for arn in named(state, input)? {
        let tags = tags_of(state, arn)?;
        keys.iter().for_each(|key| tags.remove(key));
    }
    Ok(Value::Null)
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let state = &mut context.region().elbv2;
    let mut rows = Vec::new();
    for arn in named(state, input)? {
        rows.push(json!({"ResourceArn": arn, "Tags": tags_of(state, arn)?.write("Key", "Value")}));
    }
    Ok(json!({ "TagDescriptions": rows }))
}

/// The resources that a call names, all of which must exist.
fn named<'a>(state: &mut State, input: &Input<'a>) -> Result<Vec<&'a str>, AwsError> {
    let (arns, mut seen) = (input.texts("ResourceArns"), BTreeSet::new());
    if arns.is_empty() {
        return Err(input.missing("ResourceArns"));
    }
    if arns.len() > MOST_RESOURCES {
        return Err(invalid(format!("The maximum number of resources per call is {MOST_RESOURCES}")));
    }
    for arn in &arns {
        tags_of(state, arn)?;
    }
    Ok(arns.into_iter().filter(|arn| seen.insert(*arn)).collect())
}

fn tags_of<'s>(state: &'s mut State, arn: &str) -> Result<&'s mut Tags, AwsError> {
    if arn.contains(":targetgroup/") {
        return state.target_groups.get_mut(arn).map(|it| &mut it.tags).ok_or_else(|| no_target_group(arn));
    }
    if arn.contains(":listener-rule/") {
        return state.rules.get_mut(arn).map(|it| &mut it.tags).ok_or_else(|| no_rule(arn));
    }
    if arn.contains(":listener/") {
        return state.listeners.get_mut(arn).map(|it| &mut it.tags).ok_or_else(|| no_listener(arn));
    }
    if arn.contains(":loadbalancer/") {
        return state.load_balancers.get_mut(arn).map(|it| &mut it.tags).ok_or_else(|| no_load_balancer(arn));
    }
    Err(invalid(format!("'{arn}' is not a valid resource ARN")))
}
