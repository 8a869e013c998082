//! Pages of what is described: 400 at most, and by default.

use serde_json::{Value, json};

use super::{constraint, invalid};
use crate::model::error::Answer;
use crate::model::input::Input;
use crate::model::page;

/// The most on one page. <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeRules.html>
const LARGEST_PAGE: i64 = 400;

/// Answers one page of the rows, which come with the key that they are in order of.
pub(super) fn paged(input: &Input<'_>, member: &str, rows: Vec<(String, Value)>) -> Answer {
    let size = constraint::number(input, "PageSize", 1, LARGEST_PAGE)?.unwrap_or(LARGEST_PAGE);
    let page = page::cut(rows, usize::try_from(size).ok(), input.text("Marker"));
    let (page, next) = page.ok_or_else(|| invalid("The marker is not valid"))?;
    Ok(json!({ member: page, "NextMarker": next }))
}
