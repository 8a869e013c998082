//! Daemon services: one task on each instance that takes it.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service-options.html>

use std::collections::BTreeSet;

use super::ServiceKey;
use super::container_instance::Status;
use super::placement::{self, Needs, Obstacle, Order};
use super::placement_rules::Rules;
use super::replicas::StandingOrder;
use super::task_start::{self, Place};
use super::{scheduler, service_event};
use crate::model::context::Context;

/// Counts the instances that shall have a task, and remembers to follow those that come and go.
pub(super) fn count(context: &mut Context<'_>, key: &ServiceKey) {
    scheduler::wait_for_room(context, key, true);
    let Some(cluster) = context.region().ecs.clusters.get(&key.cluster) else { return };
    let Some(service) = cluster.services.get(&key.service) else { return };
    let rules = Rules::of(&service.constraints, &service.strategy);
    let Some(primary) = service.primary() else { return };
    let group = format!("service:{}", key.service);
    let needs = Needs::of(primary.definition());
    let order = Order { definition: primary.definition(), needs, group: &group, rules: &rules, provider: None };
    let takes = |obstacle: Option<Obstacle>| match obstacle {
        // Room will come free, but an instance does not change what it is.
        None | Some(Obstacle::Cpu | Obstacle::Memory | Obstacle::Port | Obstacle::Interface | Obstacle::Distinct) => {
            true
        }
        Some(
            Obstacle::NoInstance | Obstacle::NoCapacity | Obstacle::Agent | Obstacle::Attribute | Obstacle::MemberOf,
        ) => false,
    };
    let active = cluster.instances.values().filter(|instance| instance.status == Status::Active);
    let desired = active.filter(|instance| takes(placement::fit_on(instance, &order).err())).count();
    let desired = i64::try_from(desired).unwrap_or(i64::MAX);
    if let Some(service) = context.region().ecs.service_mut(key) {
        service.desired = desired;
    }
}

/// Starts a task on each instance that has none, at most so many, and tells how many and what was in the way.
pub(super) fn start(context: &mut Context<'_>, key: &ServiceKey, most: i64) -> (i64, Option<(Obstacle, String)>) {
    let (mut started, mut obstacle) = (Vec::new(), None);
    let Some(standing) = StandingOrder::of(context, key) else { return (0, None) };
    for instance in vacant(context, key) {
        if i64::try_from(started.len()).is_ok_and(|count| count >= most) {
            break;
        }
        let Some(cluster) = context.region().ecs.clusters.get(&key.cluster) else { break };
        let Some(found) = cluster.instances.get(&instance) else { continue };
        match placement::fit_on(found, &standing.order()) {
            Ok(spot) => {
                let (plan, wanted) = (standing.plan(), standing.wanted());
                let network = plan.network.as_ref();
                started.extend(task_start::start(context, &key.cluster, Place::On(spot), None, network, wanted));
            }
            Err(what) => obstacle = Some((what, instance)),
        }
    }
    if !started.is_empty() {
        let told = format!("has started {} tasks: {}.", started.len(), service_event::named_tasks(&started));
        service_event::tell(context, key, &told);
    }
    (i64::try_from(started.len()).unwrap_or(i64::MAX), obstacle)
}

/// The instances on which no task of the service is, not even one that stops.
fn vacant(context: &mut Context<'_>, key: &ServiceKey) -> Vec<String> {
    let Some(cluster) = context.region().ecs.clusters.get(&key.cluster) else { return Vec::new() };
    let taken: BTreeSet<&String> = cluster.tasks_of(&key.service).map(|task| &task.instance).collect();
    let active = cluster.instances.values().filter(|instance| instance.status == Status::Active);
    active.filter(|instance| !taken.contains(&instance.id)).map(|instance| instance.id.clone()).collect()
}
