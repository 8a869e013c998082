//! What ECS puts into a container's environment from a secret or a parameter, or why it cannot.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Secret.html>

use serde_json::Value;

use super::value_calls;
use crate::model::context::Context;
use crate::model::ssm;

/// The value that a `valueFrom` of a container definition names: a parameter by name or ARN, or a secret by ARN, which
/// may go on with `:json-key:version-stage:version-id`. The refusal is the end of the reason that a task stops with.
pub(crate) fn value_from(context: &mut Context<'_>, value_from: &str) -> Result<String, String> {
    if !value_from.contains(":secretsmanager:") {
        return ssm::value(context, value_from)
            .ok_or_else(|| format!("unable to retrieve secrets from ssm: Invalid parameters: {value_from}"));
    }
    let parts: Vec<&str> = value_from.split(':').collect();
    let part = |place: usize| parts.get(place).copied().filter(|part| !part.is_empty());
    let arn = parts.get(..7).map_or_else(|| value_from.to_owned(), |parts| parts.join(":"));
    let answer = value_calls::read(context, &arn, part(9), part(8)).map_err(|error| {
        format!(
            "unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret {arn} \
             from secrets manager: {}: {}",
            error.code, error.message
        )
    })?;
    let text = value_calls::text_of(&answer);
    let Some(key) = part(7) else { return Ok(text.to_owned()) };
    let members: Value = serde_json::from_str(text).unwrap_or(Value::Null);
    match members.get(key) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(other) => Ok(other.to_string()),
        None => Err(format!(
            "unable to retrieve secret from asm: retrieved secret from Secrets Manager did not contain json key {key}"
        )),
    }
}
