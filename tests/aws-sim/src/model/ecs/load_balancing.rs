//! Tasks and their load balancers: a task of a service is registered while it runs.
//!
//! Behind a classic load balancer the instance is registered, once however many of the service's tasks run on it; in a
//! target group every task is a target of its own.

use chrono::TimeDelta;

use super::balancer::{Balancer, Target};
use super::container::Protocol;
use super::task::{Stage, Task};
use super::{ServiceKey, TaskKey, scheduler, service_event};
use crate::model::context::Context;
use crate::model::elbv2::target_access::{self, TargetState};
use crate::model::{ec2, elb};

/// What a task is for one of its load balancers.
#[derive(Debug, Clone)]
pub(super) enum Membership {
    Classic { name: String, instance_id: String },
    Target { group: String, id: String, port: u16, zone: Option<String>, vpc_id: String },
}

/// What a load balancer thinks of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Opinion {
    Waiting,
    Good,
    /// Why it sends no requests.
    Bad(String),
}

/// Whether a healthy task listens on that TCP port of that EC2 instance.
pub(crate) fn listens(context: &mut Context<'_>, instance_id: &str, port: u16) -> bool {
    let ecs = &context.region().ecs;
    let Some((cluster, id)) = ecs.hosts.get(instance_id) else { return false };
    let Some(cluster) = ecs.clusters.get(cluster) else { return false };
    let here = cluster.instances.get(id).into_iter().flat_map(|instance| instance.task_ids());
    let mut tasks = here.filter_map(|task| cluster.tasks.get(task));
    tasks.any(|task| {
        let bound = task.bindings.iter().any(|one| one.host == port && one.mapping.protocol == Protocol::Tcp);
        bound && task.answers()
    })
}

/// Whether a healthy task with that interface of its own listens on that port.
pub(crate) fn interface_listens(context: &mut Context<'_>, interface_id: &str, port: u16) -> bool {
    let ecs = &context.region().ecs;
    let Some(task) = ecs.addresses.get(interface_id).and_then(|key| ecs.task(key)) else { return false };
    let mut ports = task.definition.containers.iter().flat_map(|container| &container.ports);
    task.answers() && ports.any(|mapping| mapping.container == port && mapping.protocol == Protocol::Tcp)
}

/// A load balancer or a target group has come to another opinion of a target: its services are looked at.
pub(crate) fn balancer_speaks(context: &mut Context<'_>, name: &str) {
    let keys: Vec<ServiceKey> = context.region().ecs.watchers.get(name).into_iter().flatten().cloned().collect();
    keys.iter().for_each(|key| scheduler::wake(context, key));
}

/// From now on a service hears what its load balancers say.
pub(super) fn watch(context: &mut Context<'_>, key: &ServiceKey, balancers: &[Balancer]) {
    let watchers = &mut context.region().ecs.watchers;
    for name in balancers.iter().flat_map(|one| std::iter::once(one.name()).chain(one.groups())) {
        watchers.entry(name.to_owned()).or_default().insert(key.clone());
    }
}

/// A task has come up.
pub(super) fn join(context: &mut Context<'_>, key: &TaskKey) {
    let Some((service, memberships)) = memberships(context, key) else { return };
    let ecs = &mut context.region().ecs;
    let attachment = ecs.task(key).and_then(|task| task.attachment.as_ref());
    let interface = attachment.and_then(|one| one.interface.as_ref()).map(|made| made.id.clone());
    if let Some(interface) = interface.filter(|_| !memberships.is_empty()) {
        ecs.addresses.insert(interface, key.clone());
    }
    for membership in memberships {
        let told = match &membership {
            Membership::Classic { name, instance_id } => {
                elb::register(context, name, instance_id);
                format!("registered 1 instances in (elb {name})")
            }
            Membership::Target { group, id, port, zone, vpc_id } => {
                match target_access::target_group(context, group).map(|facts| facts.vpc_id) {
                    Some(own) if own == *vpc_id => {
                        target_access::register_target(context, group, id, Some(*port), zone.as_deref());
                        format!("registered 1 targets in (target-group {group})")
                    }
                    Some(own) => format!(
                        "failed to register targets in (target-group {group}) with (error The following targets are not \
                         in the target group VPC '{own}': '{id}')"
                    ),
                    None => format!(
                        "failed to register targets in (target-group {group}) with (error One or more target groups not \
                         found)"
                    ),
                }
            }
        };
        service_event::tell(context, &service, &told);
    }
}

/// A running task is about to end. Whether it had a load balancer to leave.
pub(super) fn leave(context: &mut Context<'_>, key: &TaskKey) -> bool {
    let Some((service, memberships)) = memberships(context, key) else { return false };
    let mut has_left = false;
    for membership in memberships {
        match membership {
            Membership::Classic { .. } if has_mates(context, key, &service) => continue,
            Membership::Classic { name, instance_id } => {
                elb::deregister(context, &name, &instance_id);
                service_event::tell(context, &service, &format!("deregistered 1 instances in (elb {name})"));
            }
            Membership::Target { group, id, port, .. } => {
                if !is_registered(context, &group, &id, port) {
                    continue;
                }
                target_access::deregister_target(context, &group, &id, Some(port));
                service_event::tell(context, &service, &format!("deregistered 1 targets in (target-group {group})"));
            }
        }
        has_left = true;
    }
    if has_left {
        service_event::tell(context, &service, "has begun draining connections on 1 tasks.");
    }
    has_left
}

