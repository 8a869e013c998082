//! Creating a parameter, or a new version of one.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html>

use regex_lite::Regex;
use serde_json::json;

use super::parameter::{Parameter, Version};
use super::policy::{self, Policy};
use super::{State, expiry, invalid, name, unfit};
use crate::model::context::Context;
use crate::model::ec2::image;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::tags::Tags;

/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html>
const LONGEST_STANDARD: usize = 4096;
const LONGEST_ADVANCED: usize = 8192;
const MOST_STANDARD: usize = 10_000;
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html>
const MOST_VERSIONS: usize = 100;

pub(super) fn put(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("Name")?;
    let overwrite = input.flag("Overwrite")?.unwrap_or(false);
    let tags = Tags::read(&input.parts("Tags"), "Key", "Value")?;
    if overwrite && !tags.is_empty() {
        return Err(invalid(
            "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove \
             overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or \
             RemoveTagsFromResource.",
        ));
    }
    name::check(name)?;
    let there = context.region().ssm.parameters.get(name).cloned();
    if there.is_some() && !overwrite {
        let message = "The parameter already exists. To overwrite this value, set the overwrite option in the request to \
                       true.";
        return Err(AwsError::new("ParameterAlreadyExists", message));
    }
    let version = version(context, input, there.as_ref())?;
    let answer = json!({ "Version": version.number, "Tier": version.tier });
    // An image is looked for after the call has been answered; without one no parameter is made.
    if version.data_type == "aws:ec2:image" && image::find(&context.place.region, &version.value).is_err() {
        return Ok(answer);
    }
    let parameter = match there {
        Some(there) => next(there, version)?,
        None => {
            check_count(&context.region().ssm, &version)?;
            let slash = if name.starts_with('/') { "" } else { "/" };
            let arn = context.arn("ssm", &format!("parameter{slash}{name}"));
            Parameter { name: name.to_owned(), arn, earlier: Vec::new(), newest: version, tags }
        }
    };
    context.region().ssm.parameters.insert(name.to_owned(), parameter);
    expiry::watch(context, name);
    Ok(answer)
}

/// The version that a call makes; what it does not say stays as it was.
fn version(context: &Context<'_>, input: &Input<'_>, there: Option<&Parameter>) -> Result<Version, AwsError> {
    let before = there.map(Parameter::latest);
    let value = input.text("Value").ok_or_else(|| input.missing("Value"))?;
    if value.is_empty() {
        return Err(unfit("value", "", "Member must have length greater than or equal to 1."));
    }
    let kind = match input.text("Type").or(before.map(|before| before.kind.as_str())) {
        Some(kind @ ("String" | "StringList" | "SecureString")) => kind,
        Some(other) => {
            let constraint = "Member must satisfy enum value set: [SecureString, StringList, String]";
            return Err(unfit("type", other, constraint));
        }
        None => return Err(invalid("A parameter type is required when you create a parameter.")),
    };
    let policies = match input.text("Policies") {
        Some(text) => policy::read(text)?,
        None => before.map(|before| before.policies.clone()).unwrap_or_default(),
    };
    let tier = tier(input, value, before, &policies)?;
    let allowed_pattern = input.text("AllowedPattern").map(str::to_owned).or_else(|| before?.allowed_pattern.clone());
    check_pattern(allowed_pattern.as_deref(), value)?;
    let key_id = input.text("KeyId").map(str::to_owned).or_else(|| before?.key_id.clone());
    let secure = kind == "SecureString";
    Ok(Version {
        number: before.map_or(1, |before| before.number + 1),
        value: value.to_owned(),
        kind: kind.to_owned(),
        key_id: secure.then(|| key_id.unwrap_or_else(|| "alias/aws/ssm".to_owned())),
        tier: tier.to_owned(),
        data_type: data_type(input, value, before)?,
        description: input.text("Description").map(str::to_owned).or_else(|| before?.description.clone()),
        allowed_pattern,
        policies,
        labels: Vec::new(),
        modified: context.now,
        by: context.global_arn("iam", "root"),
    })
}

