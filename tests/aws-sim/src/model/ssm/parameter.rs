//! Parameters, one by one.

use serde_json::{Value, json};

use super::public;
use crate::model::clock::{Moment, epoch};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html>
const LONGEST_STANDARD: usize = 4096;
const LONGEST_ADVANCED: usize = 8192;
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html>
const DEEPEST: usize = 15;
const LONGEST_NAME: usize = 1011;

/// A named value with its earlier versions.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) kind: String,
    key_id: Option<String>,
    pub(super) tier: String,
    data_type: String,
    description: Option<String>,
    versions: Vec<Version>,
    pub(super) tags: Tags,
}

#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct Version {
    value: String,
    modified: Moment,
    by: String,
}

impl Parameter {
    pub(super) fn value(&self) -> &str {
        self.versions.last().map_or("", |version| version.value.as_str())
    }

    /// Values of secure strings are not shown.
    pub(super) fn item(&self) -> Item {
        let item = Item::new("ssm", "parameters", &self.name, &self.tags, "available").named(&self.name);
        item.with("type", self.kind.as_str()).with("version", self.versions.len())
    }

    /// As the getting calls show it. Without decryption a secure string is its ciphertext.
    pub(super) fn render(&self, decrypted: bool) -> Value {
        self.render_version(self.versions.len(), decrypted)
    }

    fn render_version(&self, number: usize, decrypted: bool) -> Value {
        let version = number.checked_sub(1).and_then(|place| self.versions.get(place));
        json!({
            "Name": self.name,
            "Type": self.kind,
            "Value": version.map(|version| self.shown(&version.value, decrypted)),
            "Version": number,
            "LastModifiedDate": version.map(|version| epoch(version.modified)),
            "ARN": self.arn,
            "DataType": self.data_type,
        })
    }

    /// As DescribeParameters shows it: without its value.
    pub(super) fn describe(&self) -> Value {
        let version = self.versions.last();
        json!({
            "Name": self.name,
            "ARN": self.arn,
            "Type": self.kind,
            "KeyId": self.key_id,
            "LastModifiedDate": version.map(|version| epoch(version.modified)),
            "LastModifiedUser": version.map(|version| version.by.as_str()),
            "Description": self.description,
            "Version": self.versions.len(),
            "Tier": self.tier,
            "Policies": [],
            "DataType": self.data_type,
        })
    }

    fn shown(&self, value: &str, decrypted: bool) -> String {
        if self.kind == "SecureString" && !decrypted {
            let digest = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(value));
            return format!("AQICAHj{digest}");
        }
        value.to_owned()
    }
}

pub(super) fn put(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("Name")?;
    check_name(name)?;
    let value = input.required("Value")?;
    let tier = tier(input, value)?;
    let overwrite = input.flag("Overwrite")?.unwrap_or(false);
    let tags = Tags::read(&input.parts("Tags"), "Key", "Value")?;
    if overwrite && !tags.is_empty() {
        let message = "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, \
                       please remove overwrite flag. To update tags for an existing parameter, please use \
                       AddTagsToResource or RemoveTagsFromResource.";
        return Err(AwsError::new("ValidationException", message));
    }
    let by = context.global_arn("iam", "root");
    let version = Version { value: value.to_owned(), modified: context.now, by };
    let arn = context.arn("ssm", &format!("parameter{}{name}", if name.starts_with('/') { "" } else { "/" }));
    let parameters = &mut context.region().ssm.parameters;
    let number = match parameters.get_mut(name) {
        Some(_) if !overwrite => {
            let message = "The parameter already exists. To overwrite this value, set the overwrite option in the \
                           request to true.";
            return Err(AwsError::new("ParameterAlreadyExists", message));
        }
        Some(parameter) => {
            check_kind(input.text("Type").unwrap_or(&parameter.kind))?;
            if let Some(kind) = input.text("Type") {
                kind.clone_into(&mut parameter.kind);
            }
            tier.clone_into(&mut parameter.tier);
            parameter.versions.push(version);
            parameter.versions.len()
        }
        None => {
            let parameter = new(input, name, arn, tier, version, tags)?;
            parameters.insert(name.to_owned(), parameter);
            1
        }
    };
    Ok(json!({ "Version": number, "Tier": tier }))
}

pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let asked = input.required("Name")?;
    let decrypted = input.flag("WithDecryption")?.unwrap_or(false);
    find(context, asked, decrypted)?.map(|parameter| json!({ "Parameter": parameter })).ok_or_else(not_found)
}

pub(super) fn get_several(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let decrypted = input.flag("WithDecryption")?.unwrap_or(false);
    let (mut found, mut invalid) = (Vec::new(), Vec::new());
    for name in at_most_ten(input)? {
        match find(context, name, decrypted)? {
            Some(parameter) => found.push(parameter),
            None => invalid.push(name),
        }
    }
    Ok(json!({ "Parameters": found, "InvalidParameters": invalid }))
}

pub(super) fn history(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("Name")?;
    let decrypted = input.flag("WithDecryption")?.unwrap_or(false);
    let parameter = context.region().ssm.parameters.get(name).ok_or_else(not_found)?;
    let versions = (1..=parameter.versions.len()).map(|number| {
        let version = &parameter.versions[number - 1];
        json!({
            "Name": parameter.name, "Type": parameter.kind, "KeyId": parameter.key_id, "Version": number,
            "Value": parameter.shown(&version.value, decrypted), "LastModifiedDate": epoch(version.modified),
            "LastModifiedUser": version.by, "Labels": [], "Tier": parameter.tier, "Policies": [],
            "DataType": parameter.data_type,
        })
    });
    Ok(json!({ "Parameters": versions.collect::<Vec<_>>() }))
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let removed = context.region().ssm.parameters.remove(input.required("Name")?);
    removed.map(|_| json!({})).ok_or_else(not_found)
}

