//! Tags, which groups have and schedules have not.

use serde_json::json;

use super::{not_found, state};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::tags::Tags;

pub(super) fn read(input: &Input<'_>) -> Result<Tags, AwsError> {
    Tags::read(&input.parts("Tags"), "Key", "Value")
}

pub(super) fn tag(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let tags = read(input)?;
    if tagged(context, input)?.too_many_with(&tags) {
        return Err(AwsError::new("ValidationException", "A resource can have at most 50 tags."));
    }
    tagged(context, input)?.merge(&tags);
    Ok(json!({}))
}

pub(super) fn untag(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let keys = input.strings("TagKeys");
    let tags = tagged(context, input)?;
    keys.iter().for_each(|key| tags.remove(key));
    Ok(json!({}))
}

pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    Ok(json!({"Tags": tagged(context, input)?.write("Key", "Value")}))
}

fn tagged<'c>(context: &'c mut Context<'_>, input: &Input<'_>) -> Result<&'c mut Tags, AwsError> {
    let arn = input.required("ResourceArn")?;
    let group = state(context).groups.values_mut().find(|group| group.arn == arn);
    group.map(|group| &mut group.tags).ok_or_else(|| not_found(&format!("Resource {arn} does not exist.")))
}
