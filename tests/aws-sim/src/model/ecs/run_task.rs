//! RunTask: tasks that belong to no service.
//!
//! A task that is given a command ends by itself after a while, as one-off commands do.
//! <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html>

use std::sync::Arc;

use serde_json::{Value, json};

use super::placement::{self, Obstacle};
use super::reference::cluster_name;
use super::refusal::{invalid, not_simulated};
use super::task::Stage;
use super::task_definition::TaskDefinition;
use super::{tagging, task_definition_calls, task_life};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::tags::Tags;

/// As many tasks as one call starts.
const MOST: i64 = 10;

pub(super) fn run(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = cluster_name(input);
    context.region().ecs.living_cluster(input)?;
    if let Some(ids) = repeated(context, input)? {
        return Ok(json!({"tasks": render(context, name, &ids), "failures": []}));
    }
    let count = input.int("count")?.unwrap_or(1);
    if !(1..=MOST).contains(&count) {
        return Err(invalid(format!("count must be between 1 and {MOST}.")));
    }
    if input.text("group").is_some_and(|group| group.starts_with("service:")) {
        return Err(invalid("Invalid namespace for group."));
    }
    let definition = context.region().ecs.usable_definition(input.required("taskDefinition")?)?;
    check_launch(input, &definition)?;
    check_overrides(input, &definition)?;
    task_definition_calls::check_roles(context, &definition)?;
    let tags = tags(input, &definition)?;
    let (mut ids, mut failures) = (Vec::new(), Vec::new());
    for _ in 0..count {
        match start(context, input, &definition, &tags) {
            Ok(id) => ids.extend(id),
            Err((Obstacle::NoInstance, _)) => return Err(invalid(Obstacle::NoInstance.failure())),
            Err((obstacle, instance)) => {
                let arn = context.arn("ecs", &format!("container-instance/{name}/{instance}"));
                failures.push(json!({"arn": arn, "reason": obstacle.failure()}));
            }
        }
    }
    if let Some(token) = input.text("clientToken") {
        let cluster = context.region().ecs.living_cluster(input)?;
        cluster.client_tokens.insert(format!("RunTask {token}"), (input.value().clone(), ids.clone()));
    }
    Ok(json!({"tasks": render(context, name, &ids), "failures": failures}))
}

fn start(
    context: &mut Context<'_>,
    input: &Input<'_>,
    definition: &Arc<TaskDefinition>,
    tags: &Tags,
) -> Result<Option<String>, (Obstacle, String)> {
    let name = cluster_name(input);
    let own_group = format!("family:{}", definition.family);
    let group = input.text("group").unwrap_or(&own_group);
    let constraints = input.parts("placementConstraints");
    let distinct = constraints.iter().any(|one| one.text("type") == Some("distinctInstance"));
    let Some(cluster) = context.region().ecs.clusters.get(name) else { return Ok(None) };
    let living = cluster.tasks.values().filter(|task| task.stage != Stage::Stopped);
    let mates: Vec<_> = living.filter(|task| task.group == group).collect();
    let spot = placement::find(cluster, definition, &mates, distinct)?;
    let overrides = input.part("overrides");
    let wanted = task_life::Wanted {
        definition,
        group,
        started_by: input.text("startedBy").map(str::to_owned),
        overrides: json!({
            "containerOverrides": overrides.get("containerOverrides").cloned().unwrap_or(json!([])),
            "inferenceAcceleratorOverrides": [],
        }),
        finishes: overrides.parts("containerOverrides").iter().any(|one| one.has("command")),
        tags: tags.clone(),
    };
    Ok(task_life::start(context, name, spot, wanted))
}

/// The tasks that a call with the same token started.
fn repeated(context: &mut Context<'_>, input: &Input<'_>) -> Result<Option<Vec<String>>, AwsError> {
    let Some(token) = input.text("clientToken") else { return Ok(None) };
    let cluster = context.region().ecs.living_cluster(input)?;
    match cluster.client_tokens.get(&format!("RunTask {token}")) {
        Some((asked, ids)) if asked == input.value() => Ok(Some(ids.clone())),
        Some(_) => {
            Err(AwsError::new("ConflictException", "The RunTask request could not be processed due to conflicts."))
        }
        None => Ok(None),
    }
}

fn render(context: &mut Context<'_>, cluster: &str, ids: &[String]) -> Vec<Value> {
    let Some(cluster) = context.region().ecs.clusters.get(cluster) else { return Vec::new() };
    let tasks = ids.iter().filter_map(|id| cluster.tasks.get(id));
    tasks.map(|task| cluster.render_task(task, true)).collect()
}

/// Only tasks on EC2 instances with bridge or host networks are simulated.
pub(super) fn check_launch(input: &Input<'_>, definition: &TaskDefinition) -> Result<(), AwsError> {
    if input.text("launchType").is_some_and(|launch| launch != "EC2") {
        return Err(not_simulated("launch types besides EC2"));
    }
    if !input.parts("capacityProviderStrategy").is_empty() {
        return Err(not_simulated("capacity providers"));
    }
    if definition.mode == super::container::NetworkMode::Awsvpc {
        return Err(not_simulated("network mode awsvpc"));
    }
    if input.has("networkConfiguration") {
        let message = "Network Configuration is not valid for the given networkMode of this task definition.";
        return Err(invalid(message));
    }
    let constraints = input.parts("placementConstraints");
    match constraints.iter().find(|one| one.text("type") != Some("distinctInstance")) {
        Some(_) => Err(not_simulated("memberOf placement constraints")),
        None => Ok(()),
    }
}

fn check_overrides(input: &Input<'_>, definition: &TaskDefinition) -> Result<(), AwsError> {
    for one in input.part("overrides").parts("containerOverrides") {
        if definition.container(one.text("name").unwrap_or_default()).is_none() {
            return Err(invalid("Override for container named that is not a container in the TaskDefinition."));
        }
    }
    Ok(())
}

fn tags(input: &Input<'_>, definition: &TaskDefinition) -> Result<Tags, AwsError> {
    let mut tags =
        if input.text("propagateTags") == Some("TASK_DEFINITION") { definition.tags.clone() } else { Tags::default() };
    tags.merge(&tagging::read(input)?);
    if input.flag("enableECSManagedTags")?.unwrap_or(false) {
        tags.set("aws:ecs:clusterName", cluster_name(input));
    }
    Ok(tags)
}
