//! Auto Scaling's pages: `MaxRecords` and `NextToken`.

use serde_json::{Value, json};

use super::invalid;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::page;

/// A page of rows under the list's name: as many as are usual, or as the call says, up to a hundred.
pub(super) fn paged(input: &Input<'_>, list: &str, rows: Vec<(String, Value)>, usual: i64) -> Answer {
    let limit = input.int("MaxRecords")?.unwrap_or(usual);
    if !(1..=100).contains(&limit) {
        return Err(invalid("MaxRecords must be between 1 and 100."));
    }
    let page = page::cut(rows, usize::try_from(limit).ok(), input.text("NextToken"));
    let (page, next) = page.ok_or_else(|| AwsError::new("InvalidNextToken", "The token is not valid."))?;
    Ok(json!({ list: page, "NextToken": next }))
}
