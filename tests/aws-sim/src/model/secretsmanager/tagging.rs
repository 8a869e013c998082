//! Tags of secrets.

use serde_json::Value;

use super::invalid;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::tags::Tags;

/// The member `Tags`, a list.
pub(super) fn read(input: &Input<'_>) -> Result<Tags, AwsError> {
    let tags = Tags::read(&input.parts("Tags"), "Key", "Value")?;
    if tags.iter().any(|(key, _)| key.to_ascii_lowercase().starts_with("aws:")) {
        return Err(invalid("You can't use the aws: prefix in a tag key."));
    }
    if Tags::default().too_many_with(&tags) { Err(too_many()) } else { Ok(tags) }
}

/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_TagResource.html>
pub(super) fn tag(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let given = read(input)?;
    let secret = context.region().secretsmanager.live_mut(input)?;
    if secret.tags.too_many_with(&given) {
        return Err(too_many());
    }
    secret.tags.merge(&given);
    Ok(Value::Null)
}

pub(super) fn untag(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let secret = context.region().secretsmanager.live_mut(input)?;
    input.texts("TagKeys").into_iter().for_each(|key| secret.tags.remove(key));
    Ok(Value::Null)
}

fn too_many() -> AwsError {
    invalid("The number of tags exceeds the limit of 50.")
}
