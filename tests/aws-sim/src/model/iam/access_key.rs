//! Access keys of users. One that is inactive or deleted is refused from then on.

use serde_json::{Value, json};

use super::holder::Holder;
use super::listing::paged;
use super::quota;
use super::refusal::{limit_exceeded, no_such_entity, validation};
use super::user::User;
use crate::model::clock::{Moment, iso};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::sts::{Credential, Principal};

/// A long-lived credential.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct AccessKey {
    secret: String,
    active: bool,
    created: Moment,
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html>
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = owner(context, input)?;
    let (id, secret) = (context.world.ids.capitals("AKIA", 16), context.world.ids.secret());
    let now = context.now;
    let user = context.account().iam.users.get_mut(&name).ok_or_else(|| User::missing(&name))?;
    if user.keys.len() == quota::ACCESS_KEYS_PER_USER {
        return Err(limit_exceeded("Cannot exceed quota for AccessKeysPerUser: 2"));
    }
    user.keys.insert(id.clone(), AccessKey { secret: secret.clone(), active: true, created: now });
    let user = user.clone();
    let credential = credential(&user, &secret, context);
    context.world.credentials.insert(id.as_str().into(), credential);
    Ok(json!({ "AccessKey": {
        "UserName": name, "AccessKeyId": id, "Status": "Active", "SecretAccessKey": secret, "CreateDate": iso(now),
    } }))
}

pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = owner(context, input)?;
    let user = context.account().iam.users.get(&name).ok_or_else(|| User::missing(&name))?;
    let row = |(id, key): (&String, &AccessKey)| {
        let status = if key.active { "Active" } else { "Inactive" };
        let shown = json!({"UserName": name, "AccessKeyId": id, "Status": status, "CreateDate": iso(key.created)});
        (id.clone(), shown)
    };
    paged(input, "AccessKeyMetadata", user.keys.iter().map(row).collect())
}

pub(super) fn update(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (id, status) = (input.required("AccessKeyId")?, input.required("Status")?);
    if !matches!(status, "Active" | "Inactive") {
        let constraint = "Member must satisfy enum value set: [Active, Inactive, Expired]";
        return Err(validation("status", status, constraint));
    }
    let name = owner(context, input)?;
    let user = context.account().iam.users.get_mut(&name).ok_or_else(|| User::missing(&name))?;
    let key = user.keys.get_mut(id).ok_or_else(|| no_such_key(id))?;
    key.active = status == "Active";
    let (active, secret) = (key.active, key.secret.clone());
    let user = user.clone();
    let credential = credential(&user, &secret, context);
    if active {
        context.world.credentials.insert(id.into(), credential);
    } else {
        context.world.credentials.remove(id);
    }
    Ok(Value::Null)
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = input.required("AccessKeyId")?;
    let name = owner(context, input)?;
    let user = context.account().iam.users.get_mut(&name).ok_or_else(|| User::missing(&name))?;
    user.keys.remove(id).ok_or_else(|| no_such_key(id))?;
    context.world.credentials.remove(id);
    Ok(Value::Null)
}

/// The user that a call names, or who calls.
fn owner(context: &mut Context<'_>, input: &Input<'_>) -> Result<String, AwsError> {
    if input.has("UserName") {
        return User::find(&context.account().iam, input).map(|user| user.name.clone());
    }
    match context.caller().principal {
        Principal::User { name } => Ok(name),
        Principal::Root | Principal::Session(_) => {
            let message = "Must specify userName when calling with non-User credentials";
            Err(AwsError::new("ValidationError", message))
        }
    }
}

fn credential(user: &User, secret: &str, context: &Context<'_>) -> Credential {
    let principal = Principal::User { name: user.name.clone() };
    Credential::lasting(context.place.account.clone(), &user.arn, &user.id, secret, principal)
}

fn no_such_key(id: &str) -> AwsError {
    no_such_entity(format!("The Access Key with id {id} cannot be found."))
}
