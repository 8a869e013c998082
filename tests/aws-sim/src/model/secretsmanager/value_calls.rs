//! Reading and writing values.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::secret::{CURRENT, Content, Secret, Version};
use super::{State, invalid, marked_for_deletion, no_such_secret, refused, unfit};
use crate::model::clock::Moment;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html>
const LONGEST_VALUE: usize = 65_536;
const MOST_STAGES: usize = 20;
/// Versions without a label go once there are more than this, unless they are younger than a day.
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version>
const MOST_VERSIONS: usize = 100;

/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html>
pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = input.required("SecretId")?;
    read(context, id, input.text("VersionId"), input.text("VersionStage"))
}

/// The value of a secret as GetSecretValue shows it. The day of the last access is remembered.
pub(super) fn read(context: &mut Context<'_>, id: &str, version: Option<&str>, stage: Option<&str>) -> Answer {
    let today = context.now.date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
    let secrets = &mut context.region().secretsmanager;
    let secret = secrets.find(id).ok_or_else(no_such_secret)?;
    let (found, kept) = choose(secret, version, stage)?;
    let (answer, name) = (secret.render_value(found, kept), secret.name.clone());
    if let Some(secret) = secrets.secrets.get_mut(&name) {
        secret.accessed = Some(today);
    }
    Ok(answer)
}

/// What Parameter Store answers for `/aws/reference/secretsmanager/ID`, a name or with a version behind a colon.
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html>
pub(crate) fn parameter_reference(context: &mut Context<'_>, id: &str, version: Option<&str>) -> Answer {
    let by_id =
        |secrets: &State| secrets.find(id).is_some_and(|it| version.is_some_and(|v| it.versions.contains_key(v)));
    let (version, stage) = if by_id(&context.region().secretsmanager) { (version, None) } else { (None, version) };
    read(context, id, version, stage)
}

/// The version that is meant: by its id, by its label, or the current one.
fn choose<'a>(
    secret: &'a Secret,
    version: Option<&str>,
    stage: Option<&str>,
) -> Result<(&'a String, &'a Version), AwsError> {
    if secret.deleted.is_some() {
        return Err(marked_for_deletion());
    }
    let absent = |what: String| {
        let message = format!("Secrets Manager can't find the specified secret value for {what}");
        AwsError::new("ResourceNotFoundException", message)
    };
    let Some(id) = version else {
        let stage = stage.unwrap_or(CURRENT);
        return secret.staged(stage).ok_or_else(|| absent(format!("staging label: {stage}")));
    };
    let (id, version) = secret.versions.get_key_value(id).ok_or_else(|| absent(format!("VersionId: {id}")))?;
    if stage.is_some_and(|stage| !version.has(stage)) {
        return Err(refused("You provided a VersionStage that is not associated to the provided VersionId."));
    }
    Ok((id, version))
}

/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html>
pub(super) fn put(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (token, content) = (token(context, input)?, content(input)?);
    let content = content.ok_or_else(|| refused("You must provide either SecretString or SecretBinary."))?;
    let given = input.texts("VersionStages");
    let stages = if given.is_empty() { vec![CURRENT] } else { given };
    if stages.len() > MOST_STAGES {
        let shown = stages.join(", ");
        return Err(unfit("versionStages", &shown, "Member must have length less than or equal to 20"));
    }
    let now = context.now;
    let secret = context.region().secretsmanager.live_mut(input)?;
    store(secret, &token, content, &stages, now)?;
    let kept = secret.versions.get(&token).map(|version| version.stages.clone());
    Ok(json!({"ARN": secret.arn, "Name": secret.name, "VersionId": token, "VersionStages": kept}))
}

/// Adds a version, unless it is there already with the same value.
pub(super) fn store(
    secret: &mut Secret,
    token: &str,
    content: Content,
    stages: &[&str],
    now: Moment,
) -> Result<(), AwsError> {
    match secret.versions.get(token) {
        Some(version) if version.content == content => return Ok(()),
        Some(_) => {
            let message = "You can't modify an existing version, you can only create a new version.";
            return Err(AwsError::new("ResourceExistsException", message));
        }
        None => {}
    }
    secret.add(token, content, stages, now);
    let mut surplus = secret.versions.len().saturating_sub(MOST_VERSIONS);
    secret.versions.retain(|_, version| {
        let goes = surplus > 0 && version.stages.is_empty() && now - version.created > TimeDelta::days(1);
        surplus -= usize::from(goes);
        !goes
    });
    Ok(())
}

/// The id of the version to make: the client's token, or a new one.
pub(super) fn token(context: &mut Context<'_>, input: &Input<'_>) -> Result<String, AwsError> {
    match input.text("ClientRequestToken") {
        Some(token) if (32..=64).contains(&token.len()) => Ok(token.to_owned()),
        Some(_) => Err(invalid("ClientRequestToken must be 32-64 characters long.")),
        None => Ok(context.world.ids.uuid()),
    }
}

/// The value that a call brings, if it brings one.
pub(super) fn content(input: &Input<'_>) -> Result<Option<Content>, AwsError> {
    let (text, bytes) = (input.text("SecretString"), input.text("SecretBinary"));
    // Base64 makes four characters of three bytes.
    let length = text.map(str::len).or_else(|| bytes.map(|bytes| bytes.trim_end_matches('=').len() / 4 * 3));
    if length.is_some_and(|length| length > LONGEST_VALUE) {
        let member = if text.is_some() { "secretString" } else { "secretBinary" };
        return Err(unfit(member, "***", "Member must have length less than or equal to 65536"));
    }
    match (text, bytes) {
        (Some(_), Some(_)) => {
            Err(invalid("You can't specify both a binary secret value and a string secret value in the same secret."))
        }
        (Some(text), None) => Ok(Some(Content::Text(text.to_owned()))),
        (None, Some(bytes)) => Ok(Some(Content::Bytes(bytes.to_owned()))),
        (None, None) => Ok(None),
    }
}

/// The text in an answer of [`read`]; bytes are shown as they travel.
pub(super) fn text_of(answer: &Value) -> &str {
    let text = answer.get("SecretString").or_else(|| answer.get("SecretBinary"));
    text.and_then(Value::as_str).unwrap_or_default()
}
