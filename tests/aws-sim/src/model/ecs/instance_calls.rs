//! The calls about container instances.

use serde_json::{Value, json};

use super::cluster::Cluster;
use super::container_instance::{ContainerInstance, Status};
use super::reference::{cluster_name, missing, paged_arns, short};
use super::refusal::{invalid, not_simulated};
use super::task::{Stop, StopCode};
use super::{joining, scheduler};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// Those that are ACTIVE or DRAINING, unless a status is asked for.
pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    if input.text("filter").is_some_and(|filter| !filter.is_empty()) {
        return Err(not_simulated("cluster query language"));
    }
    let status = input.text("status");
    let cluster = context.region().ecs.living_cluster(input)?;
    let wanted = |instance: &&ContainerInstance| {
        let have: &str = instance.status.into();
        instance.is_registered() && status.is_none_or(|wanted| wanted == have)
    };
    let mut arns: Vec<String> = cluster.instances.values().filter(wanted).map(|one| one.arn.clone()).collect();
    arns.sort();
    paged_arns(input, "containerInstanceArns", 100, arns)
}

/// Those that have gone are described too, as INACTIVE.
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let asked = named(input, 100)?;
    let with_tags = input.texts("include").contains(&"TAGS");
    let place = context.arn("ecs", &format!("container-instance/{}", cluster_name(input)));
    let cluster = context.region().ecs.living_cluster(input)?;
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for reference in asked {
        match cluster.instances.get(short(reference)) {
            Some(instance) => found.push(cluster.render_instance(instance, with_tags)),
            None => failures.push(missing(&format!("{place}/{}", short(reference)))),
        }
    }
    Ok(json!({"containerInstances": found, "failures": failures}))
}

/// Draining moves the tasks of services elsewhere; other tasks stay.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-draining.html>
pub(super) fn update_state(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let status = match input.required("status")? {
        "ACTIVE" => Status::Active,
        "DRAINING" => Status::Draining,
        _ => return Err(invalid("Container instance status should be one of [ACTIVE, DRAINING].")),
    };
    let asked = named(input, 10)?;
    let place = context.arn("ecs", &format!("container-instance/{}", cluster_name(input)));
    let cluster = context.region().ecs.living_cluster(input)?;
    let (mut changed, mut failures) = (Vec::new(), Vec::new());
    for reference in asked {
        let id = short(reference);
        match cluster.instances.get_mut(id) {
            Some(instance) if instance.is_registered() => {
                instance.status = status;
                changed.push(id);
            }
            Some(_) => failures.push(json!({"arn": format!("{place}/{id}"), "reason": "INACTIVE"})),
            None => failures.push(missing(&format!("{place}/{id}"))),
        }
    }
    let shown = changed.iter().filter_map(|id| cluster.instances.get(*id));
    let shown: Vec<Value> = shown.map(|instance| cluster.render_instance(instance, false)).collect();
    scheduler::unsettle(context, cluster_name(input));
    Ok(json!({"containerInstances": shown, "failures": failures}))
}

/// Only with `force` while tasks run there.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterContainerInstance.html>
pub(super) fn deregister(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = short(input.required("containerInstance")?).to_owned();
    let forced = input.flag("force")?.unwrap_or(false);
    let name = cluster_name(input);
    let instance = registered(context.region().ecs.living_cluster(input)?, &id)?;
    if instance.task_ids().next().is_some() && !forced {
        return Err(invalid("Found running tasks on the instance."));
    }
    let why = Stop::new(StopCode::UserInitiated, "Container instance deregistration forced by user");
    joining::remove(context, name, &id, &why);
    let cluster = context.region().ecs.living_cluster(input)?;
    let shown = cluster.instances.get(&id).map(|instance| cluster.render_instance(instance, true));
    Ok(json!({ "containerInstance": shown }))
}

fn named<'a>(input: &Input<'a>, most: usize) -> Result<Vec<&'a str>, AwsError> {
    let asked = input.texts("containerInstances");
    if asked.is_empty() {
        return Err(invalid("Container instances cannot be empty."));
    }
    if asked.len() > most {
        return Err(invalid(format!("Container instances can have at most {most} items.")));
    }
    Ok(asked)
}

fn registered<'a>(cluster: &'a Cluster, id: &str) -> Result<&'a ContainerInstance, AwsError> {
    let found = cluster.instances.get(id).filter(|instance| instance.is_registered());
    found.ok_or_else(|| invalid("The referenced container instance was not found."))
}

impl Cluster {
    fn render_instance(&self, instance: &ContainerInstance, with_tags: bool) -> Value {
        let tasks = instance.task_ids().filter_map(|id| self.tasks.get(id));
        instance.render(tasks, with_tags)
    }
}
