//! IAM's pages (`MaxItems`, `Marker`, `IsTruncated`), names and paths.

use serde_json::{Value, json};

use super::refusal::validation;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::page;

/// A page of what has been listed by name, under the list's name. A hundred make one, unless the call says otherwise.
pub(super) fn paged(input: &Input<'_>, list: &str, rows: Vec<(String, Value)>) -> Answer {
    let limit = input.int("MaxItems")?.unwrap_or(100);
    let bound = |constraint: &str| validation("maxItems", &limit.to_string(), constraint);
    if limit < 1 {
        return Err(bound("Member must have value greater than or equal to 1"));
    }
    if limit > 1000 {
        return Err(bound("Member must have value less than or equal to 1000"));
    }
    let page = page::cut(rows, usize::try_from(limit).ok(), input.text("Marker"));
    let marker = input.text("Marker").unwrap_or_default();
    let (page, marker) = page.ok_or_else(|| AwsError::new("ValidationError", format!("Invalid Marker: {marker}")))?;
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
    if path.len() > 512 {
        return Err(validation("path", path, "Member must have length less than or equal to 512"));
    }
    if path.starts_with('/') && path.ends_with('/') && path.chars().all(|one| ('!'..='~').contains(&one)) {
        return Ok(path.to_owned());
    }
    let message = "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric \
                   characters and/or / characters.";
    Err(AwsError::new("ValidationError", message))
}

/// A description, checked.
pub(super) fn description(input: &Input<'_>) -> Result<Option<String>, AwsError> {
    let description = input.text("Description");
    match description.filter(|text| text.chars().count() > 1000) {
        Some(text) => Err(validation("description", text, "Member must have length less than or equal to 1000")),
        None => Ok(description.map(str::to_owned)),
    }
}
