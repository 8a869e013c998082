//! Tags of namespaces and services.

use serde_json::json;

use super::last;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::tags::Tags;

pub(super) fn read(input: &Input<'_>) -> Result<Tags, AwsError> {
    let tags = Tags::read(&input.parts("Tags"), "Key", "Value")?;
    if Tags::default().too_many_with(&tags) { Err(too_many()) } else { Ok(tags) }
}

fn too_many() -> AwsError {
    AwsError::new("TooManyTagsException", "The list of tags on the resource is over the quota.")
}

pub(super) fn tag(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let more = read(input)?;
    let tags = tagged(context, input)?;
    if tags.too_many_with(&more) {
        return Err(too_many());
    }
    tags.merge(&more);
    Ok(json!({}))
}

pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    Ok(json!({"Tags": tagged(context, input)?.write("Key", "Value")}))
}

pub(super) fn untag(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let keys = input.texts("TagKeys");
    let tags = tagged(context, input)?;
    keys.iter().for_each(|key| tags.remove(key));
    Ok(json!({}))
}

fn tagged<'c>(context: &'c mut Context<'_>, input: &Input<'_>) -> Result<&'c mut Tags, AwsError> {
    let arn = input.required("ResourceARN")?;
    let state = &mut context.region().servicediscovery;
    let namespace = state.namespaces.get_mut(last(arn)).map(|one| &mut one.tags);
    let found = namespace.or_else(|| state.services.get_mut(last(arn)).map(|one| &mut one.tags));
    found.ok_or_else(|| AwsError::new("ResourceNotFoundException", format!("Resource {arn} not found.")))
}
