//! Launch templates and their versions. Their data is kept as it was given; `launch` reads it when instances start.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::table::{Kind, Resource, identified, one};
use super::{State, call, describing, tagging};
use crate::model::clock::{Moment, iso};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// What instances shall be like, in versions.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct LaunchTemplate {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(super) default_version: u64,
    pub(super) versions: BTreeMap<u64, Version>,
    /// The highest number that any version had; none is given twice.
    pub(super) numbered: u64,
    created: Moment,
    pub(super) created_by: String,
    tags: Tags,
}

#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Version {
    pub(super) description: Option<String>,
    pub(super) data: Value,
    pub(super) created: Moment,
}

impl Resource for LaunchTemplate {
    const KIND: Kind = Kind {
        plural: "launch_templates",
        tag_type: "launch-template",
        ids: "LaunchTemplateId",
        set: "launchTemplates",
        not_found: ("InvalidLaunchTemplateId.NotFound", "launch template ID"),
    };
    identified!(id);

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

pub(super) fn find_id(ec2: &State, input: &Input<'_>) -> Result<String, AwsError> {
    match (input.text("LaunchTemplateId"), input.text("LaunchTemplateName")) {
        (Some(id), None) => ec2.launch_templates.get(id).map(|template| template.id.clone()).ok_or_else(|| {
            let message = format!("The specified launch template, with template ID {id}, does not exist.");
            AwsError::new("InvalidLaunchTemplateId.NotFound", message)
        }),
        (None, Some(name)) => {
            let found = ec2.launch_templates.values().find(|template| template.name == name);
            found.map(|template| template.id.clone()).ok_or_else(|| {
                let message = format!("The specified launch template, with template name {name}, does not exist.");
                AwsError::new("InvalidLaunchTemplateName.NotFoundException", message)
            })
        }
        (Some(_), Some(_)) => {
            let message = "The request must contain either the launch template ID or the launch template name, but not \
                           both.";
            Err(AwsError::new("InvalidParameterCombination", message))
        }
        (None, None) => {
            let message = "Either a launch template ID or a launch template name must be specified in the request.";
            Err(AwsError::new("MissingParameter", message))
        }
    }
}

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = call::once(context, input, "CreateLaunchTemplate", |context| make(context, input))?;
    Ok(json!({ "launchTemplate": render(context.region().ec2.launch_templates.find(&id)?) }))
}

fn make(context: &mut Context<'_>, input: &Input<'_>) -> Result<String, AwsError> {
    let name = input.required("LaunchTemplateName")?;
    if !(3..=128).contains(&name.len())
        || !name.chars().all(|one| one.is_ascii_alphanumeric() || "().-/_".contains(one))
    {
        let message = "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, \
                       and the following characters: - ( ) . / _.";
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
    let (count, most) = (ec2.launch_templates.len(), ec2.quotas.launch_templates);
    ec2.quotas.check(count, most, "MaxTemplateLimitExceeded", "launch templates")?;
    let description = input.text("VersionDescription").map(str::to_owned);
    let versions = BTreeMap::from([(1, Version { description, data, created: now })]);
    let name = name.to_owned();
    ec2.launch_templates.insert(LaunchTemplate {
        id: id.clone(),
        name,
        default_version: 1,
        versions,
        numbered: 1,
        created: now,
        created_by,
        tags,
    });
    Ok(id)
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let ec2 = &context.region().ec2;
    let names = input.texts("LaunchTemplateName");
    for name in &names {
        if !ec2.launch_templates.values().any(|template| template.name == *name) {
            let message = "At least one of the launch templates specified in the request does not exist.";
            return Err(AwsError::new("InvalidLaunchTemplateName.NotFoundException", message));
        }
    }
    let selected = ec2.launch_templates.select(input)?.into_iter();
    let named = selected.filter(|template| names.is_empty() || names.contains(&template.name.as_str()));
    let rows = named.map(|template| (template.id.clone(), template)).collect();
    describing::paged(input, LaunchTemplate::KIND.set, rows, render)
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

/// What `over` says, and what `base` says where it says nothing.
pub(crate) fn overlay(base: &Value, over: &Value) -> Value {
    let mut members = base.as_object().cloned().unwrap_or_default();
    members.extend(over.as_object().cloned().unwrap_or_default());
    Value::Object(members)
}

pub(super) fn data(input: &Input<'_>) -> Result<Value, AwsError> {
    let data = input.get("LaunchTemplateData").ok_or_else(|| input.missing("LaunchTemplateData"))?;
    match data {
        Value::Object(members) if !members.is_empty() => Ok(data.clone()),
        _ => Err(AwsError::new("InvalidParameterValue", "Launch template data must not be empty.")),
    }
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
