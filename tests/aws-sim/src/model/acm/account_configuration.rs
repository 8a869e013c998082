//! What an account has set for all of its certificates in a region.

use serde_json::{Value, json};

use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/acm/latest/APIReference/API_ExpiryEventsConfiguration.html>
const USUAL_DAYS: i64 = 45;

pub(super) fn get(context: &mut Context<'_>, _input: &Input<'_>) -> Answer {
    let days = context.region().acm.expiry_days.unwrap_or(USUAL_DAYS);
    Ok(json!({"ExpiryEvents": {"DaysBeforeExpiry": days}}))
}

/// <https://docs.aws.amazon.com/acm/latest/APIReference/API_PutAccountConfiguration.html>
pub(super) fn put(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    input.required("IdempotencyToken")?;
    if let Some(days) = input.part("ExpiryEvents").int("DaysBeforeExpiry")? {
        if !(1..=90).contains(&days) {
            return Err(AwsError::new("ValidationException", "DaysBeforeExpiry must be between 1 and 90"));
        }
        context.region().acm.expiry_days = Some(days);
    }
    Ok(Value::Null)
}
