//! What a group launches, and where: a launch template, a launch configuration or a mix of types, in subnets.

use serde_json::{Map, Value, json};

use super::group::Group;
use super::mixed_instances::{Choice, Mixed};
use super::{invalid, launch_configuration};
use crate::model::context::Context;
use crate::model::ec2::{launch, launch_template};
use crate::model::error::AwsError;
use crate::model::faults::capacity;
use crate::model::input::Input;
use crate::model::service::Service;

/// Source and subnets.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct LaunchSpec {
    pub(super) source: Source,
    pub(super) subnet_ids: Vec<String>,
}

/// Where the settings of new instances come from.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub(super) enum Source {
    Template(Template),
    /// By name.
    Configuration(String),
    Mixed(Box<Mixed>),
}

/// A version of a launch template.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Template {
    pub(super) id: String,
    name: String,
    /// As it was given: a number, `$Latest` or `$Default`.
    pub(super) version: String,
}

/// An instance that was launched, and from what.
pub(super) struct Launched {
    pub(super) instance_id: String,
    pub(super) origin: Source,
    pub(super) choice: Choice,
}

impl Source {
    /// What a call says of it; none if it says nothing.
    pub(super) fn read(context: &mut Context<'_>, input: &Input<'_>) -> Result<Option<Self>, AwsError> {
        let given = ["LaunchTemplate", "LaunchConfigurationName", "MixedInstancesPolicy", "InstanceId"];
        if given.into_iter().filter(|name| input.has(name)).count() > 1 {
            return Err(not_one_source());
        }
        if input.has("LaunchTemplate") {
            return read_template(context, &input.part("LaunchTemplate"))
                .map(|template| Some(Self::Template(template)));
        }
        if let Some(name) = input.text("LaunchConfigurationName") {
            launch_configuration::check_exists(context, name)?;
            return Ok(Some(Self::Configuration(name.to_owned())));
        }
        if input.has("MixedInstancesPolicy") {
            let mixed = Mixed::read(context, &input.part("MixedInstancesPolicy"))?;
            return Ok(Some(Self::Mixed(Box::new(mixed))));
        }
        Ok(None)
    }

    /// The members of a group or an instance that name it.
    pub(super) fn render(&self) -> Map<String, Value> {
        let (name, value) = match self {
            Self::Template(template) => ("LaunchTemplate", template.render()),
            Self::Configuration(name) => ("LaunchConfigurationName", json!(name)),
            Self::Mixed(mixed) => ("MixedInstancesPolicy", mixed.render()),
        };
        Map::from_iter([(name.to_owned(), value)])
    }

    /// Whether both are the same template, or the same configuration.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        match (self.template(), other.template()) {
            (Some(mine), Some(theirs)) => mine.id == theirs.id,
            (None, None) => self == other,
            (Some(_), None) | (None, Some(_)) => false,
        }
    }

    pub(super) fn template(&self) -> Option<&Template> {
        match self {
            Self::Template(template) => Some(template),
            Self::Mixed(mixed) => Some(&mixed.template),
            Self::Configuration(_) => None,
        }
    }
}

impl Template {
    pub(super) fn render(&self) -> Value {
        json!({"LaunchTemplateId": self.id, "LaunchTemplateName": self.name, "Version": self.version})
    }

    /// Whether it stays the same when the template gets another version.
    pub(super) fn is_pinned(&self) -> bool {
        !self.version.starts_with('$')
    }
}

/// The refusal of a call that names no source, or several.
pub(super) fn not_one_source() -> AwsError {
    invalid(
        "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or \
         MixedInstancesPolicy parameter.",
    )
}

/// The template that a call names.
pub(super) fn read_template(context: &mut Context<'_>, named: &Input<'_>) -> Result<Template, AwsError> {
    let template = launch_template::find(&context.region().ec2, named).map_err(|refusal| {
        let unknown = match (named.text("LaunchTemplateId"), named.text("LaunchTemplateName")) {
            (Some(id), None) => format!("The specified launch template, with template ID {id}, does not exist."),
            (None, Some(name)) => format!("The specified launch template, with template name {name}, does not exist."),
            (Some(_), Some(_)) | (None, None) => refusal.message,
        };
        invalid(unknown)
    })?;
    let version = named.text("Version").unwrap_or("$Default").to_owned();
    template.version(Some(&version)).map_err(|refusal| invalid(refusal.message))?;
    Ok(Template { id: template.id.clone(), name: template.name.clone(), version })
}

/// The subnets that `VPCZoneIdentifier` lists; they must exist.
pub(super) fn read_subnets(context: &mut Context<'_>, list: &str) -> Result<Vec<String>, AwsError> {
    let ids: Vec<String> = list.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect();
    if ids.is_empty() {
        return Err(invalid("At least one Availability Zone or VPC Subnet is required."));
    }
    let subnets = &context.region().ec2.subnets;
    match ids.iter().find(|id| subnets.get(id).is_none()) {
        Some(id) => Err(invalid(format!("The subnet ID '{id}' does not exist"))),
        None => Ok(ids),
    }
}

