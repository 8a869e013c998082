//! Launch templates and their versions. Their data is kept as it was given; `launch` reads it when instances start.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::table::{Kind, Resource, one};
use super::{State, tagging};
use crate::model::clock::{Moment, iso};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::inventory::Item;
use crate::model::page;
use crate::model::tags::Tags;

/// What instances shall be like, in versions.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct LaunchTemplate {
    pub(crate) id: String,
    pub(crate) name: String,
    default_version: u64,
    versions: BTreeMap<u64, Version>,
    /// The highest number that any version had; none is given twice.
    numbered: u64,
    created: Moment,
    created_by: String,
    tags: Tags,
}

#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct Version {
    description: Option<String>,
    data: Value,
    created: Moment,
}

impl Resource for LaunchTemplate {
    const KIND: Kind = Kind {
        plural: "launch_templates",
        tag_type: "launch-template",
        ids: "LaunchTemplateId",
        set: "launchTemplates",
        not_found: ("InvalidLaunchTemplateId.NotFound", "launch template ID"),
        smallest_page: Some(1),
    };

    fn id(&self) -> &str {
        &self.id
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }

    fn field(&self, filter: &str) -> Option<Vec<String>> {
        match filter {
            "launch-template-name" => one(&self.name),
            "create-time" => one(iso(self.created)),
            _ => None,
        }
    }

    fn inventory(&self, item: Item) -> Item {
        item.named(&self.name).with("latest_version", self.latest())
    }
}

impl LaunchTemplate {
    pub(crate) fn latest(&self) -> u64 {
        self.versions.keys().next_back().copied().unwrap_or_default()
    }

    /// Number and data of a version: a number, `$Latest`, or `$Default`, which is also what an absent one means.
    pub(crate) fn version(&self, wanted: Option<&str>) -> Result<(u64, &Value), AwsError> {
        let number = match wanted {
            None | Some("$Default" | "") => Some(self.default_version),
            Some("$Latest") => Some(self.latest()),
            Some(number) => number.parse().ok(),
        };
        let version = number.and_then(|number| self.versions.get(&number).map(|version| (number, &version.data)));
        version.ok_or_else(|| {
            let (id, wanted) = (&self.id, wanted.unwrap_or_default());
            let message =
                format!("Could not find the specified version {wanted} for the launch template with ID {id}.");
            AwsError::new("InvalidLaunchTemplateId.VersionNotFound", message)
        })
    }
}

/// The template that a call names by id or by name.
pub(crate) fn find<'a>(ec2: &'a State, input: &Input<'_>) -> Result<&'a LaunchTemplate, AwsError> {
    let id = find_id(ec2, input)?;
    ec2.launch_templates.find(&id)
}

fn find_id(ec2: &State, input: &Input<'_>) -> Result<String, AwsError> {
    match (input.text("LaunchTemplateId"), input.text("LaunchTemplateName")) {
        (Some(id), None) => Ok(ec2.launch_templates.find(id)?.id.clone()),
        (None, Some(name)) => {
            let found = ec2.launch_templates.values().find(|template| template.name == name);
            found.map(|template| template.id.clone()).ok_or_else(|| name_not_found(name))
        }
        (Some(_), Some(_)) | (None, None) => {
            let message = "Either the launch template ID or the launch template name must be given, and not both.";
            Err(AwsError::new("MissingParameter", message))
        }
    }
}

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("LaunchTemplateName")?;
    if !(3..=128).contains(&name.len())
        || !name.chars().all(|one| one.is_ascii_alphanumeric() || "().-/_".contains(one))
    {
        let message = format!("The launch template name '{name}' is not valid.");
        return Err(AwsError::new("InvalidLaunchTemplateName.MalformedException", message));
    }
    let data = data(input)?;
    let tags = tagging::of_new(input, LaunchTemplate::KIND.tag_type)?;
    let (id, now, created_by) = (context.id("lt"), context.now, context.global_arn("iam", "root"));
    let ec2 = &mut context.region().ec2;
    if ec2.launch_templates.values().any(|template| template.name == name) {
        let message = "Launch template name already in use.";
        return Err(AwsError::new("InvalidLaunchTemplateName.AlreadyExistsException", message));
    }
    let description = input.text("VersionDescription").map(str::to_owned);
    let versions = BTreeMap::from([(1, Version { description, data, created: now })]);
    let name = name.to_owned();
    let template =
        LaunchTemplate { id, name, default_version: 1, versions, numbered: 1, created: now, created_by, tags };
    let answer = json!({ "launchTemplate": render(&template) });
    ec2.launch_templates.insert(template);
    Ok(answer)
}

pub(super) fn create_version(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (mut data, now) = (data(input)?, context.now);
    let ec2 = &mut context.region().ec2;
    let id = find_id(ec2, input)?;
    let template = ec2.launch_templates.find_mut(&id)?;
    if let Some(source) = input.text("SourceVersion") {
        data = overlay(template.version(Some(source))?.1, &data);
    }
    template.numbered += 1;
    let number = template.numbered;
    let description = input.text("VersionDescription").map(str::to_owned);
    let version = Version { description, data, created: now };
    let answer = json!({ "launchTemplateVersion": render_version(template, number, &version) });
    template.versions.insert(number, version);
    Ok(answer)
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let ec2 = &context.region().ec2;
    let names = input.texts("LaunchTemplateName");
    for name in &names {
        if !ec2.launch_templates.values().any(|template| template.name == *name) {
            return Err(name_not_found(name));
        }
    }
    if names.is_empty() {
        return ec2.launch_templates.describe(input, render);
    }
    let selected = ec2.launch_templates.select(input)?.into_iter();
    let named = selected.filter(|template| names.contains(&template.name.as_str()));
    Ok(json!({ "launchTemplates": named.map(render).collect::<Vec<_>>() }))
}

