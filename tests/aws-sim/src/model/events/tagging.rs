//! Tags of rules and of buses.

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
    let tagged = tagged(context, input)?;
    if tagged.too_many_with(&tags) {
        return Err(AwsError::new("LimitExceededException", "A resource can have at most 50 tags."));
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
    Ok(json!({"Tags": tagged(context, input)?.write("Key", "Value")}))
}

fn tagged<'c>(context: &'c mut Context<'_>, input: &Input<'_>) -> Result<&'c mut Tags, AwsError> {
    let arn = input.required("ResourceARN")?;
    let missing = || not_found(format!("Resource {arn} does not exist."));
    for bus in state(context).buses.values_mut() {
        if bus.arn == arn {
            return Ok(&mut bus.tags);
        }
        if let Some(rule) = bus.rules.values_mut().find(|rule| rule.arn == arn) {
            return Ok(&mut rule.tags);
        }
    }
    Err(missing())
}
