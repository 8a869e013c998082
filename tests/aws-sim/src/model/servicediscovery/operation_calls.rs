//! The calls about operations.

use serde_json::{Value, json};

use super::operation::{Operation, Status};
use super::{is_wanted, paged};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_GetOperation.html>
pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (id, account) = (input.required("OperationId")?, context.place.account.clone());
    let missing = || AwsError::new("OperationNotFound", format!("Operation {id} not found."));
    let operation = context.region().servicediscovery.operations.get(id).ok_or_else(missing)?;
    Ok(json!({"Operation": operation.render(&account)}))
}

/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_ListOperations.html>
pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let operations = context.region().servicediscovery.operations.values();
    let wanted = operations.filter(|one: &&Operation| is_wanted(input, |filter| one.field(filter)));
    let row = |one: &Operation| {
        let status: &str = Status::into(one.status);
        (one.id.clone(), json!({"Id": one.id, "Status": status}))
    };
    let rows: Vec<(String, Value)> = wanted.map(row).collect();
    paged(input, "Operations", rows)
}
