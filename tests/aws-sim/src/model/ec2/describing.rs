//! What describing calls have in common: the names of their filters and the sizes of their pages.
//!
//! `describing.txt` has a line for each: the operation, the smallest and the largest page, the parameter that lists
//! ids and excludes `MaxResults`, and the filters that the API reference names.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::filter::Filters;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::page;

/// The most values that a filter may have.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html>
const FILTER_VALUES: usize = 200;
/// How much is answered at once to a call that does not say.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html>
const LARGEST_PAGE: usize = 1000;

static RULES: LazyLock<HashMap<&'static str, Rules>> = LazyLock::new(|| {
    include_str!("describing.txt").lines().filter_map(|line| Rules::read(&mut line.split(' '))).collect()
});

struct Rules {
    pages: Option<(i64, i64)>,
    ids: &'static str,
    filters: Vec<&'static str>,
}

impl Rules {
    fn read(words: &mut dyn Iterator<Item = &'static str>) -> Option<(&'static str, Self)> {
        let (operation, pages, ids) = (words.next()?, words.next()?, words.next()?);
        let pages = pages.split_once('-').and_then(|(least, most)| Some((least.parse().ok()?, most.parse().ok()?)));
        Some((operation, Self { pages, ids, filters: words.collect() }))
    }
}

/// Refuses filters that the operation does not know, and page sizes that it does not take.
pub(super) fn check(operation: &str, input: &Input<'_>) -> Result<(), AwsError> {
    let Some(rules) = RULES.get(operation) else { return Ok(()) };
    for (name, values) in Filters::read(input).iter() {
        if !(rules.filters.contains(&name) || name.starts_with("tag:") || name == "tag-value") {
            return Err(AwsError::new("InvalidParameterValue", format!("The filter '{name}' is invalid")));
        }
        if values.len() > FILTER_VALUES {
            let message = format!("The maximum number of filter values specified on a single call is {FILTER_VALUES}");
            return Err(AwsError::new("FilterLimitExceeded", message));
        }
    }
    let (Some((least, most)), Some(limit)) = (rules.pages, input.int("MaxResults")?) else { return Ok(()) };
    if !input.texts(rules.ids).is_empty() {
        let message = format!("The parameter {} cannot be used with the parameter maxResults", rules.ids);
        return Err(AwsError::new("InvalidParameterCombination", message));
    }
    if !(least..=most).contains(&limit) {
        let message = format!(
            "Value ( {limit} ) for parameter maxResults is invalid. Expecting a value between {least} and {most}."
        );
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    Ok(())
}

/// One page of rows that come in the order of their keys.
pub(super) fn paged<T>(input: &Input<'_>, set: &str, rows: Vec<(String, T)>, render: impl Fn(T) -> Value) -> Answer {
    let limit = input.int("MaxResults")?.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(LARGEST_PAGE);
    let page = page::cut(rows, Some(limit), input.text("NextToken"));
    let (page, next) = page.ok_or_else(|| {
        let token = input.text("NextToken").unwrap_or_default();
        AwsError::new("InvalidNextToken", format!("The token '{token}' is invalid"))
    })?;
    Ok(json!({ set: page.into_iter().map(render).collect::<Vec<_>>(), "nextToken": next }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_names_an_operation_that_there_is() {
        for operation in RULES.keys() {
            assert!(super::super::handler(operation).is_some(), "{operation}");
        }
    }
}
