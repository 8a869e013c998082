//! The service scheduler: it looks at a service, and starts and stops tasks until all is as it shall be.

use chrono::TimeDelta;

use super::deployment::Rollout;
use super::service::{Service, Status};
use super::survey::{self, Survey};
use super::task::{Stop, StopCode};
use super::{Event, ServiceKey, TaskKey, health, replicas, rollout, service_event, task_life};
use crate::model::context::Context;
use crate::model::{event, timing};

/// Something about a service has changed: the scheduler looks at it soon.
pub(super) fn wake(context: &mut Context<'_>, key: &ServiceKey) {
    look_after(context, key, timing::SCHEDULER_REACTS);
}

/// Room has come free in a cluster: services that are not steady may be waiting for it.
pub(super) fn wake_all(context: &mut Context<'_>, cluster: &str) {
    let Some(found) = context.region().ecs.clusters.get(cluster) else { return };
    let restless = |service: &&Service| service.status != Status::Inactive && !service.is_steady;
    let names: Vec<String> = found.services.values().filter(restless).map(|service| service.name.clone()).collect();
    names.iter().for_each(|name| wake(context, &ServiceKey::new(cluster, name)));
}

/// Something has changed that may matter to every service in a cluster.
pub(super) fn unsettle(context: &mut Context<'_>, cluster: &str) {
    let Some(found) = context.region().ecs.clusters.get_mut(cluster) else { return };
    found.services.values_mut().for_each(|service| service.is_steady = false);
    wake_all(context, cluster);
}

fn look_after(context: &mut Context<'_>, key: &ServiceKey, after: TimeDelta) {
    let at = context.now + after;
    let Some(service) = context.region().ecs.service_mut(key) else { return };
    if service.next_look.is_some_and(|planned| planned <= at) {
        return;
    }
    service.next_look = Some(at);
    context.schedule(after, event::Event::Ecs(Event::ServiceLook(key.clone())));
}

/// One look. Of several that were planned only the earliest is taken.
pub(super) fn look(context: &mut Context<'_>, key: &ServiceKey) {
    let now = context.now;
    let Some(service) = context.region().ecs.service_mut(key).filter(|one| one.next_look == Some(now)) else { return };
    service.next_look = None;
    match service.status {
        Status::Active => keep(context, key),
        Status::Draining => drain(context, key),
        Status::Inactive => {}
    }
}

/// Stops all tasks; when the last is gone, so is the service. ECS needs the service's role until then.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html>
fn drain(context: &mut Context<'_>, key: &ServiceKey) {
    let why = Stop::new(StopCode::ServiceSchedulerInitiated, format!("Service {} was deleted.", key.service));
    let living = survey::task_ids(context, key, |_| true);
    living.iter().for_each(|id| task_life::stop(context, &TaskKey::new(&key.cluster, id), why.clone()));
    let Some(service) = context.region().ecs.service_mut(key) else { return };
    let role = service.role.clone();
    let iam = &context.account().iam;
    if living.is_empty() && role.is_none_or(|role| iam.role_by_arn(&role).is_some()) {
        if let Some(service) = context.region().ecs.service_mut(key) {
            service.status = Status::Inactive;
            service.deployments.clear();
        }
        return;
    }
    look_after(context, key, timing::SCHEDULER_CHECKS);
}

fn keep(context: &mut Context<'_>, key: &ServiceKey) {
    health::stop_ill(context, key);
    let Some(Survey { situation, mut stoppable }) = survey::take(context, key) else { return };
    if situation.new.running() > 0 {
        rollout::forgive(context, key);
    }
    let may_start = may_start(context, key);
    let (started, obstacle) = replicas::start(context, key, if may_start { situation.to_start() } else { 0 });
    let without_place = if may_start { situation.missing() - started } else { 0 };
    let doomed = stoppable.choose(situation.replaceable(without_place), situation.surplus());
    replicas::stop(context, key, &doomed);
    if let Some((obstacle, instance)) = obstacle.filter(|_| doomed.is_empty() && situation.leaving == 0) {
        tell_at_times(context, key, &service_event::unplaced(obstacle, &instance));
    }
    if situation.is_stuck() {
        tell_at_times(context, key, service_event::STUCK);
    }
    if situation.is_steady() {
        rollout::complete(context, key);
        watch(context, key);
    } else if let Some(service) = context.region().ecs.service_mut(key) {
        service.is_steady = false;
        look_after(context, key, timing::SCHEDULER_CHECKS);
    }
    forget_drained(context, key);
}

/// A steady service has nothing to wait for but its load balancers' checks.
fn watch(context: &mut Context<'_>, key: &ServiceKey) {
    let service = context.region().ecs.service_mut(key);
    if service.is_some_and(|service| !service.balancers.is_empty()) {
        look_after(context, key, timing::LOAD_BALANCERS_WATCHED);
    }
}

/// A failed deployment starts nothing more, and one whose tasks keep failing waits.
fn may_start(context: &mut Context<'_>, key: &ServiceKey) -> bool {
    let now = context.now;
    let service = context.region().ecs.service_mut(key);
    let primary = service.as_ref().and_then(|service| service.primary());
    primary.is_some_and(|primary| {
        primary.rollout != Rollout::Failed && primary.waits_until.is_none_or(|until| until <= now)
    })
}

/// Older deployments without tasks are not shown any more.
fn forget_drained(context: &mut Context<'_>, key: &ServiceKey) {
    let Some(cluster) = context.region().ecs.clusters.get(&key.cluster) else { return };
    let living: Vec<String> = cluster.tasks_of(&key.service).filter_map(|task| task.started_by.clone()).collect();
    let Some(service) = context.region().ecs.service_mut(key) else { return };
    let primary = service.primary().map(|primary| primary.id.clone());
    service.deployments.retain(|one| primary.as_ref() == Some(&one.id) || living.contains(&one.id));
}

/// What is true for long is not said at every look.
fn tell_at_times(context: &mut Context<'_>, key: &ServiceKey, told: &str) {
    let now = context.now;
    let Some(service) = context.region().ecs.service_mut(key) else { return };
    if service.obstacle_told.is_none_or(|at| at + timing::PLACEMENT_TOLD_AGAIN <= now) {
        service.obstacle_told = Some(now);
        service_event::tell(context, key, told);
    }
}
