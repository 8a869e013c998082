//! ExecuteCommand: a session into a running container.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html>

use serde_json::json;

use super::reference::{cluster_name, short};
use super::refusal::invalid;
use super::task::{Phase, Stage, Task};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommand.html>
pub(super) fn execute(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    input.required("command")?;
    let is_interactive = input.flag("interactive")?.ok_or_else(|| input.missing("interactive"))?;
    if !is_interactive {
        return Err(invalid("Interactive is the only mode supported currently."));
    }
    let id = short(input.required("task")?).to_owned();
    let (session, token) = (context.world.ids.hex(17), context.world.ids.hex(64));
    let region = context.place.region.clone();
    let cluster = context.region().ecs.living_cluster(input)?;
    let task = cluster.tasks.get(&id).ok_or_else(|| invalid("The referenced task was not found."))?;
    let container = reachable(task, input.text("container").filter(|name| !name.is_empty()))?;
    let place = cluster.arn.replace(":cluster/", ":container/");
    let session = format!("ecs-execute-command-{session}");
    Ok(json!({
        "clusterArn": cluster.arn,
        "containerArn": format!("{place}/{id}/{container}"),
        "containerName": container,
        "interactive": is_interactive,
        "session": {
            "sessionId": session,
            "streamUrl": format!(
                "wss://ssmmessages.{region}.amazonaws.com/v1/data-channel/{session}?role=publish_subscribe&\
                 cell-number=AAEAA{}", cluster_name(input).len()
            ),
            "tokenValue": token,
        },
        "taskArn": task.arn,
    }))
}

/// The container that the command goes into: the named one, or the only one there is.
fn reachable<'t>(task: &'t Task, name: Option<&str>) -> Result<&'t str, AwsError> {
    if !task.is_open {
        return Err(invalid(
            "The execute command failed because execute command was not enabled when the task was run or the execute \
             command agent isn't running. Wait and try again or run a new task with execute command enabled and try \
             again.",
        ));
    }
    let containers = &task.definition.containers;
    let place = match name {
        Some(name) => containers.iter().position(|one| one.name == name),
        None if containers.len() == 1 => Some(0),
        None => return Err(invalid("A container name must be specified for tasks with several containers.")),
    };
    let place = place.ok_or_else(|| invalid("The container does not exist in the task."))?;
    let is_up = task.stage == Stage::Running
        && task.containers.get(place).is_some_and(|container| container.phase == Phase::Running);
    match containers.get(place).filter(|_| is_up) {
        Some(container) => Ok(&container.name),
        None => Err(AwsError::new(
            "TargetNotConnectedException",
            "The execute command failed due to an internal error. Try again later.",
        )),
    }
}
