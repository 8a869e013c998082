//! IAM's pages (`MaxItems`, `Marker`, `IsTruncated`), names and tags.

use serde_json::{Value, json};

use super::refusal::validation;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::page;
use crate::model::tags::Tags;

/// A page of what has been listed by name, under the list's name.
pub(super) fn paged(input: &Input<'_>, list: &str, rows: Vec<(String, Value)>) -> Answer {
    let limit = input.int("MaxItems")?.unwrap_or(100);
    if !(1..=1000).contains(&limit) {
        let limit = limit.to_string();
        return Err(validation("maxItems", &limit, "Member must have value between 1 and 1000"));
    }
    let page = page::cut(rows, usize::try_from(limit).ok(), input.text("Marker"));
    let (page, marker) = page.ok_or_else(|| AwsError::new("InvalidInput", "Invalid Marker."))?;
    Ok(json!({ list: page, "IsTruncated": marker.is_some(), "Marker": marker }))
}

/// A name, checked. <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
pub(super) fn name<'a>(input: &Input<'a>, member: &str, longest: usize) -> Result<&'a str, AwsError> {
    let name = input.required(member)?;
    let mut wire_name = member.to_owned();
    if let Some(first) = wire_name.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    if name.chars().count() > longest {
        let constraint = format!("Member must have length less than or equal to {longest}");
        return Err(validation(&wire_name, name, &constraint));
    }
    if !name.chars().all(|one| one.is_ascii_alphanumeric() || "_+=,.@-".contains(one)) {
        return Err(validation(&wire_name, name, "Member must satisfy regular expression pattern: [\\w+=,.@-]+"));
    }
    Ok(name)
}

/// The member `Path`, or the root.
pub(super) fn path(input: &Input<'_>) -> Result<String, AwsError> {
    let path = input.text("Path").unwrap_or("/");
    if path.starts_with('/') && path.ends_with('/') {
        return Ok(path.to_owned());
    }
    Err(AwsError::new("ValidationError", format!("The specified value for path is invalid: {path}")))
}

pub(super) fn read_tags(input: &Input<'_>) -> Result<Tags, AwsError> {
    let tags = Tags::read(&input.parts("Tags"), "Key", "Value")?;
    if tags.iter().any(|(key, _)| key.starts_with("aws:")) {
        let message = "Tag keys beginning with aws: are reserved for system use";
        return Err(AwsError::new("InvalidInput", message));
    }
    Ok(tags)
}

/// Sets the tags that a call gives.
pub(super) fn set_tags(tags: &mut Tags, input: &Input<'_>) -> Result<(), AwsError> {
    let given = read_tags(input)?;
    if tags.too_many_with(&given) {
        return Err(super::refusal::limit_exceeded("Cannot exceed quota for TagsPerEntity: 50"));
    }
    tags.merge(&given);
    Ok(())
}

/// The tags as IAM shows them; none at all where there are none.
pub(super) fn shown_tags(tags: &Tags) -> Value {
    if tags.is_empty() { Value::Null } else { tags.write("Key", "Value") }
}

/// The rows of a call that lists tags.
pub(super) fn tag_rows(tags: &Tags) -> Vec<(String, Value)> {
    let mut rows: Vec<_> =
        tags.iter().map(|(key, value)| (key.to_owned(), json!({"Key": key, "Value": value}))).collect();
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    rows
}
