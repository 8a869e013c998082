//! How EC2 instances come into clusters and go out of them.

use super::TaskKey;
use super::cluster::Cluster;
use super::container_instance::{Agent, ContainerInstance, Status};
use super::task::{Stop, StopCode};
use super::{Event, account_setting, capacity_waiting, managed_scaling, news, scheduler, task_life};
use crate::model::autoscaling::managed;
use crate::model::context::Context;
use crate::model::{event, timing};

/// An agent joins its cluster. False if there is no such cluster: the agent has to try again. The default cluster is made
/// for the first one that asks for it.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html>
pub(crate) fn instance_joined(context: &mut Context<'_>, agent: &Agent) -> bool {
    let group = managed::group_of(context, &agent.instance_id);
    let (id, now) = (context.world.ids.hex(32), context.now);
    let arn = context.arn("ecs", &format!("container-instance/{}/{id}", agent.cluster));
    let cluster_arn = context.arn("ecs", &format!("cluster/{}", agent.cluster));
    let trunking = account_setting::is_on(context, "awsvpcTrunking");
    let ecs = &mut context.region().ecs;
    if agent.cluster == "default" && !ecs.clusters.contains_key("default") {
        ecs.clusters.insert("default".to_owned(), Cluster::new("default", cluster_arn));
    }
    let provider = group.and_then(|group| Some(ecs.provider_of_group(&agent.cluster, &group)?.name.clone()));
    let Some(cluster) = ecs.clusters.get_mut(&agent.cluster).filter(|cluster| cluster.is_active) else {
        tracing::debug!(cluster = agent.cluster, "an agent finds no cluster");
        return false;
    };
    if let Some((name, known)) = ecs.hosts.get(&agent.instance_id).cloned() {
        reconnected(context, &name, &known);
        return true;
    }
    let mut instance = ContainerInstance::new(id.clone(), arn, agent.clone(), now, trunking);
    instance.provider.clone_from(&provider);
    cluster.instances.insert(id.clone(), instance);
    ecs.hosts.insert(agent.instance_id.clone(), (agent.cluster.clone(), id.clone()));
    news::of_instance(context, &agent.cluster, &id);
    capacity_waiting::room_came_free(context, &agent.cluster);
    scheduler::wake_all(context, &agent.cluster);
    if let Some(provider) = provider {
        managed_scaling::watch(context, &provider);
    }
    true
}

/// An instance that was stopped has started again.
fn reconnected(context: &mut Context<'_>, cluster: &str, id: &str) {
    let found = context.region().ecs.clusters.get_mut(cluster);
    if let Some(instance) = found.and_then(|cluster| cluster.instances.get_mut(id)) {
        instance.is_connected = true;
    }
    news::of_instance(context, cluster, id);
    capacity_waiting::room_came_free(context, cluster);
    scheduler::wake_all(context, cluster);
}

/// An EC2 instance is terminated: its tasks end, its container instance goes.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deregister_container_instance.html>
pub(crate) fn instance_gone(context: &mut Context<'_>, instance_id: &str) {
    let Some((cluster, id)) = context.region().ecs.hosts.get(instance_id).cloned() else { return };
    let reason = format!("Host EC2 (instance {instance_id}) terminated.");
    remove(context, &cluster, &id, &Stop::new(StopCode::TerminationNotice, reason));
}

/// An EC2 instance is stopped: its tasks end, its agent is not connected, its container instance stays.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-disconnected-troubleshooting.html>
pub(crate) fn instance_stopped(context: &mut Context<'_>, instance_id: &str) {
    let Some((cluster, id)) = context.region().ecs.hosts.get(instance_id).cloned() else { return };
    let found = context.region().ecs.clusters.get_mut(&cluster);
    if let Some(instance) = found.and_then(|cluster| cluster.instances.get_mut(&id)) {
        instance.is_connected = false;
    }
    news::of_instance(context, &cluster, &id);
    let reason = format!("Host EC2 (instance {instance_id}) stopped.");
    lose_tasks(context, &cluster, &id, &Stop::new(StopCode::TerminationNotice, reason));
}

/// The Auto Scaling group of an instance is about to end it: it drains first. One that is in no cluster has nothing to
/// drain.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instance-draining.html>
pub(crate) fn instance_leaves(context: &mut Context<'_>, instance_id: &str) {
    let ecs = &mut context.region().ecs;
    let host = ecs.hosts.get(instance_id).cloned();
    let instance = host.as_ref().and_then(|(name, id)| ecs.clusters.get_mut(name)?.instances.get_mut(id));
    match (instance, host) {
        (Some(instance), Some((cluster, id))) => {
            (instance.status, instance.is_leaving) = (Status::Draining, true);
            news::of_instance(context, &cluster, &id);
            scheduler::unsettle(context, &cluster);
            check_drained(context, &cluster, &id);
        }
        (Some(_) | None, _) => managed::has_drained(context, instance_id),
    }
}

/// An instance that is to leave has no tasks any more: it may go.
pub(super) fn check_drained(context: &mut Context<'_>, cluster: &str, id: &str) {
    let Some(found) = context.region().ecs.clusters.get(cluster) else { return };
    let Some(instance) = found.instances.get(id) else { return };
    if instance.is_leaving && instance.task_count() == 0 {
        let host = instance.agent.instance_id.clone();
        managed::has_drained(context, &host);
    }
}

/// Takes a container instance out of its cluster, and everything on it out of the world. It is described on for a while.
pub(super) fn remove(context: &mut Context<'_>, cluster: &str, id: &str, why: &Stop) {
    let ecs = &mut context.region().ecs;
    let Some(found) = ecs.clusters.get_mut(cluster) else { return };
    let Some(instance) = found.instances.get_mut(id) else { return };
    instance.status = Status::Inactive;
    let host = instance.agent.instance_id.clone();
    ecs.hosts.remove(&host);
    let forgotten = Event::InstanceForgotten { cluster: cluster.to_owned(), instance: id.to_owned() };
    context.schedule(timing::STILL_DESCRIBED, event::Event::Ecs(forgotten));
    news::of_instance(context, cluster, id);
    lose_tasks(context, cluster, id, why);
}

fn lose_tasks(context: &mut Context<'_>, cluster: &str, id: &str, why: &Stop) {
    let Some(found) = context.region().ecs.clusters.get(cluster) else { return };
    let Some(instance) = found.instances.get(id) else { return };
    let tasks: Vec<String> = instance.task_ids().cloned().collect();
    for task in tasks {
        task_life::lose(context, &TaskKey::new(cluster, &task), why.clone());
    }
    scheduler::wake_all(context, cluster);
}

/// Nobody describes an instance that left long ago.
pub(super) fn forget(context: &mut Context<'_>, cluster: &str, id: &str) {
    if let Some(found) = context.region().ecs.clusters.get_mut(cluster)
        && found.instances.get(id).is_some_and(|one| !one.is_registered())
    {
        found.instances.shift_remove(id);
    }
}
