//! STS: who calls, and credentials for a role.

use std::sync::Arc;

use serde_json::{Value, json};

use super::clock::{Moment, iso, seconds};
use super::context::{Context, Handler};
use super::error::{Answer, AwsError};
use super::input::Input;
use super::timing;

/// Whom an access key stands for.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Credential {
    pub(crate) account: Arc<str>,
    pub(crate) arn: String,
    pub(crate) user_id: String,
    pub(crate) expires: Option<Moment>,
    /// What requests are signed with.
    pub(crate) secret: String,
    /// What must come with the key of a session.
    pub(crate) token: Option<String>,
}

impl Credential {
    /// The account's own user, who may do everything and never expires.
    pub(crate) fn root(account: Arc<str>, secret: &str) -> Self {
        let (arn, user_id) = (format!("arn:aws:iam::{account}:root"), account.to_string());
        Self { arn, user_id, account, expires: None, secret: secret.to_owned(), token: None }
    }
}

/// The operation of that name, if it is simulated.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "GetCallerIdentity" => get_caller_identity,
        "AssumeRole" => assume_role,
        _ => return None,
    })
}

fn get_caller_identity(context: &mut Context<'_>, _input: &Input<'_>) -> Answer {
    let caller = context.world.credentials.get(&context.access_key).cloned();
    let caller = caller.unwrap_or_else(|| Credential::root(context.place.account.clone(), ""));
    Ok(json!({"Arn": caller.arn, "UserId": caller.user_id, "Account": &*caller.account}))
}

/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
fn assume_role(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (role_arn, session) = (input.required("RoleArn")?, input.required("RoleSessionName")?);
    let lasts = input.int("DurationSeconds")?.unwrap_or(timing::SESSION_LASTS.num_seconds());
    if !(900..=43_200).contains(&lasts) {
        return Err(AwsError::new("ValidationError", "The requested DurationSeconds exceeds the allowed range."));
    }
    let (account, name) = parse_role_arn(role_arn).ok_or_else(|| denied(role_arn))?;
    let known = context.world.accounts().any(|(id, _)| **id == *account);
    let role_id = known.then(|| context.world.account(&account).iam.role_id(name)).flatten();
    let role_id = role_id.ok_or_else(|| denied(role_arn))?;

    #[allow(clippy::cast_precision_loss, reason = "checked above to be small")]
    let expires = context.now + seconds(lasts as f64);
    let access_key = context.world.ids.capitals("ASIA", 16);
    let (secret, token) = (context.world.ids.hex(40), context.world.ids.hex(64));
    let arn = format!("arn:aws:sts::{account}:assumed-role/{name}/{session}");
    let user_id = format!("{role_id}:{session}");
    let credential = Credential {
        account,
        arn: arn.clone(),
        user_id: user_id.clone(),
        expires: Some(expires),
        secret: secret.clone(),
        token: Some(token.clone()),
    };
    context.world.credentials.insert(access_key.as_str().into(), credential);
    let credentials: Value = json!({
        "AccessKeyId": access_key, "SecretAccessKey": secret, "SessionToken": token, "Expiration": iso(expires),
    });
    Ok(json!({"Credentials": credentials, "AssumedRoleUser": {"Arn": arn, "AssumedRoleId": user_id}}))
}

fn parse_role_arn(arn: &str) -> Option<(Arc<str>, &str)> {
    let (account, path) = arn.strip_prefix("arn:aws:iam::")?.split_once(":role/")?;
    Some((account.into(), path.rsplit('/').next()?))
}

fn denied(role_arn: &str) -> AwsError {
    let message = format!("User is not authorized to perform: sts:AssumeRole on resource: {role_arn}");
    AwsError::new("AccessDenied", message).with_status(403)
}
