//! Tags of parameters.

use serde_json::json;

use super::selector;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::tags::Tags;

/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_AddTagsToResource.html>
pub(super) fn add(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let given = Tags::read(&input.parts("Tags"), "Key", "Value")?;
    let tags = tags_of(context, input)?;
    if tags.too_many_with(&given) {
        return Err(AwsError::new("TooManyTagsError", "The number of tags exceeds the limit of 50."));
    }
    tags.merge(&given);
    Ok(json!({}))
}

pub(super) fn remove(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let tags = tags_of(context, input)?;
    input.texts("TagKeys").into_iter().for_each(|key| tags.remove(key));
    Ok(json!({}))
}

pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let tags = tags_of(context, input)?;
    Ok(json!({ "TagList": tags.write("Key", "Value") }))
}

fn tags_of<'a>(context: &'a mut Context<'_>, input: &Input<'_>) -> Result<&'a mut Tags, AwsError> {
    if input.required("ResourceType")? != "Parameter" {
        let message = "The resource type is not valid. Use one of the valid resource types: Parameter.";
        return Err(AwsError::new("InvalidResourceType", message));
    }
    let id = input.required("ResourceId")?;
    let parameter = context.region().ssm.parameters.get_mut(selector::name_in_arn(id));
    parameter.map(|parameter| &mut parameter.tags).ok_or_else(|| {
        let message = format!("The resource ID \"{id}\" is not valid. Verify the ID and try again.");
        AwsError::new("InvalidResourceId", message)
    })
}
