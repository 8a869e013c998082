//! Temporary credentials for the caller's own identity.

use serde_json::json;

use super::credential::issue;
use super::{Principal, denied, duration};
use crate::model::context::Context;
use crate::model::error::Answer;
use crate::model::input::Input;

/// Twelve hours unless the call says otherwise; for the root user one hour at most.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html>
pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let lasts = duration(input, 43_200, 129_600)?;
    let caller = context.caller();
    if caller.is_temporary() {
        return Err(denied("Cannot call GetSessionToken with session credentials"));
    }
    let lasts = match caller.principal {
        Principal::Root => lasts.min(3600),
        Principal::User { .. } | Principal::Session(_) => lasts,
    };
    Ok(json!({ "Credentials": issue(context, caller, lasts) }))
}
