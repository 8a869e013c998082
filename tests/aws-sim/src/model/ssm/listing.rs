//! Lists of parameters: below a path, or by filters.

use serde_json::{Value, json};

use super::parameter::Parameter;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::page;

/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html>
pub(super) fn by_path(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let path = input.required("Path")?;
    if !path.starts_with('/') {
        let message = format!("The parameter path must begin with a slash: {path}");
        return Err(AwsError::new("ValidationException", message));
    }
    let (recursive, decrypted) =
        (input.flag("Recursive")?.unwrap_or(false), input.flag("WithDecryption")?.unwrap_or(false));
    let root = format!("{}/", path.trim_end_matches('/'));
    let below = context.region().ssm.parameters.range(root.clone()..).take_while(|(name, _)| name.starts_with(&root));
    let kept = below.filter(|(name, _)| recursive || !name[root.len()..].contains('/'));
    let rows = kept.map(|(name, parameter)| (name.clone(), parameter.render(decrypted))).collect();
    paged(input, rows, 10)
}

/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html>
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let mut rows = Vec::new();
    for parameter in context.region().ssm.parameters.values() {
        if keeps(input, parameter)? {
            rows.push((parameter.name.clone(), parameter.describe()));
        }
    }
    paged(input, rows, 50)
}

fn keeps(input: &Input<'_>, parameter: &Parameter) -> Result<bool, AwsError> {
    for filter in input.parts("ParameterFilters") {
        let (key, values) = (filter.required("Key")?, filter.texts("Values"));
        let option = filter.text("Option").unwrap_or("Equals");
        let have = match key {
            "Name" | "Path" => Some(parameter.name.as_str()),
            "Type" => Some(parameter.kind.as_str()),
            "Tier" => Some(parameter.tier.as_str()),
            _ => match key.strip_prefix("tag:") {
                Some(tag) => parameter.tags.get(tag),
                None => {
                    let message = format!("The following filter key is not valid: {key}");
                    return Err(AwsError::new("InvalidFilterKey", message));
                }
            },
        };
        let matches = |have: &str| match option {
            "BeginsWith" | "Recursive" => values.iter().any(|value| have.starts_with(value)),
            "Contains" => values.iter().any(|value| have.contains(value)),
            "OneLevel" => values.iter().any(|value| {
                let below = have.strip_prefix(value.trim_end_matches('/'));
                below.is_some_and(|below| below.matches('/').count() == 1)
            }),
            _ => values.contains(&have),
        };
        if !have.is_some_and(|have| matches(have) || values.is_empty()) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn paged(input: &Input<'_>, rows: Vec<(String, Value)>, most: i64) -> Answer {
    let limit = input.int("MaxResults")?.unwrap_or(most);
    if !(1..=most).contains(&limit) {
        let message = format!("MaxResults must be between 1 and {most}.");
        return Err(AwsError::new("ValidationException", message));
    }
    let page = page::cut(rows, usize::try_from(limit).ok(), input.text("NextToken"));
    let (page, next) = page.ok_or_else(|| AwsError::new("InvalidNextToken", "The specified token isn't valid."))?;
    Ok(json!({ "Parameters": page, "NextToken": next }))
}
