//! The calls about tasks that exist.

use std::collections::BTreeSet;
use std::ops::Bound;

use serde_json::{Value, json};

use super::cluster::Cluster;
use super::reference::{Page, cluster_name, missing, short};
use super::refusal::{invalid, no_service};
use super::task::{Stop, StopCode, Task};
use super::{TaskKey, scheduler, task_life};
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
    // `json!` would copy what it is given.
    let mut answer = json!({"tasks": null, "failures": failures});
    answer["tasks"] = found.into();
    Ok(answer)
}

/// What shall run, unless what has been stopped is asked for.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html>
pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let page = Page::read(input, 100)?;
    let cluster = context.region().ecs.living_cluster(input)?;
    if let Some(name) = input.text("serviceName")
        && !cluster.services.contains_key(short(name))
    {
        return Err(no_service());
    }
    let found = candidates(cluster, input, &page.start).filter(|task| is_asked(task, input));
    Ok(page.of("taskArns", found.map(|task| (task.id.as_str(), task.arn.as_str()))))
}

/// The tasks among which those are that the call asks for, from the smallest set that is known, in order of their ids.
fn candidates<'c>(cluster: &'c Cluster, input: &Input<'_>, start: &str) -> Box<dyn Iterator<Item = &'c Task> + 'c> {
    let from = (Bound::Included(start.to_owned()), Bound::Unbounded);
    let is_wanted = input.text("desiredStatus").is_none_or(|status| status == "RUNNING");
    let set: Option<&BTreeSet<String>> = if let Some(service) = input.text("serviceName") {
        Some(cluster.index.of_service(short(service)).unwrap_or(&EMPTY))
    } else if let Some(starter) = input.text("startedBy") {
        Some(cluster.index.of_starter(starter).unwrap_or(&EMPTY))
    } else if let Some(family) = input.text("family") {
        Some(cluster.index.of_family(family).unwrap_or(&EMPTY))
    } else if is_wanted {
        None
    } else {
        Some(cluster.index.unwanted())
    };
    let instance = input.text("containerInstance").filter(|_| is_wanted);
    let instance = instance.and_then(|instance| cluster.instances.get(short(instance)));
    match (instance, set) {
        (Some(instance), _) => {
            let ids = instance.task_ids().skip_while({
                let start = start.to_owned();
                move |id| **id < start
            });
            Box::new(ids.filter_map(|id| cluster.tasks.get(id)))
        }
        (None, Some(set)) => Box::new(set.range(from).filter_map(|id| cluster.tasks.get(id))),
        (None, None) => Box::new(cluster.tasks.range(from).map(|(_, task)| task)),
    }
}

static EMPTY: BTreeSet<String> = BTreeSet::new();

fn is_asked(task: &Task, input: &Input<'_>) -> bool {
    let same = |member: &str, have: &str| input.text(member).is_none_or(|wanted| short(wanted) == have);
    let launch: &str = task.launch.into();
    task.desired_status() == input.text("desiredStatus").unwrap_or("RUNNING")
        && same("serviceName", task.service().unwrap_or_default())
        && same("family", &task.definition.family)
        && same("containerInstance", &task.instance)
        && same("launchType", launch)
        && input.text("startedBy").is_none_or(|wanted| task.started_by.as_deref() == Some(wanted))
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StopTask.html>
pub(super) fn stop(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = short(input.required("task")?).to_owned();
    let name = cluster_name(input);
    if !context.region().ecs.living_cluster(input)?.tasks.contains_key(&id) {
        return Err(invalid("The referenced task was not found."));
    }
    let reason = input.text("reason").unwrap_or("Task stopped by user");
    if reason.chars().count() > 1024 {
        return Err(invalid("reason can have at most 1024 characters."));
    }
    task_life::stop(context, &TaskKey::new(name, &id), Stop::new(StopCode::UserInitiated, reason));
    scheduler::wake_all(context, name);
    shown(context.region().ecs.living_cluster(input)?, &id).map(|task| json!({ "task": task }))
}

fn shown(cluster: &Cluster, id: &str) -> Result<Value, AwsError> {
    let task = cluster.tasks.get(id).ok_or_else(|| invalid("The referenced task was not found."))?;
    Ok(cluster.render_task(task, true))
}