/// The parameter with a newer version. The oldest goes when there are too many, if no label holds it.
fn next(there: Parameter, version: Version) -> Result<Parameter, AwsError> {
    let Parameter { name, arn, mut earlier, newest, tags } = there;
    earlier.push(newest);
    if earlier.len() >= MOST_VERSIONS {
        let oldest = earlier.remove(0);
        if !oldest.labels.is_empty() {
            let message = format!(
                "You attempted to create a new version of {name} by calling the PutParameter API with the overwrite \
                 flag. Version {}, the oldest version, can't be deleted because it has a label associated with it. Move \
                 the label to another version of the parameter, and try again.",
                oldest.number
            );
            return Err(AwsError::new("ParameterMaxVersionLimitExceeded", message));
        }
    }
    Ok(Parameter { name, arn, earlier, newest: version, tags })
}

/// A value that is too long, or has policies, needs the advanced tier, from which there is no way back.
fn tier(
    input: &Input<'_>,
    value: &str,
    before: Option<&Version>,
    policies: &[Policy],
) -> Result<&'static str, AwsError> {
    let was_advanced = before.is_some_and(|before| before.tier == "Advanced");
    let advanced = match input.text("Tier") {
        None => was_advanced,
        Some("Standard") if was_advanced => {
            return Err(invalid(
                "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the \
                 advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced \
                 parameter and recreate it as a standard parameter.",
            ));
        }
        Some("Standard") => false,
        Some("Advanced") => true,
        Some("Intelligent-Tiering") => was_advanced || value.len() > LONGEST_STANDARD || !policies.is_empty(),
        Some(other) => {
            let constraint = "Member must satisfy enum value set: [Standard, Advanced, Intelligent-Tiering]";
            return Err(unfit("tier", other, constraint));
        }
    };
    if !advanced && value.len() > LONGEST_STANDARD {
        return Err(invalid(
            "Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter \
             value, upgrade the parameter to use the advanced-parameter tier. For more information, see \
             https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html",
        ));
    }
    if value.len() > LONGEST_ADVANCED {
        return Err(invalid("Advanced tier parameters support a maximum parameter value of 8192 characters."));
    }
    if !advanced && !policies.is_empty() {
        return Err(invalid("Parameter policies are supported by the advanced-parameter tier alone."));
    }
    Ok(if advanced { "Advanced" } else { "Standard" })
}

fn data_type(input: &Input<'_>, value: &str, before: Option<&Version>) -> Result<String, AwsError> {
    let data_type = input.text("DataType").or(before.map(|before| before.data_type.as_str())).unwrap_or("text");
    match data_type {
        "text" | "aws:ssm:integration" => Ok(data_type.to_owned()),
        "aws:ec2:image" if value.starts_with("ami-") => Ok(data_type.to_owned()),
        "aws:ec2:image" => Err(invalid(format!("The parameter value {value} is not a valid AMI ID."))),
        other => Err(invalid(format!(
            "The following data type is not supported: {other} (Data type names are all lowercase.)"
        ))),
    }
}

fn check_pattern(pattern: Option<&str>, value: &str) -> Result<(), AwsError> {
    let Some(pattern) = pattern.filter(|pattern| !pattern.is_empty()) else { return Ok(()) };
    let Ok(compiled) = Regex::new(pattern) else {
        let message = format!("The request doesn't meet the regular expression requirement: {pattern}");
        return Err(AwsError::new("InvalidAllowedPatternException", message));
    };
    if compiled.is_match(value) {
        return Ok(());
    }
    let message = format!("Parameter value, cannot be validated against allowedPattern: {pattern}");
    Err(AwsError::new("ParameterPatternMismatchException", message))
}

fn check_count(ssm: &State, version: &Version) -> Result<(), AwsError> {
    if version.tier == "Standard" && ssm.parameters.len() >= MOST_STANDARD {
        let message = "You have exceeded the number of parameters for this AWS account. Delete one or more parameters \
                       and try again.";
        return Err(AwsError::new("ParameterLimitExceeded", message));
    }
    Ok(())
}
