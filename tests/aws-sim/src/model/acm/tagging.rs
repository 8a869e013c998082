//! Tags of certificates.

use serde_json::{Value, json};

use super::{named, unfit};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::tags::Tags;

/// The tags that a call gives.
pub(super) fn read(input: &Input<'_>) -> Result<Tags, AwsError> {
    let tags = Tags::read(&input.parts("Tags"), "Key", "Value")?;
    for (place, (key, value)) in tags.iter().enumerate() {
        if key.starts_with("aws:") {
            let message = format!("Invalid Tag Key: \"{key}\". AWS internal tags cannot be changed with this API");
            return Err(AwsError::new("InvalidTagException", message));
        }
        for (text, member, most) in [(key, "key", 128), (value, "value", 256)] {
            if text.chars().count() > most {
                let member = format!("tags.{}.member.{member}", place + 1);
                return Err(unfit(text, &member, &format!("have length less than or equal to {most}")));
            }
        }
    }
    if Tags::default().too_many_with(&tags) { Err(too_many(&tags)) } else { Ok(tags) }
}

pub(super) fn add(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let certificate = named(context, input)?;
    let given = read(input)?;
    if given.is_empty() {
        return Err(input.missing("Tags"));
    }
    if certificate.tags.too_many_with(&given) {
        return Err(too_many(&given));
    }
    certificate.tags.merge(&given);
    Ok(Value::Null)
}

/// A tag that is named with a value goes only if it has that value.
/// <https://docs.aws.amazon.com/acm/latest/APIReference/API_RemoveTagsFromCertificate.html>
pub(super) fn remove(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let certificate = named(context, input)?;
    for part in input.parts("Tags") {
        let (key, value) = (part.required("Key")?, part.text("Value"));
        if value.is_none() || certificate.tags.get(key) == value {
            certificate.tags.remove(key);
        }
    }
    Ok(Value::Null)
}

pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    Ok(json!({ "Tags": named(context, input)?.tags.write("Key", "Value") }))
}

fn too_many(tags: &Tags) -> AwsError {
    let listed: Vec<String> = tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    AwsError::new("TooManyTagsException", format!("the TagSet: '{{{}}}' contains too many Tags", listed.join(", ")))
}