pub(super) fn describe_versions(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let template = find(&context.region().ec2, input)?;
    let wanted = input.texts("LaunchTemplateVersion");
    let mut numbers = Vec::new();
    for version in &wanted {
        numbers.push(template.version(Some(version))?.0);
    }
    let versions = template.versions.iter().filter(|(number, _)| wanted.is_empty() || numbers.contains(number));
    let rows = versions.map(|(number, version)| (format!("{number:09}"), render_version(template, *number, version)));
    let limit = input.int("MaxResults")?.and_then(|limit| usize::try_from(limit).ok());
    let page = page::cut(rows.collect(), limit, input.text("NextToken"));
    let (page, next) = page.ok_or_else(|| AwsError::new("InvalidNextToken", "The token is not valid."))?;
    Ok(json!({ "launchTemplateVersionSet": page, "nextToken": next }))
}

pub(super) fn modify(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let ec2 = &mut context.region().ec2;
    let id = find_id(ec2, input)?;
    let template = ec2.launch_templates.find_mut(&id)?;
    template.default_version = template.version(Some(input.required("SetDefaultVersion")?))?.0;
    Ok(json!({ "launchTemplate": render(template) }))
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let ec2 = &mut context.region().ec2;
    let id = find_id(ec2, input)?;
    let template = ec2.launch_templates.remove(&id);
    Ok(json!({ "launchTemplate": template.as_ref().map(render) }))
}

/// Each version for itself; the default one stays.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteLaunchTemplateVersions.html>
pub(super) fn delete_versions(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let ec2 = &mut context.region().ec2;
    let id = find_id(ec2, input)?;
    let template = ec2.launch_templates.find_mut(&id)?;
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    for wanted in input.texts("LaunchTemplateVersion") {
        let number = wanted.parse().unwrap_or_default();
        let mut row = json!({"launchTemplateId": id, "launchTemplateName": template.name, "versionNumber": number});
        if number != template.default_version && template.versions.remove(&number).is_some() {
            done.push(row);
            continue;
        }
        let default = number == template.default_version;
        let code = if default { "unexpectedError" } else { "launchTemplateVersionDoesNotExist" };
        let message = if default { "The default version cannot be deleted" } else { "The version does not exist" };
        row["responseError"] = json!({"code": code, "message": message});
        failed.push(row);
    }
    Ok(json!({
        "successfullyDeletedLaunchTemplateVersionSet": done,
        "unsuccessfullyDeletedLaunchTemplateVersionSet": failed,
    }))
}

/// What `over` says, and what `base` says where it says nothing.
pub(crate) fn overlay(base: &Value, over: &Value) -> Value {
    let mut members = base.as_object().cloned().unwrap_or_default();
    members.extend(over.as_object().cloned().unwrap_or_default());
    Value::Object(members)
}

fn data(input: &Input<'_>) -> Result<Value, AwsError> {
    let data = input.get("LaunchTemplateData").ok_or_else(|| input.missing("LaunchTemplateData"))?;
    match data {
        Value::Object(members) if !members.is_empty() => Ok(data.clone()),
        _ => Err(AwsError::new("InvalidParameterValue", "Launch template data must not be empty.")),
    }
}

fn name_not_found(name: &str) -> AwsError {
    let message = format!("At least one of the launch templates specified in the request does not exist: {name}");
    AwsError::new("InvalidLaunchTemplateName.NotFoundException", message)
}

fn render(template: &LaunchTemplate) -> Value {
    json!({
        "launchTemplateId": template.id,
        "launchTemplateName": template.name,
        "createTime": iso(template.created),
        "createdBy": template.created_by,
        "defaultVersionNumber": template.default_version,
        "latestVersionNumber": template.latest(),
        "tagSet": tagging::tag_set(&template.tags),
    })
}

fn render_version(template: &LaunchTemplate, number: u64, version: &Version) -> Value {
    json!({
        "launchTemplateId": template.id,
        "launchTemplateName": template.name,
        "versionNumber": number,
        "versionDescription": version.description,
        "createTime": iso(version.created),
        "createdBy": template.created_by,
        "defaultVersion": number == template.default_version,
        "launchTemplateData": as_answered(&version.data),
    })
}

/// The data under the names of answers, which differ from those of requests.
fn as_answered(data: &Value) -> Value {
    answered_within("", data)
}

fn answered_within(parent: &str, data: &Value) -> Value {
    match data {
        Value::Object(members) => {
            let renamed = members.iter().map(|(name, value)| {
                let answered = answered_name(parent, name, value.is_array());
                (answered, answered_within(name, value))
            });
            Value::Object(renamed.collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(|item| answered_within(parent, item)).collect(),
        other => other.clone(),
    }
}

fn answered_name(parent: &str, name: &str, is_list: bool) -> String {
    let mut lower = name.to_owned();
    if let Some(first) = lower.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    match (parent, name) {
        _ if !is_list => lower,
        // The only list of these whose items are not called `item`.
        ("NetworkInterface", "SecurityGroupId") => "groupSet/groupId".to_owned(),
        (_, "LicenseSpecification") => "licenseSet".to_owned(),
        _ => format!("{lower}Set"),
    }
}
