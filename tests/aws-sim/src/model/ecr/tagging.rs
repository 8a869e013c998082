//! Tags of repositories.

use serde_json::{Value, json};

use super::repository::Repository;
use super::{no_such_repository, unfit};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::tags::Tags;

/// The member `tags`, a list.
pub(super) fn read(input: &Input<'_>) -> Result<Tags, AwsError> {
    let tags = Tags::read(&input.parts("tags"), "Key", "Value")?;
    if tags.iter().any(|(key, _)| key.to_ascii_lowercase().starts_with("aws:")) {
        let message = "The tag key must not begin with aws:, which is reserved.";
        return Err(AwsError::new("InvalidTagParameterException", message));
    }
    if Tags::default().too_many_with(&tags) { Err(too_many()) } else { Ok(tags) }
}

/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_TagResource.html>
pub(super) fn tag(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let given = read(input)?;
    let repository = by_arn(context, input)?;
    if repository.tags.too_many_with(&given) {
        return Err(too_many());
    }
    repository.tags.merge(&given);
    Ok(Value::Null)
}

pub(super) fn untag(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let repository = by_arn(context, input)?;
    input.texts("tagKeys").into_iter().for_each(|key| repository.tags.remove(key));
    Ok(Value::Null)
}

pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    Ok(json!({ "tags": by_arn(context, input)?.tags.write("Key", "Value") }))
}

fn by_arn<'a>(context: &'a mut Context<'_>, input: &Input<'_>) -> Result<&'a mut Repository, AwsError> {
    let arn = input.required("resourceArn")?;
    let (_, name) = arn.split_once(":repository/").ok_or_else(|| unfit("resourceArn", "Invalid ARN"))?;
    let account = context.place.account.clone();
    let found = context.region().ecr.repositories.get_mut(name).filter(|repository| repository.arn == arn);
    found.ok_or_else(|| no_such_repository(name, &account))
}

fn too_many() -> AwsError {
    AwsError::new("TooManyTagsException", "A repository can have no more than 50 tags.")
}
