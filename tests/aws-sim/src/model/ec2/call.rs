//! What all of EC2's calls have in common, before and around what each does.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{describing, malformed};
use crate::model::context::{Context, Handler};
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// What a call with a client token made.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Remembered {
    /// A digest of the parameters.
    asked: String,
    made: String,
}

/// Carries a call out unless it is malformed or a rehearsal.
pub(super) fn carry_out(
    context: &mut Context<'_>,
    input: &Input<'_>,
    name: &'static str,
    operation: Handler,
) -> Answer {
    malformed::check(input)?;
    describing::check(name, input)?;
    if input.flag("DryRun")?.unwrap_or(false) {
        let message = "Request would have succeeded, but DryRun flag is set.";
        return Err(AwsError::new("DryRunOperation", message).with_status(412));
    }
    operation(context, input)
}

/// The id of what a call makes: made now, or before by a call with the same client token.
/// <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html>
pub(super) fn once(
    context: &mut Context<'_>,
    input: &Input<'_>,
    operation: &str,
    make: impl FnOnce(&mut Context<'_>) -> Result<String, AwsError>,
) -> Result<String, AwsError> {
    let Some(token) = input.text("ClientToken").filter(|token| !token.is_empty()) else { return make(context) };
    if token.len() > 64 || !token.is_ascii() {
        let message = "Client tokens have at most 64 ASCII characters.";
        return Err(AwsError::new("InvalidClientToken", message));
    }
    let (key, asked) = (format!("{operation} {token}"), fingerprint(input));
    match context.region().ec2.client_tokens.get(&key) {
        Some(before) if before.asked == asked => return Ok(before.made.clone()),
        Some(_) => {
            let message = "Arguments on this idempotent request are inconsistent with arguments used in previous \
                           request(s).";
            return Err(AwsError::new("IdempotentParameterMismatch", message));
        }
        None => {}
    }
    let made = make(context)?;
    context.region().ec2.client_tokens.insert(key, Remembered { asked, made: made.clone() });
    Ok(made)
}

/// The same for the same parameters.
fn fingerprint(input: &Input<'_>) -> String {
    let mut asked = input.value().clone();
    if let Value::Object(members) = &mut asked {
        members.remove("ClientToken");
    }
    hex::encode(Sha256::digest(asked.to_string()))
}
