//! The calls about task definitions that exist.

use std::sync::Arc;

use serde_json::{Value, json};

use super::reference::paged_arns;
use super::refusal::{client, invalid};
use super::task_definition::{Family, Status, TaskDefinition};
use crate::model::clock::Moment;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::iam;
use crate::model::input::Input;

/// Inactive revisions are described too.
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let reference = input.required("taskDefinition")?;
    let found = context.region().ecs.definition(reference);
    let found = found.ok_or_else(|| client("Unable to describe task definition."))?;
    let tags = input.texts("include").contains(&"TAGS").then(|| found.tags.write("key", "value"));
    Ok(json!({"taskDefinition": found.render(), "tags": tags}))
}

/// By family and revision, which is the order of ARNs as people read them.
pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let status = status(input.text("status").unwrap_or("ACTIVE"))?;
    let (family, ecs) = (input.text("familyPrefix"), &context.region().ecs);
    let families = ecs.families.iter().filter(|(name, _)| family.is_none_or(|wanted| wanted == name.as_str()));
    let revisions = families.flat_map(|(_, family)| family.revisions.values());
    let arns = revisions.filter(|one| one.status == status).map(|one| one.arn.clone()).collect();
    paged_arns(input, "taskDefinitionArns", 100, arns)
}

pub(super) fn list_families(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let prefix = input.text("familyPrefix").unwrap_or_default();
    let active = |family: &Family| family.revisions.values().any(|one| one.status == Status::Active);
    let keeps: fn(bool) -> bool = match input.text("status").unwrap_or("ALL") {
        "ACTIVE" => |active| active,
        "INACTIVE" => |active| !active,
        "ALL" => |_| true,
        other => return Err(invalid(format!("Invalid status {other}."))),
    };
    let families = context.region().ecs.families.iter().filter(|(name, _)| name.starts_with(prefix));
    let names = families.filter(|(_, family)| keeps(active(family))).map(|(name, _)| name.clone()).collect();
    paged_arns(input, "families", 100, names)
}

/// Repeating it is no error.
pub(super) fn deregister(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let reference = input.required("taskDefinition")?;
    if !reference.rsplit('/').next().is_some_and(|name| name.contains(':')) {
        return Err(client("Revision is missing."));
    }
    let now = context.now;
    let found = context.region().ecs.definition_mut(reference);
    let definition = found.ok_or_else(|| client("The specified task definition does not exist."))?;
    if definition.status == Status::Active {
        (definition.status, definition.deregistered) = (Status::Inactive, Some(now));
    }
    Ok(json!({ "taskDefinition": definition.render() }))
}

/// Only what has been deregistered is deleted.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteTaskDefinitions.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let references = input.texts("taskDefinitions");
    if !(1..=10).contains(&references.len()) {
        return Err(invalid("taskDefinitions must have between 1 and 10 items."));
    }
    let now = context.now;
    let (mut deleted, mut failures) = (Vec::new(), Vec::new());
    for reference in references {
        match mark_deleted(context.region().ecs.definition_mut(reference), now) {
            Ok(shown) => deleted.push(shown),
            Err(reason) => failures.push(json!({"arn": reference, "reason": reason})),
        }
    }
    Ok(json!({"taskDefinitions": deleted, "failures": failures}))
}

fn mark_deleted(definition: Option<&mut TaskDefinition>, now: Moment) -> Result<Value, &'static str> {
    let definition = definition.ok_or("The specified task definition does not exist.")?;
    match definition.status {
        Status::Active => Err("The specified task definition is still in ACTIVE status. Please deregister the target \
                               and try again."),
        Status::Inactive | Status::DeleteInProgress => {
            definition.status = Status::DeleteInProgress;
            definition.delete_requested.get_or_insert(now);
            Ok(definition.render())
        }
    }
}

fn status(name: &str) -> Result<Status, AwsError> {
    match name {
        "ACTIVE" => Ok(Status::Active),
        "INACTIVE" => Ok(Status::Inactive),
        "DELETE_IN_PROGRESS" => Ok(Status::DeleteInProgress),
        other => Err(invalid(format!("Invalid status {other}."))),
    }
}

/// The roles of a definition must still be there when tasks are made from it.
pub(super) fn check_roles(context: &mut Context<'_>, definition: &Arc<TaskDefinition>) -> Result<(), AwsError> {
    match definition.roles().find(|arn| iam::can_be_assumed_by(context, arn, iam::TASKS).is_err()) {
        Some(arn) => Err(client(format!(
            "ECS was unable to assume the role '{arn}' that was provided for this task. Please verify that the role \
             being passed has the proper trust relationship and permissions and that your IAM user has permissions \
             to pass this role."
        ))),
        None => Ok(()),
    }
}
