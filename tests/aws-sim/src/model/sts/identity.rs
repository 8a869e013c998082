//! Whose an access key is.

use serde_json::json;

use super::{invalid, unfit};
use crate::model::context::Context;
use crate::model::error::Answer;
use crate::model::input::Input;

/// Nobody can be forbidden to ask this.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>
pub(super) fn get_caller(context: &mut Context<'_>, _input: &Input<'_>) -> Answer {
    let caller = context.caller();
    Ok(json!({"Arn": caller.arn, "UserId": caller.user_id, "Account": &*caller.account}))
}

/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html>
pub(super) fn get_access_key_info(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let key = input.required("AccessKeyId")?;
    if key.len() < 16 {
        return Err(unfit("accessKeyId", key, "Member must have length greater than or equal to 16"));
    }
    let account = context.world.credentials.get(key).map(|credential| credential.account.to_string());
    account.map(|account| json!({ "Account": account })).ok_or_else(|| invalid("Invalid Access Key Id"))
}
