//! Tags of load balancers.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::not_found;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::tags::Tags;

/// The tags that a call gives.
pub(crate) fn read(input: &Input<'_>) -> Result<Tags, AwsError> {
    let parts = input.parts("Tags");
    let mut keys = BTreeSet::new();
    for part in &parts {
        if !keys.insert(part.required("Key")?) {
            return Err(AwsError::new("DuplicateTagKeys", "A tag key was specified more than once."));
        }
    }
    let tags = Tags::read(&parts, "Key", "Value")?;
    if Tags::default().too_many_with(&tags) { Err(too_many()) } else { Ok(tags) }
}

pub(super) fn add(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (names, given) = (names(context, input)?, read(input)?);
    let balancers = &mut context.region().elb.load_balancers;
    if names.iter().filter_map(|name| balancers.get(name)).any(|balancer| balancer.tags.too_many_with(&given)) {
        return Err(too_many());
    }
    for name in names {
        if let Some(balancer) = balancers.get_mut(&name) {
            balancer.tags.merge(&given);
        }
    }
    Ok(Value::Null)
}

pub(super) fn remove(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let parts = input.parts("Tags");
    let keys = parts.iter().map(|part| part.required("Key")).collect::<Result<Vec<_>, _>>()?;
    for name in names(context, input)? {
        if let Some(balancer) = context.region().elb.load_balancers.get_mut(&name) {
            keys.iter().for_each(|key| balancer.tags.remove(key));
        }
    }
    Ok(Value::Null)
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let names = names(context, input)?;
    let balancers = &context.region().elb.load_balancers;
    let found = names.iter().filter_map(|name| balancers.get(name));
    let rows: Vec<Value> = found
        .map(|balancer| json!({"LoadBalancerName": balancer.name, "Tags": balancer.tags.write("Key", "Value")}))
        .collect();
    Ok(json!({ "TagDescriptions": rows }))
}

/// The load balancers that a call names, all of which must exist.
fn names(context: &mut Context<'_>, input: &Input<'_>) -> Result<Vec<String>, AwsError> {
    let names = input.strings("LoadBalancerNames");
    if names.is_empty() {
        return Err(input.missing("LoadBalancerNames"));
    }
    let balancers = &context.region().elb.load_balancers;
    match names.iter().find(|name| !balancers.contains_key(*name)) {
        Some(missing) => Err(not_found(missing)),
        None => Ok(names),
    }
}

pub(crate) fn too_many() -> AwsError {
    AwsError::new(
        "TooManyTags",
        "The quota for the number of tags that can be assigned to a load balancer has been reached",
    )
}
