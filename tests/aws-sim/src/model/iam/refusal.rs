//! IAM's errors, with the statuses that it gives them.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html#API_CreateRole_Errors>

use crate::model::error::AwsError;

pub(super) fn no_such_entity(message: impl Into<String>) -> AwsError {
    AwsError::new("NoSuchEntity", message).with_status(404)
}

pub(super) fn already_exists(message: impl Into<String>) -> AwsError {
    AwsError::new("EntityAlreadyExists", message).with_status(409)
}

pub(super) fn delete_conflict(message: &str) -> AwsError {
    AwsError::new("DeleteConflict", message).with_status(409)
}

pub(super) fn limit_exceeded(message: &str) -> AwsError {
    AwsError::new("LimitExceeded", message).with_status(409)
}

pub(super) fn invalid_input(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidInput", message)
}

pub(super) fn validation(member: &str, value: &str, constraint: &str) -> AwsError {
    let message = format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {constraint}"
    );
    AwsError::new("ValidationError", message)
}
