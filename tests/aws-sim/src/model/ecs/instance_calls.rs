//! The calls about container instances.

use serde_json::{Value, json};

use super::cluster::Cluster;
use super::container_instance::{ContainerInstance, Status};
use super::expression::Expression;
use super::reference::{cluster_name, missing, paged_arns, short};
use super::refusal::invalid;
use super::task::{Stop, StopCode};
use super::{Event, capacity_waiting, joining, news, scheduler};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::{event, timing};

/// The newest version of the agent.
const NEWEST_AGENT: &str = "1.89.2";

/// Those that are ACTIVE or DRAINING, unless a status is asked for.
pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let filter = match input.text("filter").filter(|filter| !filter.is_empty()) {
        Some(text) => Some(Expression::parse(text).ok_or_else(|| invalid(format!("Invalid filter '{text}'.")))?),
        None => None,
    };
    let status = input.text("status");
    let cluster = context.region().ecs.living_cluster(input)?;
    let wanted = |instance: &&ContainerInstance| {
        let have: &str = instance.status.into();
        instance.is_registered()
            && status.is_none_or(|wanted| wanted == have)
            && filter.as_ref().is_none_or(|filter| filter.holds(&|subject| instance.values(subject)))
    };
    let mut arns: Vec<String> = cluster.instances.values().filter(wanted).map(|one| one.arn.clone()).collect();
    arns.sort();
    paged_arns(input, "containerInstanceArns", 100, arns)
}

/// Those that have gone are described too, as INACTIVE.
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let asked = named(input, 100)?;
    let place = context.arn("ecs", &format!("container-instance/{}", cluster_name(input)));
    let cluster = context.region().ecs.living_cluster(input)?;
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for reference in asked {
        match cluster.instances.get(short(reference)) {
            Some(instance) => found.push(cluster.render_instance(instance, &input.texts("include"))),
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
                (instance.status, instance.version) = (status, instance.version + 1);
                changed.push(id);
            }
            Some(_) => failures.push(json!({"arn": format!("{place}/{id}"), "reason": "INACTIVE"})),
            None => failures.push(missing(&format!("{place}/{id}"))),
        }
    }
    let shown = changed.iter().filter_map(|id| cluster.instances.get(*id));
    let shown: Vec<Value> = shown.map(|instance| cluster.render_instance(instance, &[])).collect();
    changed.iter().for_each(|id| news::of_instance(context, cluster_name(input), id));
    capacity_waiting::room_came_free(context, cluster_name(input));
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
    let shown = cluster.instances.get(&id).map(|instance| cluster.render_instance(instance, &["TAGS"]));
    Ok(json!({ "containerInstance": shown }))
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateContainerAgent.html>
pub(super) fn update_agent(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = short(input.required("containerInstance")?).to_owned();
    let name = cluster_name(input).to_owned();
    let cluster = context.region().ecs.living_cluster(input)?;
    let instance = registered(cluster, &id)?;
    if instance.agent_update.as_deref() == Some("PENDING") {
        let message = "There's already a current Amazon ECS container agent update in progress on the container instance \
                       that's specified.";
        return Err(AwsError::new("UpdateInProgressException", message));
    }
    if instance.agent_version == NEWEST_AGENT {
        let message = "There's no update available for this Amazon ECS container agent.";
        return Err(AwsError::new("NoUpdateAvailableException", message));
    }
    let Some(instance) = cluster.instances.get_mut(&id) else { return Ok(json!({})) };
    instance.agent_update = Some("PENDING".to_owned());
    let shown = cluster.instances.get(&id).map(|instance| cluster.render_instance(instance, &[]));
    let updated = Event::AgentUpdated { cluster: name, instance: id };
    context.schedule(timing::AGENT_UPDATES, event::Event::Ecs(updated));
    Ok(json!({ "containerInstance": shown }))
}

/// An agent has the newest version.
pub(super) fn agent_updated(context: &mut Context<'_>, cluster: &str, id: &str) {
    let found = context.region().ecs.clusters.get_mut(cluster);
    if let Some(instance) = found.and_then(|cluster| cluster.instances.get_mut(id)) {
        NEWEST_AGENT.clone_into(&mut instance.agent_version);
        instance.agent_update = Some("UPDATED".to_owned());
    }
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
