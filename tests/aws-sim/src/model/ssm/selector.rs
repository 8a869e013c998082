//! Which version of which parameter is meant: by name or ARN, with a number or a label behind a colon.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html>

use serde_json::{Value, json};

use super::parameter::{Parameter, Version};
use super::{invalid, public};
use crate::model::context::Context;
use crate::model::error::AwsError;
use crate::model::secretsmanager;

/// Below this, names are those of Secrets Manager.
const SECRETS: &str = "/aws/reference/secretsmanager/";

/// The decrypted value that a `valueFrom` of a container definition names, by name or ARN.
pub(crate) fn value(context: &mut Context<'_>, name_or_arn: &str) -> Option<String> {
    let found = find(context, name_or_arn, true).ok().flatten()?;
    found["Value"].as_str().map(str::to_owned)
}

/// A parameter as GetParameter shows it; none if there is none of that name.
pub(super) fn find(context: &mut Context<'_>, asked: &str, decrypted: bool) -> Result<Option<Value>, AwsError> {
    let plain = name_in_arn(asked);
    let (name, selector) = plain.split_once(':').map_or((plain, None), |(name, selector)| (name, Some(selector)));
    if let Some(secret) = name.strip_prefix(SECRETS) {
        return find_secret(context, secret, selector, decrypted).map(Some);
    }
    let region = context.place.region.clone();
    if let Some(value) = public::value(&region, name) {
        return Ok(Some(public::render(&region, name, &value)));
    }
    let parameters = &context.region().ssm.parameters;
    // The ARN of a parameter without a slash has one all the same.
    let found = parameters.get(name).or_else(|| {
        let bare = name.strip_prefix('/').filter(|_| asked.starts_with("arn:"))?;
        parameters.get(bare)
    });
    let Some(parameter) = found else { return Ok(None) };
    let version = match selector {
        None => parameter.latest(),
        Some(selector) => chosen(parameter, selector)?,
    };
    Ok(Some(parameter.render(version, decrypted, selector)))
}

/// The version with that number or label.
fn chosen<'a>(parameter: &'a Parameter, selector: &str) -> Result<&'a Version, AwsError> {
    let number = selector.parse::<u64>().ok();
    let is_meant = |version: &&Version| match number {
        Some(number) => version.number == number,
        None => version.labels.iter().any(|label| label == selector),
    };
    parameter.versions().find(is_meant).ok_or_else(|| no_such_version(&parameter.name, selector))
}

/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html>
fn find_secret(
    context: &mut Context<'_>,
    secret: &str,
    selector: Option<&str>,
    decrypted: bool,
) -> Result<Value, AwsError> {
    if !decrypted {
        return Err(invalid("WithDecryption flag must be True for retrieving a Secret Manager secret."));
    }
    let name = format!("{SECRETS}{secret}");
    let value = secretsmanager::parameter_reference(context, secret, selector).map_err(|_| {
        let message =
            format!("An error occurred (ParameterNotFound) when referencing Secrets Manager: Secret {name} not found.");
        AwsError::new("ParameterNotFound", message)
    })?;
    Ok(json!({
        "Name": name,
        "Type": "SecureString",
        "Value": value.get("SecretString").or_else(|| value.get("SecretBinary")),
        "Version": 0,
        "Selector": selector.map(|selector| format!(":{selector}")),
        "SourceResult": value.to_string(),
        "LastModifiedDate": value["CreatedDate"],
        "ARN": value["ARN"],
        "DataType": "text",
    }))
}

/// `arn:aws:ssm:eu-west-1:123456789012:parameter/name`; a plain name is itself.
pub(super) fn name_in_arn(name_or_arn: &str) -> &str {
    if !name_or_arn.starts_with("arn:") {
        return name_or_arn;
    }
    name_or_arn.split_once(":parameter").map_or(name_or_arn, |(_, name)| name)
}

pub(super) fn no_such_version(name: &str, selector: &str) -> AwsError {
    let message =
        format!("Systems Manager could not find version {selector} of {name}. Verify the version and try again.");
    AwsError::new("ParameterVersionNotFound", message)
}
