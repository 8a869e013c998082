//! Tags of groups, by ARN and, as older clients do, by name.

use serde_json::{Map, Value, json};

use super::group::Group;
use super::{State, name_in_arn, no_such_group};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::tags::Tags;

/// The member `tags`, a map.
pub(super) fn read(input: &Input<'_>) -> Result<Tags, AwsError> {
    let mut tags = Tags::default();
    for (key, value) in input.get("tags").and_then(Value::as_object).into_iter().flatten() {
        tags.set(key, value.as_str().unwrap_or_default());
    }
    if Tags::default().too_many_with(&tags) { Err(too_many()) } else { Ok(tags) }
}

pub(super) fn tag(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    add(by_arn(&mut context.region().logs, input)?, input)
}

pub(super) fn tag_group(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    add(context.region().logs.group_mut(input)?, input)
}

pub(super) fn untag(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let group = by_arn(&mut context.region().logs, input)?;
    input.texts("tagKeys").into_iter().for_each(|key| group.tags.remove(key));
    Ok(Value::Null)
}

/// Here the keys are called tags.
pub(super) fn untag_group(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let group = context.region().logs.group_mut(input)?;
    input.texts("tags").into_iter().for_each(|key| group.tags.remove(key));
    Ok(Value::Null)
}

pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    Ok(json!({ "tags": shown(by_arn(&mut context.region().logs, input)?) }))
}

pub(super) fn list_of_group(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    Ok(json!({ "tags": shown(context.region().logs.group(input)?) }))
}

fn by_arn<'a>(logs: &'a mut State, input: &Input<'_>) -> Result<&'a mut Group, AwsError> {
    logs.groups.get_mut(name_in_arn(input.required("resourceArn")?)).ok_or_else(no_such_group)
}

fn add(group: &mut Group, input: &Input<'_>) -> Answer {
    let given = read(input)?;
    if group.tags.too_many_with(&given) {
        return Err(too_many());
    }
    group.tags.merge(&given);
    Ok(Value::Null)
}

/// An empty map where there are none, so that it is written.
fn shown(group: &Group) -> Map<String, Value> {
    group.tags.iter().map(|(key, value)| (key.to_owned(), json!(value))).collect()
}

fn too_many() -> AwsError {
    AwsError::new("TooManyTagsException", "A resource can have no more than 50 tags.")
}
