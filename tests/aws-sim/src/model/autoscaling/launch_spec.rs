//! What a group launches: a launch template, in subnets.

use serde_json::{Value, json};

use super::group::Group;
use super::invalid;
use crate::model::context::Context;
use crate::model::ec2::{launch, launch_template};
use crate::model::error::AwsError;
use crate::model::faults::capacity;
use crate::model::input::Input;
use crate::model::service::Service;

/// Template and subnets.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct LaunchSpec {
    pub(super) template: Template,
    pub(super) subnet_ids: Vec<String>,
}

/// A version of a launch template.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Template {
    pub(super) id: String,
    name: String,
    /// As it was given: a number, `$Latest` or `$Default`.
    version: String,
}

impl LaunchSpec {
    pub(super) fn render(&self) -> Value {
        self.template.render()
    }
}

impl Template {
    pub(super) fn render(&self) -> Value {
        json!({"LaunchTemplateId": self.id, "LaunchTemplateName": self.name, "Version": self.version})
    }
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
    for subnet_id in &spec.subnet_ids {
        plan(context, spec, subnet_id).map_err(|refusal| {
            invalid(format!("You must use a valid fully-formed launch template. {}", refusal.message))
        })?;
    }
    Ok(())
}

/// Launches one instance in a subnet; answers it with the template's version that was used.
pub(super) fn launch_one(
    context: &mut Context<'_>,
    group: &Group,
    subnet_id: &str,
) -> Result<(String, Template), AwsError> {
    let input = json!({"SubnetId": subnet_id, "AutoScalingGroupName": group.name});
    capacity::launch(context, Service::Ec2, "RunInstances", input)?;
    let (plan, version) = plan(context, &group.launch, subnet_id)?;
    let mut tags = group.plain_tags(true);
    tags.set("aws:autoscaling:groupName", &group.name);
    tags.set("aws:ec2launchtemplate:id", &group.launch.template.id);
    tags.set("aws:ec2launchtemplate:version", &version);
    let instance_id = launch::start_one(context, &plan.tagged(&tags))?;
    Ok((instance_id, Template { version, ..group.launch.template.clone() }))
}

fn plan(context: &mut Context<'_>, spec: &LaunchSpec, subnet_id: &str) -> Result<(launch::Plan, String), AwsError> {
    let template = context.region().ec2.launch_templates.find(&spec.template.id)?;
    let (version, data) = template.version(Some(&spec.template.version))?;
    let settings = launch_template::overlay(data, &json!({ "SubnetId": subnet_id }));
    Ok((launch::plan(context, &settings)?, version.to_string()))
}
