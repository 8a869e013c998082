//! How EC2 instances come into clusters and go out of them.

use super::TaskKey;
use super::container_instance::{Agent, ContainerInstance, Status};
use super::scheduler;
use super::task::{Stop, StopCode};
use super::task_life;
use crate::model::context::Context;

/// An agent joins its cluster. False if there is no such cluster: the agent has to try again.
pub(crate) fn instance_joined(context: &mut Context<'_>, agent: &Agent) -> bool {
    let (id, now) = (context.world.ids.hex(32), context.now);
    let arn = context.arn("ecs", &format!("container-instance/{}/{id}", agent.cluster));
    let ecs = &mut context.region().ecs;
    let Some(cluster) = ecs.clusters.get_mut(&agent.cluster).filter(|cluster| cluster.is_active) else {
        tracing::debug!(cluster = agent.cluster, "an agent finds no cluster");
        return false;
    };
    if ecs.hosts.contains_key(&agent.instance_id) {
        return true;
    }
    cluster.instances.insert(id.clone(), ContainerInstance::new(id.clone(), arn, agent.clone(), now));
    ecs.hosts.insert(agent.instance_id.clone(), (agent.cluster.clone(), id));
    scheduler::wake_all(context, &agent.cluster);
    true
}

/// An EC2 instance stops or is terminated: its agent disconnects, its tasks end, its container instance goes.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deregister_container_instance.html>
pub(crate) fn instance_gone(context: &mut Context<'_>, instance_id: &str) {
    let Some((cluster, id)) = context.region().ecs.hosts.get(instance_id).cloned() else { return };
    let reason = format!("Host EC2 (instance {instance_id}) terminated.");
    remove(context, &cluster, &id, &Stop::new(StopCode::TerminationNotice, reason));
}

/// Takes a container instance out of its cluster, and everything on it out of the world.
pub(super) fn remove(context: &mut Context<'_>, cluster: &str, id: &str, why: &Stop) {
    let ecs = &mut context.region().ecs;
    let Some(found) = ecs.clusters.get_mut(cluster) else { return };
    let Some(instance) = found.instances.get_mut(id) else { return };
    instance.status = Status::Inactive;
    let (tasks, host): (Vec<String>, _) = (instance.task_ids().cloned().collect(), instance.agent.instance_id.clone());
    ecs.hosts.remove(&host);
    for task in tasks {
        task_life::lose(context, &TaskKey::new(cluster, &task), why.clone());
    }
    scheduler::wake_all(context, cluster);
}
