//! The service scheduler: it looks at a service, and starts and stops tasks until all is as it shall be.
//!
//! Nobody looks at all services: a service is looked at when something happened to it, and those that wait for room are
//! remembered by name.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::container_instance;
use super::deployment::Rollout;
use super::placement::Obstacle;
use super::service::Status;
use super::survey::{self, Survey};
use super::task::{Stop, StopCode};
use super::{Event, ServiceKey, TaskKey, daemon, health, news, replicas, rollout, service_event, task_life};
use crate::model::context::Context;
use crate::model::{event, timing};

/// Something about a service has changed: the scheduler looks at it soon.
pub(super) fn wake(context: &mut Context<'_>, key: &ServiceKey) {
    look_after(context, key, timing::SCHEDULER_REACTS);
}

/// Room has come free in a cluster: services may be waiting for it.
pub(super) fn wake_all(context: &mut Context<'_>, cluster: &str) {
    let waiting: Vec<String> = context.region().ecs.waiting.get(cluster).into_iter().flatten().cloned().collect();
    waiting.iter().for_each(|name| wake(context, &ServiceKey::new(cluster, name)));
}

/// Instances of a cluster drain or come back: services with tasks there are looked at, and those that wait for room.
pub(super) fn unsettle(context: &mut Context<'_>, cluster: &str) {
    let Some(found) = context.region().ecs.clusters.get(cluster) else { return };
    let draining = found.instances.values().filter(|one| one.status == container_instance::Status::Draining);
    let tasks = draining.flat_map(|one| one.task_ids()).filter_map(|id| found.tasks.get(id));
    let names: BTreeSet<String> = tasks.filter_map(|task| task.service()).map(str::to_owned).collect();
    names.iter().for_each(|name| wake(context, &ServiceKey::new(cluster, name)));
    wake_all(context, cluster);
}

/// A service waits for room in its cluster, or does not wait any more.
pub(super) fn wait_for_room(context: &mut Context<'_>, key: &ServiceKey, waits: bool) {
    let waiting = &mut context.region().ecs.waiting;
    if waits {
        waiting.entry(key.cluster.clone()).or_default().insert(key.service.clone());
    } else if let Some(names) = waiting.get_mut(&key.cluster) {
        names.remove(&key.service);
    }
}

pub(super) fn look_after(context: &mut Context<'_>, key: &ServiceKey, after: TimeDelta) {
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
    wait_for_room(context, key, false);
    let why = Stop::new(StopCode::ServiceSchedulerInitiated, format!("Service {} was deleted.", key.service));
    let living = survey::task_ids(context, key, |_| true);
    living.iter().for_each(|id| task_life::stop(context, &TaskKey::new(&key.cluster, id), why.clone()));
    let Some(service) = context.region().ecs.service_mut(key) else { return };
    let role = service.role.clone();
    let iam = &context.account().iam;
    if living.is_empty() && role.is_none_or(|role| iam.role_by_arn(&role).is_some()) {
        if let Some(service) = context.region().ecs.service_mut(key) {
            service.last_completed = service.primary().map(|primary| primary.revision.clone());
            service.deployments.clear();
            service.history.clear();
        }
        if let Some(cluster) = context.region().ecs.clusters.get_mut(&key.cluster) {
            cluster.set_status(&key.service, Status::Inactive);
        }
        return;
    }
    look_after(context, key, timing::SCHEDULER_CHECKS);
}

