//! Deleting parameters, with all their versions.

use serde_json::json;

use super::{not_found, reading};
use crate::model::context::Context;
use crate::model::error::Answer;
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameter.html>
pub(super) fn one(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let removed = context.region().ssm.parameters.remove(input.required("Name")?);
    removed.map(|_| json!({})).ok_or_else(not_found)
}

/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameters.html>
pub(super) fn several(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let parameters = &mut context.region().ssm.parameters;
    let (deleted, invalid): (Vec<&str>, Vec<&str>) =
        reading::at_most_ten(input)?.into_iter().partition(|name| parameters.remove(*name).is_some());
    Ok(json!({ "DeletedParameters": deleted, "InvalidParameters": invalid }))
}
