//! Tags of scalable targets.

use serde_json::{Value, json};

use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::tags::Tags;

/// Tags come as a map. <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TagResource.html>
pub(super) fn read(input: &Input<'_>) -> Result<Tags, AwsError> {
    let mut tags = Tags::default();
    for (key, value) in input.part("Tags").value().as_object().into_iter().flatten() {
        tags.set(key, value.as_str().unwrap_or_default());
    }
    Ok(tags)
}

pub(super) fn tag(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let tags = read(input)?;
    let tagged = tagged(context, input)?;
    if tagged.too_many_with(&tags) {
        return Err(AwsError::new("TooManyTagsException", "A resource can have at most 50 tags."));
    }
    tagged.merge(&tags);
    Ok(json!({}))
}

pub(super) fn untag(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let tags = tagged(context, input)?;
    input.texts("TagKeys").into_iter().for_each(|key| tags.remove(key));
    Ok(json!({}))
}

pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let tags: Value = tagged(context, input)?.as_map();
    Ok(json!({"Tags": tags}))
}

fn tagged<'c>(context: &'c mut Context<'_>, input: &Input<'_>) -> Result<&'c mut Tags, AwsError> {
    let arn = input.required("ResourceARN")?;
    let mut targets = context.region().application_autoscaling.targets.values_mut();
    let missing = || AwsError::new("ResourceNotFoundException", format!("Resource {arn} does not exist."));
    targets.find(|target| target.arn == arn).map(|target| &mut target.tags).ok_or_else(missing)
}