fn keep(context: &mut Context<'_>, key: &ServiceKey) {
    rollout::go_on(context, key);
    health::stop_ill(context, key);
    let is_daemon = context.region().ecs.service_mut(key).is_some_and(|service| service.is_daemon());
    if is_daemon {
        daemon::count(context, key);
    }
    let Some(Survey { situation, mut stoppable }) = survey::take(context, key) else { return };
    if situation.new.running() > 0 {
        rollout::forgive(context, key);
    }
    let may_start = may_start(context, key);
    let to_start = if may_start { situation.to_start() } else { 0 };
    let (started, obstacle) = match is_daemon {
        true => daemon::start(context, key, to_start),
        false => replicas::start(context, key, to_start),
    };
    let without_place = if may_start { situation.missing() - started } else { 0 };
    let doomed = stoppable.choose(situation.replaceable(without_place), situation.surplus());
    replicas::stop(context, key, &doomed);
    wait_for_room(context, key, is_daemon || obstacle.is_some());
    let mut next = timing::SCHEDULER_CHECKS;
    if let Some((obstacle, instance)) = obstacle.filter(|_| doomed.is_empty() && situation.leaving == 0) {
        if situation.is_still() && obstacle != Obstacle::NoCapacity && only_needs_room(context, key) {
            next = timing::PLACEMENT_TOLD_AGAIN;
        }
        if complain(context, key, &service_event::unplaced(obstacle, &instance)) {
            news::of_placement(context, key, obstacle);
        }
    }
    if situation.is_stuck() {
        complain(context, key, service_event::STUCK);
    }
    if situation.is_steady() {
        rollout::complete(context, key);
    } else if let Some(service) = context.region().ecs.service_mut(key) {
        service.steady_since = None;
        look_after(context, key, next);
    }
    forget_drained(context, key);
}

/// A service is as it shall be. It says so once, and again every six hours.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages.html>
pub(super) fn settle(context: &mut Context<'_>, key: &ServiceKey) {
    let now = context.now;
    let Some(service) = context.region().ecs.service_mut(key) else { return };
    service.complained = None;
    if service.steady_since.is_some() {
        return;
    }
    service.steady_since = Some(now);
    service_event::tell(context, key, service_event::STEADY);
    let Some(service) = context.region().ecs.service_mut(key) else { return };
    if !std::mem::replace(&mut service.is_reminded, true) {
        context.schedule(timing::STEADY_TOLD_AGAIN, event::Event::Ecs(Event::ServiceStaysSteady(key.clone())));
    }
}

/// Hours later: the service says again that it is steady, if it has been all the time.
pub(super) fn stay_steady(context: &mut Context<'_>, key: &ServiceKey) {
    let now = context.now;
    let Some(service) = context.region().ecs.service_mut(key) else { return };
    let Some(since) = service.steady_since.filter(|_| service.status == Status::Active) else {
        service.is_reminded = false;
        return;
    };
    let mut again = since + timing::STEADY_TOLD_AGAIN;
    if again <= now {
        service.steady_since = Some(now);
        again = now + timing::STEADY_TOLD_AGAIN;
        service_event::tell(context, key, service_event::STEADY);
    }
    context.schedule(again - now, event::Event::Ecs(Event::ServiceStaysSteady(key.clone())));
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

/// Whether nothing but an instance that comes or a task that goes ends the waiting of a service: both are told to it.
/// What its constraints say may be changed by attributes, and by the tasks of others.
fn only_needs_room(context: &mut Context<'_>, key: &ServiceKey) -> bool {
    let Some(service) = context.region().ecs.service_mut(key) else { return false };
    let constraints = service.primary().map_or(&[][..], |primary| &primary.definition().constraints);
    constraints.is_empty() && service.constraints.as_array().is_none_or(Vec::is_empty)
}

/// Older deployments without tasks are not shown any more.
fn forget_drained(context: &mut Context<'_>, key: &ServiceKey) {
    let Some(service) = context.region().ecs.service_mut(key) else { return };
    let mut place = 0;
    service.deployments.retain(|one| {
        place += 1;
        place == 1 || one.counts.living > 0
    });
}

/// What is true for long is not said at every look. Tells whether it is said now.
fn complain(context: &mut Context<'_>, key: &ServiceKey, told: &str) -> bool {
    let now = context.now;
    let Some(service) = context.region().ecs.service_mut(key) else { return false };
    let is_old = |(at, said): &(_, String)| *said != told || *at + timing::PLACEMENT_TOLD_AGAIN <= now;
    let is_told = service.complained.as_ref().is_none_or(is_old);
    if is_told {
        service.complained = Some((now, told.to_owned()));
        service_event::tell(context, key, told);
    }
    is_told
}
