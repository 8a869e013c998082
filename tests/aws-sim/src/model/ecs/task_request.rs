//! What RunTask and StartTask have in common: what they say of the tasks that they start.

use std::sync::Arc;

use serde_json::{Value, json};

use super::placement::Needs;
use super::reference::cluster_name;
use super::refusal::{client, invalid, not_simulated};
use super::task_definition::TaskDefinition;
use super::task_start::Wanted;
use super::{amount, tagging, task_definition_calls};
use crate::model::context::Context;
use crate::model::error::AwsError;
use crate::model::input::Input;
use crate::model::tags::Tags;

/// The longest overrides, as JSON.
const LONGEST_OVERRIDES: usize = 8192;

/// A request that was checked.
pub(super) struct Request {
    pub(super) definition: Arc<TaskDefinition>,
    pub(super) group: String,
    needs: Needs,
    started_by: Option<String>,
    overrides: Value,
    is_open: bool,
    tags: Tags,
}

impl Request {
    pub(super) fn read(context: &mut Context<'_>, input: &Input<'_>) -> Result<Self, AwsError> {
        if !input.parts("volumeConfigurations").is_empty() {
            return Err(not_simulated("volumes that are configured at launch"));
        }
        let definition = context.region().ecs.usable_definition(input.required("taskDefinition")?)?;
        let group = group(input, &definition)?;
        let started_by = started_by(input)?;
        let overrides = overrides(input, &definition)?;
        let needs = needs(input, &definition)?;
        task_definition_calls::check_roles(context, &definition)?;
        let is_open = input.flag("enableExecuteCommand")?.unwrap_or(false);
        if is_open && definition.task_role.is_none() && !input.part("overrides").has("taskRoleArn") {
            return Err(invalid(
                "The service couldn't be created because a valid taskRoleArn is not being used. Specify a valid task \
                 role in your task definition and try again.",
            ));
        }
        let tags = tags(input, &definition)?;
        Ok(Self { definition, group, needs, started_by, overrides, is_open, tags })
    }

    pub(super) fn wanted(&self) -> Wanted<'_> {
        Wanted {
            definition: &self.definition,
            needs: self.needs,
            group: &self.group,
            started_by: self.started_by.clone(),
            overrides: self.overrides.clone(),
            is_open: self.is_open,
            tags: self.tags.clone(),
        }
    }
}

fn group(input: &Input<'_>, definition: &TaskDefinition) -> Result<String, AwsError> {
    match input.text("group").filter(|group| !group.is_empty()) {
        Some(group) if group.starts_with("service:") => Err(invalid("Invalid namespace for group.")),
        Some(group) if group.len() > 255 => Err(invalid("Group must be shorter than 256.")),
        Some(group) => Ok(group.to_owned()),
        None => Ok(format!("family:{}", definition.family)),
    }
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html>
fn started_by(input: &Input<'_>) -> Result<Option<String>, AwsError> {
    let given = input.text("startedBy").filter(|given| !given.is_empty());
    match given {
        Some(text) if text.len() > 128 => Err(invalid("startedBy should be shorter than 128.")),
        Some(_) | None => Ok(given.map(str::to_owned)),
    }
}

/// As tasks show them: null if nothing is changed.
fn overrides(input: &Input<'_>, definition: &TaskDefinition) -> Result<Value, AwsError> {
    let given = input.part("overrides");
    if given.value().is_null() {
        return Ok(Value::Null);
    }
    if given.value().to_string().len() > LONGEST_OVERRIDES {
        return Err(invalid(format!("Overrides length must be at most {LONGEST_OVERRIDES}.")));
    }
    for one in given.parts("containerOverrides") {
        let name = one.text("name").unwrap_or_default();
        if definition.container(name).is_none() {
            return Err(invalid(format!(
                "Override for container named {name} is not a container in the TaskDefinition."
            )));
        }
    }
    let mut kept = given.value().clone();
    if let Some(members) = kept.as_object_mut() {
        members.retain(|_, value| !value.is_null());
        members.entry("containerOverrides").or_insert_with(|| json!([]));
    }
    Ok(kept)
}

/// What the task takes once it is overridden.
fn needs(input: &Input<'_>, definition: &TaskDefinition) -> Result<Needs, AwsError> {
    let given = input.part("overrides");
    let mut needs = Needs::of(definition);
    for one in given.parts("containerOverrides") {
        let Some(container) = definition.container(one.text("name").unwrap_or_default()) else { continue };
        if let Some(cpu) = one.int("cpu")?.filter(|_| definition.cpu.is_none()) {
            needs.cpu += cpu - container.cpu;
        }
        let memory = one.int("memoryReservation")?.or(one.int("memory")?.filter(|_| container.reservation.is_none()));
        if let Some(memory) = memory.filter(|_| definition.memory.is_none()) {
            needs.memory += memory - container.reserved_memory();
        }
    }
    needs.cpu = amount::read(&given, "cpu", " vcpu")?.unwrap_or(needs.cpu);
    needs.memory = amount::read(&given, "memory", " gb")?.unwrap_or(needs.memory);
    if definition.is_for_fargate() && !super::fargate::has_size(needs) {
        return Err(client(super::fargate::no_such_size(needs)));
    }
    Ok(needs)
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html>
fn tags(input: &Input<'_>, definition: &TaskDefinition) -> Result<Tags, AwsError> {
    let mut tags = match input.text("propagateTags") {
        Some("TASK_DEFINITION") => definition.tags.clone(),
        Some("SERVICE") => {
            return Err(invalid("Tag propagation from a service is not supported when a task is run."));
        }
        Some(_) | None => Tags::default(),
    };
    tags.merge(&tagging::read(input)?);
    if input.flag("enableECSManagedTags")?.unwrap_or(false) {
        tags.set("aws:ecs:clusterName", cluster_name(input));
    }
    Ok(tags)
}
