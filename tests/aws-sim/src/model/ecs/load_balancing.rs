//! Tasks and their classic load balancers: an instance is registered while a task of the service runs on it.

use std::collections::BTreeSet;

use super::balancer::{Balancer, Target};
use super::container::Protocol;
use super::service::Service;
use super::task::Stage;
use super::{ServiceKey, TaskKey, scheduler, service_event};
use crate::model::context::Context;
use crate::model::elb;

/// Whether a healthy task listens on that TCP port of that EC2 instance.
pub(crate) fn listens(context: &mut Context<'_>, instance_id: &str, port: u16) -> bool {
    let ecs = &context.region().ecs;
    let Some((cluster, id)) = ecs.hosts.get(instance_id) else { return false };
    let Some(cluster) = ecs.clusters.get(cluster) else { return false };
    let here = cluster.instances.get(id).into_iter().flat_map(|instance| instance.task_ids());
    let mut tasks = here.filter_map(|task| cluster.tasks.get(task));
    tasks.any(|task| {
        let bound = task.bindings.iter().any(|one| one.host == port && one.mapping.protocol == Protocol::Tcp);
        bound && task.is_up() && !task.behaviour.is_unhealthy
    })
}

/// A task has come up.
pub(super) fn join(context: &mut Context<'_>, key: &TaskKey) {
    let Some((service, balancers, instance_id)) = parties(context, key) else { return };
    for Balancer { target: Target::Classic(name), .. } in balancers {
        elb::register(context, &name, &instance_id);
        service_event::tell(context, &service, &format!("registered 1 instances in (elb {name})"));
    }
}

/// A running task is about to end. Whether it had a load balancer to leave.
pub(super) fn leave(context: &mut Context<'_>, key: &TaskKey) -> bool {
    let Some((service, balancers, instance_id)) = parties(context, key) else { return false };
    if balancers.is_empty() || has_mates(context, key, &service) {
        return false;
    }
    for Balancer { target: Target::Classic(name), .. } in balancers {
        elb::deregister(context, &name, &instance_id);
        service_event::tell(context, &service, &format!("deregistered 1 instances in (elb {name})"));
    }
    service_event::tell(context, &service, "has begun draining connections on 1 tasks.");
    true
}

/// Whether all load balancers of its service send requests to where the task runs.
pub(super) fn is_in_service(context: &mut Context<'_>, key: &TaskKey) -> bool {
    let Some((_, balancers, instance_id)) = parties(context, key) else { return false };
    balancers
        .iter()
        .all(|Balancer { target: Target::Classic(name), .. }| elb::is_in_service(context, name, &instance_id))
}

/// The name of a load balancer that has given up on where the task runs, and the EC2 instance's id.
pub(super) fn failing(context: &mut Context<'_>, key: &TaskKey) -> Option<(String, String)> {
    let (_, balancers, instance_id) = parties(context, key)?;
    let mut names = balancers.into_iter().map(|Balancer { target: Target::Classic(name), .. }| name);
    let failed = names.find(|name| elb::has_failed(context, name, &instance_id))?;
    Some((failed, instance_id))
}

/// A load balancer has come to another opinion of an instance: services with tasks there are looked at.
pub(crate) fn balancer_speaks(context: &mut Context<'_>, instance_id: &str) {
    let ecs = &context.region().ecs;
    let Some((name, id)) = ecs.hosts.get(instance_id).cloned() else { return };
    let Some(cluster) = ecs.clusters.get(&name) else { return };
    let tasks = cluster.instances.get(&id).into_iter().flat_map(|instance| instance.task_ids());
    let services = tasks.filter_map(|task| cluster.tasks.get(task)?.service());
    let balanced = services.filter(|service| cluster.services.get(*service).is_some_and(Service::has_balancers));
    let keys: BTreeSet<String> = balanced.map(str::to_owned).collect();
    keys.iter().for_each(|service| scheduler::wake(context, &ServiceKey::new(&name, service)));
}

/// The service of a running task, the service's load balancers, and the EC2 instance that the task runs on.
fn parties(context: &mut Context<'_>, key: &TaskKey) -> Option<(ServiceKey, Vec<Balancer>, String)> {
    let cluster = context.region().ecs.clusters.get(&key.cluster)?;
    let task = cluster.tasks.get(&key.task).filter(|task| task.stage == Stage::Running)?;
    let service = cluster.services.get(task.service()?)?;
    let instance_id = cluster.instances.get(&task.instance)?.agent.instance_id.clone();
    let own = service.deployments.iter().find(|one| task.started_by.as_ref() == Some(&one.id));
    let balancers = own.map(|own| own.revision.workload.balancers.clone()).unwrap_or_default();
    Some((key.service(&service.name), balancers, instance_id))
}

/// Whether another task of the service runs on the same instance.
fn has_mates(context: &mut Context<'_>, key: &TaskKey, service: &ServiceKey) -> bool {
    let Some(cluster) = context.region().ecs.clusters.get(&key.cluster) else { return false };
    let Some(task) = cluster.tasks.get(&key.task) else { return false };
    let running = cluster.tasks_of(&service.service).filter(|one| one.stage == Stage::Running);
    running.into_iter().any(|one| one.instance == task.instance && one.id != task.id)
}