pub(super) fn delete_several(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let parameters = &mut context.region().ssm.parameters;
    let (deleted, invalid): (Vec<&str>, Vec<&str>) =
        at_most_ten(input)?.into_iter().partition(|name| parameters.remove(*name).is_some());
    Ok(json!({ "DeletedParameters": deleted, "InvalidParameters": invalid }))
}

/// A parameter by name or ARN, with a version behind a colon if one is meant.
fn find(context: &mut Context<'_>, asked: &str, decrypted: bool) -> Result<Option<Value>, AwsError> {
    let asked = asked.split_once(":parameter").map_or(asked, |(_, name)| name);
    let (name, version) = asked.split_once(':').map_or((asked, None), |(name, version)| (name, Some(version)));
    if let Some(value) = public::value(&context.place.region, name) {
        let arn = format!("arn:aws:ssm:{}::parameter{name}", context.place.region);
        return Ok(Some(json!({
            "Name": name, "Type": "String", "Value": value, "Version": 1, "ARN": arn, "DataType": "text",
            "LastModifiedDate": public::MODIFIED,
        })));
    }
    let Some(parameter) = context.region().ssm.parameters.get(name) else { return Ok(None) };
    let Some(version) = version else { return Ok(Some(parameter.render(decrypted))) };
    let number = version.parse::<usize>().ok().filter(|number| (1..=parameter.versions.len()).contains(number));
    let number = number.ok_or_else(|| {
        let message =
            format!("Systems Manager could not find version {version} of {name}. Verify the version and try again.");
        AwsError::new("ParameterVersionNotFound", message)
    })?;
    Ok(Some(parameter.render_version(number, decrypted)))
}

fn new(
    input: &Input<'_>,
    name: &str,
    arn: String,
    tier: &str,
    version: Version,
    tags: Tags,
) -> Result<Parameter, AwsError> {
    let kind = input.text("Type").ok_or_else(|| {
        AwsError::new("ValidationException", "A parameter type is required when you create a parameter.")
    })?;
    check_kind(kind)?;
    let secure = kind == "SecureString";
    Ok(Parameter {
        name: name.to_owned(),
        arn,
        kind: kind.to_owned(),
        key_id: secure.then(|| input.text("KeyId").unwrap_or("alias/aws/ssm").to_owned()),
        tier: tier.to_owned(),
        data_type: input.text("DataType").unwrap_or("text").to_owned(),
        description: input.text("Description").map(str::to_owned),
        versions: vec![version],
        tags,
    })
}

fn tier(input: &Input<'_>, value: &str) -> Result<&'static str, AwsError> {
    let advanced = match input.text("Tier").unwrap_or("Standard") {
        "Standard" => false,
        "Advanced" => true,
        _ => value.len() > LONGEST_STANDARD,
    };
    let longest = if advanced { LONGEST_ADVANCED } else { LONGEST_STANDARD };
    if value.len() > longest {
        let message = format!(
            "Standard tier parameters support a maximum parameter value of {LONGEST_STANDARD} characters. To create a \
             larger parameter value, upgrade the parameter to use the advanced-parameter tier."
        );
        return Err(AwsError::new("ValidationException", message));
    }
    Ok(if advanced { "Advanced" } else { "Standard" })
}

fn check_kind(kind: &str) -> Result<(), AwsError> {
    if matches!(kind, "String" | "StringList" | "SecureString") {
        return Ok(());
    }
    let message = format!("The parameter type is not supported: {kind}");
    Err(AwsError::new("ValidationException", message))
}

fn check_name(name: &str) -> Result<(), AwsError> {
    let allowed = |one: char| one.is_ascii_alphanumeric() || "_.-/".contains(one);
    let first = name.trim_start_matches('/').to_ascii_lowercase();
    if name.len() > LONGEST_NAME || !name.chars().all(allowed) || name.ends_with('/') || name.contains("//") {
        let message = "Parameter name must be a fully qualified name and may contain only a-zA-Z0-9_.-/";
        return Err(AwsError::new("ValidationException", message));
    }
    if first.starts_with("aws") || first.starts_with("ssm") {
        let message = format!("Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive): {name}");
        return Err(AwsError::new("ValidationException", message));
    }
    if name.matches('/').count() > DEEPEST {
        let message = "A hierarchy can have a maximum of 15 levels.";
        return Err(AwsError::new("HierarchyLevelLimitExceededException", message));
    }
    if name.contains('/') && !name.starts_with('/') {
        return Err(AwsError::new("ValidationException", "Parameter name must be a fully qualified name."));
    }
    Ok(())
}

fn at_most_ten<'a>(input: &Input<'a>) -> Result<Vec<&'a str>, AwsError> {
    let names = input.texts("Names");
    if (1..=10).contains(&names.len()) {
        return Ok(names);
    }
    let message = "1 validation error detected: Value at 'names' failed to satisfy constraint: Member must have length \
                   between 1 and 10";
    Err(AwsError::new("ValidationException", message))
}

pub(super) fn not_found() -> AwsError {
    AwsError::new("ParameterNotFound", "The parameter was not found.")
}
