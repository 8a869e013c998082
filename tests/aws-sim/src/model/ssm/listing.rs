//! Lists of parameters: below a path, or by filters.

use serde_json::{Value, json};

use super::filter::{self, Filters};
use super::{public, unfit};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::page;

/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html>
pub(super) fn by_path(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let path = input.required("Path")?;
    filter::check_path(path)?;
    let filters = Filters::read(input, &["Type", "KeyId", "Label", "DataType", "tag"])?;
    let (recursive, decrypted) =
        (input.flag("Recursive")?.unwrap_or(false), input.flag("WithDecryption")?.unwrap_or(false));
    let root = format!("{}/", path.trim_end_matches('/'));
    if root.starts_with(public::ROOT) {
        return paged(input, "Parameters", published(&context.place.region, path, recursive), 10);
    }
    let below = context.region().ssm.parameters.range(root.clone()..).take_while(|(name, _)| name.starts_with(&root));
    let kept = below.filter(|(name, parameter)| filter::is_below(name, path, recursive) && filters.keep(parameter));
    let rows = kept.map(|(name, parameter)| (name.clone(), parameter.render(parameter.latest(), decrypted, None)));
    paged(input, "Parameters", rows.collect(), 10)
}

fn published(region: &str, path: &str, recursive: bool) -> Vec<(String, Value)> {
    let all = public::all(region).into_iter().filter(|(name, _)| filter::is_below(name, path, recursive));
    let mut rows: Vec<_> = all.map(|(name, value)| (name.clone(), public::render(region, &name, &value))).collect();
    rows.sort_by(|(one, _), (other, _)| one.cmp(other));
    rows
}

/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeParameters.html>
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let filters = Filters::read(input, &["Path", "Name", "Type", "KeyId", "Tier", "DataType", "tag"])?;
    let older = input.parts("Filters");
    if !older.is_empty() && input.has("ParameterFilters") {
        return Err(super::invalid("You can use either Filters or ParameterFilters in a single request."));
    }
    let kept_by_older = |parameter: &super::parameter::Parameter| {
        older.iter().all(|filter| {
            let values = filter.texts("Values");
            match filter.text("Key") {
                Some("Name") => values.iter().any(|value| parameter.name.starts_with(value)),
                Some("Type") => values.contains(&parameter.latest().kind.as_str()),
                Some(_) | None => parameter.latest().key_id.as_deref().is_some_and(|key| values.contains(&key)),
            }
        })
    };
    let parameters = context.region().ssm.parameters.values();
    let kept = parameters.filter(|parameter| filters.keep(parameter) && kept_by_older(parameter));
    let rows = kept.map(|parameter| (parameter.name.clone(), parameter.describe())).collect();
    paged(input, "Parameters", rows, 50)
}

/// One page under the list's name, with the token for the next.
pub(super) fn paged(input: &Input<'_>, list: &str, rows: Vec<(String, Value)>, most: i64) -> Answer {
    let limit = input.int("MaxResults")?.unwrap_or(most);
    if limit < 1 {
        return Err(unfit("maxResults", &limit.to_string(), "Member must have value greater than or equal to 1"));
    }
    if limit > most {
        let constraint = format!("Member must have value less than or equal to {most}");
        return Err(unfit("maxResults", &limit.to_string(), &constraint));
    }
    let page = page::cut(rows, usize::try_from(limit).ok(), input.text("NextToken"));
    let (page, next) = page.ok_or_else(|| AwsError::new("InvalidNextToken", "The specified token isn't valid."))?;
    Ok(json!({ list: page, "NextToken": next }))
}
