//! Creating, showing, changing, deleting and restoring secrets.

use chrono::TimeDelta;
use indexmap::IndexMap;
use serde_json::{Value, json};

use super::secret::Secret;
use super::value_calls::{content, token};
use super::{Event, identifier, invalid, no_such_secret, not_simulated, refused, tagging, unfit, value_calls};
use crate::model::clock::epoch;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::{event, timing};

/// The days between which a recovery window lies, and what it is by itself.
/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html>
const RECOVERY_DAYS: std::ops::RangeInclusive<i64> = 7..=30;
const LONGEST_NAME: usize = 512;
const LONGEST_DESCRIPTION: usize = 2048;

/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html>
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = checked_name(input.required("Name")?)?;
    let (token, content) = (token(context, input)?, content(input)?);
    let (description, tags) = (description(input)?, tagging::read(input)?);
    if input.has("AddReplicaRegions") {
        return Err(not_simulated("replicas of secrets"));
    }
    if let Some(there) = context.region().secretsmanager.secrets.get(name) {
        if there.deleted.is_some() {
            let message =
                "You can't create this secret because a secret with this name is already scheduled for deletion.";
            return Err(refused(message));
        }
        let same = there.versions.get(&token).is_some_and(|version| content.as_ref() == Some(&version.content));
        if same {
            return Ok(json!({"ARN": there.arn, "Name": there.name, "VersionId": token}));
        }
        let message = format!("The operation failed because the secret {name} already exists.");
        return Err(AwsError::new("ResourceExistsException", message));
    }
    let now = context.now;
    let mut secret = Secret {
        name: name.to_owned(),
        arn: identifier::new_arn(context, name),
        description,
        key: input.text("KmsKeyId").filter(|key| !key.is_empty()).map(str::to_owned),
        created: now,
        changed: now,
        accessed: None,
        deleted: None,
        versions: IndexMap::new(),
        rotation: None,
        policy: None,
        tags,
    };
    let version = content.map(|content| {
        secret.add(&token, content, &[super::secret::CURRENT], now);
        token
    });
    let answer = json!({"ARN": secret.arn, "Name": secret.name, "VersionId": version});
    context.region().secretsmanager.secrets.insert(name.to_owned(), secret);
    Ok(answer)
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    Ok(context.region().secretsmanager.named(input)?.render("VersionIdsToStages"))
}

/// A new value makes a new version; description and key are changed in place.
/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecret.html>
pub(super) fn update(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (token, content, description) = (token(context, input)?, content(input)?, description(input)?);
    let now = context.now;
    let secret = context.region().secretsmanager.live_mut(input)?;
    let version = match content {
        Some(content) => {
            value_calls::store(secret, &token, content, &[super::secret::CURRENT], now)?;
            Some(token)
        }
        None => None,
    };
    if description.is_some() {
        secret.description = description;
    }
    if let Some(key) = input.text("KmsKeyId") {
        secret.key = Some(key.to_owned()).filter(|key| !key.is_empty());
    }
    secret.changed = now;
    Ok(json!({"ARN": secret.arn, "Name": secret.name, "VersionId": version}))
}

/// The secret stays for a while in which it can be restored, unless that is not wanted.
/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (days, forced) =
        (input.int("RecoveryWindowInDays")?, input.flag("ForceDeleteWithoutRecovery")?.unwrap_or(false));
    if days.is_some() && forced {
        return Err(invalid("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."));
    }
    if days.is_some_and(|days| !RECOVERY_DAYS.contains(&days)) {
        return Err(invalid("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."));
    }
    let now = context.now;
    let wait = if forced { TimeDelta::zero() } else { TimeDelta::days(days.unwrap_or(*RECOVERY_DAYS.end())) };
    let id = input.required("SecretId")?;
    let secrets = &mut context.region().secretsmanager;
    if secrets.find(id).is_none() && forced {
        let arn = context.arn("secretsmanager", &format!("secret:{id}"));
        return Ok(json!({"ARN": arn, "Name": id, "DeletionDate": epoch(now)}));
    }
    let secret = secrets.named_mut(input)?;
    if secret.deleted.is_some() && !forced {
        return Err(refused(
            "You can't perform this operation on the secret because it was already scheduled for deletion.",
        ));
    }
    secret.deleted = Some(now + wait);
    let answer = json!({"ARN": secret.arn, "Name": secret.name, "DeletionDate": epoch(now + wait)});
    let gone = event::Event::SecretsManager(Event::Gone(secret.arn.clone()));
    context.schedule(wait + timing::SECRET_GOES, gone);
    Ok(answer)
}

/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RestoreSecret.html>
pub(super) fn restore(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let now = context.now;
    let secret = context.region().secretsmanager.named_mut(input)?;
    if secret.deleted.is_some_and(|at| at <= now) {
        return Err(no_such_secret());
    }
    secret.deleted = None;
    Ok(json!({"ARN": secret.arn, "Name": secret.name}))
}

/// None leaves the description as it is.
fn description(input: &Input<'_>) -> Result<Option<String>, AwsError> {
    match input.text("Description") {
        Some(text) if text.chars().count() > LONGEST_DESCRIPTION => {
            Err(unfit("description", text, "Member must have length less than or equal to 2048"))
        }
        text => Ok(text.map(str::to_owned)),
    }
}

fn checked_name(name: &str) -> Result<&str, AwsError> {
    if name.len() > LONGEST_NAME {
        return Err(unfit("name", name, "Member must have length less than or equal to 512"));
    }
    if !name.chars().all(|one| one.is_ascii_alphanumeric() || "/_+=.@-!".contains(one)) {
        let message = "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: \
                       -/_+=.@!";
        return Err(AwsError::new("ValidationException", message));
    }
    Ok(name)
}

/// The ARN and name that most calls answer with.
pub(super) fn cited(secret: &Secret) -> Value {
    json!({"ARN": secret.arn, "Name": secret.name})
}
