//! The calls about tasks that exist.

use serde_json::{Value, json};

use super::TaskKey;
use super::cluster::Cluster;
use super::reference::{cluster_name, missing, paged_arns, short};
use super::refusal::{invalid, no_service};
use super::task::{Stop, StopCode, Task};
use super::{scheduler, task_life};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// Stopped tasks are described for an hour.
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let asked = input.texts("tasks");
    if asked.is_empty() {
        return Err(invalid("Tasks cannot be empty."));
    }
    if asked.len() > 100 {
        return Err(invalid("Tasks can have at most 100 items."));
    }
    let with_tags = input.texts("include").contains(&"TAGS");
    let place = context.arn("ecs", &format!("task/{}", cluster_name(input)));
    let cluster = context.region().ecs.living_cluster(input)?;
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for reference in asked {
        match cluster.tasks.get(short(reference)) {
            Some(task) => found.push(cluster.render_task(task, with_tags)),
            None => failures.push(missing(&format!("{place}/{}", short(reference)))),
        }
    }
    Ok(json!({"tasks": found, "failures": failures}))
}

/// What shall run, unless what has been stopped is asked for.
pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let desired = input.text("desiredStatus").unwrap_or("RUNNING");
    let cluster = context.region().ecs.living_cluster(input)?;
    if let Some(name) = input.text("serviceName")
        && !cluster.services.contains_key(short(name))
    {
        return Err(no_service());
    }
    let wanted = |task: &&Task| {
        let same = |member: &str, have: &str| input.text(member).is_none_or(|wanted| short(wanted) == have);
        task.desired_status() == desired
            && same("serviceName", task.service().unwrap_or_default())
            && same("family", &task.definition.family)
            && same("containerInstance", &task.instance)
            && input.text("startedBy").is_none_or(|wanted| task.started_by.as_deref() == Some(wanted))
            && input.text("launchType").is_none_or(|wanted| wanted == "EC2")
    };
    let mut arns: Vec<String> = cluster.tasks.values().filter(wanted).map(|task| task.arn.clone()).collect();
    arns.sort();
    paged_arns(input, "taskArns", 100, arns)
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StopTask.html>
pub(super) fn stop(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = short(input.required("task")?).to_owned();
    let name = cluster_name(input);
    if !context.region().ecs.living_cluster(input)?.tasks.contains_key(&id) {
        return Err(invalid("The referenced task was not found."));
    }
    let reason = input.text("reason").unwrap_or("Task stopped by user");
    task_life::stop(context, &TaskKey::new(name, &id), Stop::new(StopCode::UserInitiated, reason));
    scheduler::wake_all(context, name);
    shown(context.region().ecs.living_cluster(input)?, &id).map(|task| json!({ "task": task }))
}

fn shown(cluster: &Cluster, id: &str) -> Result<Value, AwsError> {
    let task = cluster.tasks.get(id).ok_or_else(|| invalid("The referenced task was not found."))?;
    Ok(cluster.render_task(task, true))
}

impl Cluster {
    pub(super) fn render_task(&self, task: &Task, with_tags: bool) -> Value {
        let place = self.arn.replace(":cluster/", ":container-instance/");
        task.render(&self.arn, &format!("{place}/{}", task.instance), with_tags)
    }
}