/// For how long target groups still let old connections of a task end; none if no group does.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/load-balancer-connection-draining.html>
pub(super) fn drains_for(context: &mut Context<'_>, key: &TaskKey) -> Option<TimeDelta> {
    let now = context.now;
    let began = context.region().ecs.task(key)?.times.stopping?;
    let (_, memberships) = memberships(context, key)?;
    let mut longest = None;
    for membership in memberships {
        let Membership::Target { group, id, port, .. } = membership else { continue };
        let health = target_access::target_health(context, &group, &id, Some(port));
        if health.is_some_and(|health| health.state == TargetState::Draining) {
            let delay = target_access::target_group(context, &group)?.deregistration_delay;
            longest = longest.max(Some((began + delay - now).max(TimeDelta::seconds(1))));
        }
    }
    longest
}

/// Whether all load balancers of its service send requests to a task.
pub(super) fn is_in_service(context: &mut Context<'_>, key: &TaskKey) -> bool {
    let Some((_, memberships)) = memberships(context, key) else { return false };
    memberships.iter().all(|membership| membership.opinion(context) == Opinion::Good)
}

/// The load balancer that has given up on a task, and why.
pub(super) fn failing(context: &mut Context<'_>, key: &TaskKey) -> Option<(Membership, String)> {
    let (_, memberships) = memberships(context, key)?;
    memberships.into_iter().find_map(|membership| match membership.opinion(context) {
        Opinion::Bad(reason) => Some((membership, reason)),
        Opinion::Waiting | Opinion::Good => None,
    })
}

impl Membership {
    fn opinion(&self, context: &mut Context<'_>) -> Opinion {
        match self {
            Self::Classic { name, instance_id } if elb::is_in_service(context, name, instance_id) => Opinion::Good,
            Self::Classic { name, instance_id } if elb::has_failed(context, name, instance_id) => Opinion::Bad(
                "Instance has failed at least the UnhealthyThreshold number of health checks consecutively.".to_owned(),
            ),
            Self::Classic { .. } => Opinion::Waiting,
            Self::Target { group, id, port, .. } => {
                let Some(health) = target_access::target_health(context, group, id, Some(*port)) else {
                    return Opinion::Waiting;
                };
                match health.state {
                    TargetState::Healthy => Opinion::Good,
                    TargetState::Unhealthy => Opinion::Bad(health.description.unwrap_or_default()),
                    TargetState::Initial | TargetState::Unused | TargetState::Draining => Opinion::Waiting,
                }
            }
        }
    }
}

/// The service of a task that runs or is being taken out of its load balancers, and what it is for those.
fn memberships(context: &mut Context<'_>, key: &TaskKey) -> Option<(ServiceKey, Vec<Membership>)> {
    let region = context.region();
    let cluster = region.ecs.clusters.get(&key.cluster)?;
    let task = cluster.tasks.get(&key.task).filter(|task| task.is_up())?;
    let service = cluster.services.get(task.service()?)?;
    let own = service.deployments.iter().find(|one| task.started_by.as_ref() == Some(&one.id))?;
    let agent = cluster.instances.get(&task.instance).map(|instance| &instance.agent);
    let found = own.revision.workload.balancers.iter().filter_map(|balancer| match &balancer.target {
        Target::Classic(name) => {
            Some(Membership::Classic { name: name.clone(), instance_id: agent?.instance_id.clone() })
        }
        Target::Group(group) => {
            let group = match &balancer.shift {
                Some(shift) if own.is_on_other_group => &shift.other_group,
                Some(_) | None => group,
            };
            let zone = task.private_ip().map(|_| task.zone.clone());
            let own_address = task.private_ip().map(str::to_owned);
            let (id, port, vpc_id) = match own_address {
                Some(ip) => (ip, u16::try_from(balancer.port).ok()?, vpc_of(&region.ec2, task)?),
                None => (agent?.instance_id.clone(), host_port(task, balancer)?, agent?.vpc_id.clone()),
            };
            Some(Membership::Target { group: group.clone(), id, port, zone, vpc_id })
        }
    });
    Some((key.service(&service.name), found.collect()))
}

/// The VPC of a task that has an interface of its own.
fn vpc_of(ec2: &ec2::State, task: &Task) -> Option<String> {
    let subnet = ec2.subnets.get(&task.attachment.as_ref()?.subnet_id)?;
    Some(subnet.vpc_id.clone())
}

/// The port of the instance under which the container is reached.
fn host_port(task: &Task, balancer: &Balancer) -> Option<u16> {
    let mut bound = task.bindings.iter();
    let wanted = |mapping: u16| i64::from(mapping) == balancer.port;
    Some(bound.find(|one| one.container == balancer.container && wanted(one.mapping.container))?.host)
}

fn is_registered(context: &mut Context<'_>, group: &str, id: &str, port: u16) -> bool {
    let health = target_access::target_health(context, group, id, Some(port));
    health.is_some_and(|health| health.state != TargetState::Draining && health.reason != Some("Target.NotRegistered"))
}

/// Whether another task of the service runs on the same instance.
fn has_mates(context: &mut Context<'_>, key: &TaskKey, service: &ServiceKey) -> bool {
    let Some(cluster) = context.region().ecs.clusters.get(&key.cluster) else { return false };
    let Some(task) = cluster.tasks.get(&key.task) else { return false };
    let running = cluster.tasks_of(&service.service).filter(|one| one.stage == Stage::Running);
    running.into_iter().any(|one| one.instance == task.instance && one.id != task.id)
}
