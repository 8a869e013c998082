//! Versions of a secret, and moving labels between them by hand.

use serde_json::{Value, json};

use super::secret::{CURRENT, Secret};
use super::secret_calls::cited;
use super::{invalid, listing};
use crate::model::clock::epoch;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecretVersionIds.html>
pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let all = input.flag("IncludeDeprecated")?.unwrap_or(false);
    let secret = context.region().secretsmanager.named(input)?;
    let default_key = || "DefaultEncryptionKey".to_owned();
    let rows: Vec<(String, Value)> = secret
        .versions
        .iter()
        .filter(|(_, version)| all || !version.stages.is_empty())
        .map(|(id, version)| {
            let stages = if version.stages.is_empty() { Value::Null } else { json!(version.stages) };
            let row = json!({
                "VersionId": id, "VersionStages": stages, "CreatedDate": epoch(version.created),
                "LastAccessedDate": secret.accessed.filter(|_| version.has(CURRENT)).map(epoch),
                "KmsKeyIds": [secret.key.clone().unwrap_or_else(default_key)],
            });
            (id.clone(), row)
        })
        .collect();
    let mut answer = listing::paged(input, "Versions", rows)?;
    answer["ARN"] = json!(secret.arn);
    answer["Name"] = json!(secret.name);
    Ok(answer)
}

/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html>
pub(super) fn update(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let stage = input.required("VersionStage")?;
    let (from, to) = (input.text("RemoveFromVersionId"), input.text("MoveToVersionId"));
    let secret = context.region().secretsmanager.live_mut(input)?;
    check(secret, stage, from, to)?;
    match to {
        Some(to) => secret.attach(stage, to),
        None => secret.detach(stage),
    }
    Ok(cited(secret))
}

/// A label leaves a version only when the caller knows which one has it.
fn check(secret: &Secret, stage: &str, from: Option<&str>, to: Option<&str>) -> Result<(), AwsError> {
    let holder = secret.staged(stage).map(|(id, _)| id.as_str());
    for id in [from, to].into_iter().flatten() {
        if !secret.versions.contains_key(id) {
            let message = format!("Secrets Manager can't find the specified secret value for VersionId: {id}");
            return Err(AwsError::new("ResourceNotFoundException", message));
        }
    }
    match (from, holder) {
        (Some(from), holder) if holder != Some(from) => {
            let message = format!("Version stage {stage} not found in version {from}");
            Err(invalid(message))
        }
        (None, Some(holder)) if to.is_some_and(|to| to != holder) => Err(invalid(format!(
            "The parameter RemoveFromVersionId can't be empty. Staging label {stage} is currently attached to version \
             {holder}, so you must explicitly reference that version in RemoveFromVersionId."
        ))),
        (None, _) if to.is_none() => Err(invalid("You must provide RemoveFromVersionId, MoveToVersionId, or both.")),
        _ if to.is_none() && stage == CURRENT => Err(invalid(
            "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.",
        )),
        _ => Ok(()),
    }
}
