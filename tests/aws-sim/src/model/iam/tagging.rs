//! Tags of whatever in IAM has tags, by the three calls that each kind has.

use serde_json::{Value, json};

use super::State;
use super::listing::paged;
use super::refusal::{invalid_input, limit_exceeded, validation};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::tags::Tags;

/// A kind of thing that has tags.
pub(super) trait Tagged {
    /// The tags of the one that a call names.
    fn tags<'a>(state: &'a State, input: &Input<'_>) -> Result<&'a Tags, AwsError>;
    fn tags_mut<'a>(state: &'a mut State, input: &Input<'_>) -> Result<&'a mut Tags, AwsError>;
}

pub(super) fn tag<T: Tagged>(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let given = read(input)?;
    let tags = T::tags_mut(&mut context.account().iam, input)?;
    if tags.too_many_with(&given) {
        return Err(limit_exceeded("Cannot exceed quota for TagsPerEntity: 50"));
    }
    tags.merge(&given);
    Ok(Value::Null)
}

pub(super) fn untag<T: Tagged>(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let tags = T::tags_mut(&mut context.account().iam, input)?;
    input.texts("TagKeys").into_iter().for_each(|key| tags.remove(key));
    Ok(Value::Null)
}

pub(super) fn list<T: Tagged>(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let tags = T::tags(&context.account().iam, input)?;
    let row = |(key, value): (&str, &str)| (key.to_owned(), json!({"Key": key, "Value": value}));
    let mut rows: Vec<_> = tags.iter().map(row).collect();
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    paged(input, "Tags", rows)
}

/// The tags of a call. <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules>
pub(super) fn read(input: &Input<'_>) -> Result<Tags, AwsError> {
    let tags = Tags::read(&input.parts("Tags"), "Key", "Value")?;
    if tags.too_many_with(&Tags::default()) {
        return Err(invalid_input("The number of tags exceeds the limit of 50 tags per resource."));
    }
    if input.parts("Tags").len() != tags.iter().count() {
        return Err(invalid_input("Duplicate tag keys found. Please note that Tag keys are case insensitive."));
    }
    for (place, (key, value)) in tags.iter().enumerate() {
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(invalid_input("Tag keys beginning with aws: are reserved for system use"));
        }
        for (member, text, longest) in [("key", key, 128), ("value", value, 256)] {
            if text.chars().count() > longest {
                let member = format!("tags.{}.member.{member}", place + 1);
                let constraint = format!("Member must have length less than or equal to {longest}");
                return Err(validation(&member, text, &constraint));
            }
        }
    }
    Ok(tags)
}

/// The tags as IAM shows them; none at all where there are none.
pub(super) fn shown(tags: &Tags) -> Value {
    if tags.is_empty() { Value::Null } else { tags.write("Key", "Value") }
}