/// Whether an instance could be launched; AWS tries when a group is made or changed.
pub(super) fn check(context: &mut Context<'_>, spec: &LaunchSpec) -> Result<(), AwsError> {
    let choice = match &spec.source {
        Source::Mixed(mixed) => mixed.choices(true).into_iter().next().unwrap_or_default(),
        Source::Template(_) | Source::Configuration(_) => Choice::default(),
    };
    for subnet_id in &spec.subnet_ids {
        plan(context, &spec.source, &choice, subnet_id).map_err(|refusal| match &spec.source {
            Source::Configuration(_) => invalid(refusal.message),
            Source::Template(_) | Source::Mixed(_) => {
                invalid(format!("You must use a valid fully-formed launch template. {}", refusal.message))
            }
        })?;
    }
    Ok(())
}

/// The type of the instances that would be launched.
pub(super) fn instance_type(context: &mut Context<'_>, spec: &LaunchSpec) -> Option<String> {
    let chosen = match &spec.source {
        Source::Mixed(mixed) => mixed.choices(true).into_iter().next()?.instance_type,
        Source::Template(_) | Source::Configuration(_) => None,
    };
    let (settings, _) = settings(context, &spec.source).ok()?;
    chosen.or_else(|| Some(settings.get("InstanceType")?.as_str()?.to_owned()))
}

/// Launches one instance in a subnet. Of a mix of types the next is tried where one has no capacity.
pub(super) fn launch_one(
    context: &mut Context<'_>,
    group: &Group,
    source: &Source,
    subnet_id: &str,
) -> Result<Launched, AwsError> {
    let choices = match source {
        Source::Mixed(mixed) => mixed.choices(mixed.wants_on_demand(group)),
        Source::Template(_) | Source::Configuration(_) => vec![Choice::default()],
    };
    let mut refused = invalid("The mixed instances policy has no instance type.");
    for choice in choices {
        match launch_choice(context, group, source, choice, subnet_id) {
            Err(refusal) if refusal.code == "InsufficientInstanceCapacity" => refused = refusal,
            decided => return decided,
        }
    }
    Err(refused)
}

fn launch_choice(
    context: &mut Context<'_>,
    group: &Group,
    source: &Source,
    choice: Choice,
    subnet_id: &str,
) -> Result<Launched, AwsError> {
    let asked =
        json!({"SubnetId": subnet_id, "AutoScalingGroupName": group.name, "InstanceType": choice.instance_type});
    capacity::launch(context, Service::Ec2, "RunInstances", asked)?;
    let (plan, version) = plan(context, source, &choice, subnet_id)?;
    let mut tags = group.plain_tags(true);
    tags.set("aws:autoscaling:groupName", &group.name);
    let origin = match source.template() {
        Some(template) => {
            let version = version.unwrap_or_default();
            tags.set("aws:ec2launchtemplate:id", &template.id);
            tags.set("aws:ec2launchtemplate:version", &version);
            Source::Template(Template { version, ..template.clone() })
        }
        None => source.clone(),
    };
    let instance_id = launch::start_one(context, &plan.tagged(&tags))?;
    Ok(Launched { instance_id, origin, choice })
}

fn plan(
    context: &mut Context<'_>,
    source: &Source,
    choice: &Choice,
    subnet_id: &str,
) -> Result<(launch::Plan, Option<String>), AwsError> {
    let (settings, version) = settings(context, source)?;
    let mut own = json!({ "SubnetId": subnet_id });
    if let Some(instance_type) = &choice.instance_type {
        own["InstanceType"] = json!(instance_type);
    }
    if choice.is_spot {
        own["InstanceMarketOptions"] = json!({"MarketType": "spot"});
    }
    let settings = launch_template::overlay(&settings, &own);
    Ok((launch::plan(context, &settings)?, version))
}

/// The settings of new instances, and the template's version that they come from.
fn settings(context: &mut Context<'_>, source: &Source) -> Result<(Value, Option<String>), AwsError> {
    match source {
        Source::Configuration(name) => launch_configuration::settings(context, name).map(|settings| (settings, None)),
        Source::Template(template) => template_data(context, template),
        Source::Mixed(mixed) => template_data(context, &mixed.template),
    }
}

fn template_data(context: &mut Context<'_>, template: &Template) -> Result<(Value, Option<String>), AwsError> {
    let found = context.region().ec2.launch_templates.find(&template.id)?;
    let (version, data) = found.version(Some(&template.version))?;
    Ok((data.clone(), Some(version.to_string())))
}

/// The number of the template's version that a source means now.
pub(super) fn resolved_version(context: &mut Context<'_>, source: &Source) -> Option<String> {
    let template = source.template()?;
    let found = context.region().ec2.launch_templates.find(&template.id).ok()?;
    found.version(Some(&template.version)).ok().map(|(number, _)| number.to_string())
}
