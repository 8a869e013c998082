//! The sentences by which AWS refuses values that the model of its API does not allow.

use std::str::FromStr;

use strum::VariantNames;

use super::invalid;
use crate::model::error::AwsError;
use crate::model::input::Input;

/// One of the values of an enumeration.
pub(super) fn enumerated<T: FromStr + VariantNames>(text: &str, member: &str) -> Result<T, AwsError> {
    text.parse().map_err(|_| unfit(text, member, &format!("satisfy enum value set: [{}]", T::VARIANTS.join(", "))))
}

/// A whole number between two others, if it is given.
pub(super) fn number(input: &Input<'_>, name: &str, least: i64, most: i64) -> Result<Option<i64>, AwsError> {
    let Some(number) = input.int(name)? else { return Ok(None) };
    let (member, text) = (lower_first(name), number.to_string());
    if number < least {
        return Err(unfit(&text, &member, &format!("have value greater than or equal to {least}")));
    }
    if number > most {
        return Err(unfit(&text, &member, &format!("have value less than or equal to {most}")));
    }
    Ok(Some(number))
}

/// The refusal of a value.
pub(super) fn unfit(value: &str, member: &str, constraint: &str) -> AwsError {
    invalid(format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must {constraint}"
    ))
}

/// Names of load balancers and target groups: 32 letters, digits and hyphens, no hyphen at either end.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html>
pub(super) fn name<'a>(name: &'a str, noun: &str) -> Result<&'a str, AwsError> {
    let allowed = |one: char| one.is_ascii_alphanumeric() || one == '-';
    if name.len() > 32 {
        return Err(invalid(format!("{noun} name '{name}' cannot be longer than '32' characters")));
    }
    if !name.chars().all(allowed) {
        return Err(invalid(format!(
            "{noun} name '{name}' can only contain characters that are alphanumeric characters and hyphens(-)"
        )));
    }
    if name.starts_with('-') || name.ends_with('-') {
        return Err(invalid(format!("{noun} name '{name}' cannot begin or end with '-'")));
    }
    Ok(name)
}

fn lower_first(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(chars).collect()
}
