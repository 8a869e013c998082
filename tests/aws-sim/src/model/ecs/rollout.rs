//! What becomes of deployments: they begin, complete, or fail and are rolled back.

use std::sync::Arc;

use chrono::TimeDelta;

use super::deployment::{Deployment, Rollout};
use super::revision::{Revision, Workload};
use super::service::Service;
use super::service_deployment::{Rollback, ServiceDeployment, Status};
use super::{ServiceKey, TaskKey, circuit_breaker, load_balancing, news, scheduler, service_deployment, service_event};
use crate::model::clock::Moment;
use crate::model::context::Context;
use crate::model::timing;

/// After how many failures in a row the scheduler begins to wait before it tries again.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html>
const FAILURES_AT_ONCE: i64 = 3;

/// Begins the deployment of a new revision; one that is still going on is stopped for it.
pub(super) fn begin(context: &mut Context<'_>, key: &ServiceKey, workload: Workload) {
    let now = context.now;
    let Some(service) = context.region().ecs.service_mut(key) else { return };
    finish(service, Status::Stopped, None, now);
    let service = service.clone();
    let revision = Revision::new(context, &service.arn, workload);
    let record = ServiceDeployment::new(context, &service, revision.clone());
    load_balancing::watch(context, key, &revision.workload.balancers);
    let Some(service) = context.region().ecs.service_mut(key) else { return };
    service.history.retain(|old| old.created + service_deployment::KEPT > now);
    service.history.push_front(record);
    promote(context, key, Deployment::of(revision, now));
}

/// A look finds a service: what was asked of its deployment since the last look is done.
pub(super) fn go_on(context: &mut Context<'_>, key: &ServiceKey) {
    let now = context.now;
    let Some(service) = context.region().ecs.service_mut(key) else { return };
    let completed = service.last_completed.clone();
    let Some(record) = service.ongoing() else { return };
    match record.status {
        Status::Pending => record.become_so(Status::InProgress, now),
        Status::StopRequested => give_up(service, "Service deployment was stopped.", now),
        Status::RollbackRequested => {
            let goal = completed.or_else(|| record.source().cloned());
            match goal.filter(|goal| goal.number != record.target.number) {
                Some(goal) => {
                    let reason = format!("ECS deployment {} in progress.", goal.deployment_id());
                    roll_back(context, key, &goal, "Service deployment rollback was requested.", reason);
                }
                None => give_up(service, "Service deployment was stopped.", now),
            }
        }
        Status::InProgress
        | Status::RollbackInProgress
        | Status::Stopped
        | Status::Successful
        | Status::RollbackSuccessful
        | Status::RollbackFailed => {}
    }
}

/// A task of the primary deployment serves: the failures before it are forgiven.
pub(super) fn forgive(context: &mut Context<'_>, key: &ServiceKey) {
    let Some(service) = context.region().ecs.service_mut(key) else { return };
    let forgives = service.configuration.breaker.is_none_or(|breaker| breaker.forgives());
    if let Some(primary) = service.deployments.first_mut().filter(|primary| primary.failures > 0) {
        (primary.failures, primary.waits_until) = (0, None);
        if forgives {
            primary.breaker_failures = 0;
        }
    }
}

/// A task of a service could not start, or has failed its checks.
pub(super) fn task_failed(context: &mut Context<'_>, key: &TaskKey) {
    let now = context.now;
    let Some((service, id)) = deployment_of(context, key) else { return };
    let Some(kept) = context.region().ecs.service_mut(&service) else { return };
    let Some(deployment) = kept.deployment_mut(&id) else { return };
    deployment.failures += 1;
    deployment.breaker_failures += 1;
    let (failures, counted) = (deployment.failures, deployment.breaker_failures);
    let delay = start_delay(failures);
    if delay > TimeDelta::zero() {
        deployment.waits_until = Some(now + delay);
    }
    if let Some(record) = kept.ongoing().filter(|record| record.target.deployment_id() == id) {
        record.failures = counted;
    }
    if failures == FAILURES_AT_ONCE + 1 {
        service_event::tell(context, &service, service_event::UNABLE_TO_START);
    }
    circuit_breaker::check(context, &service);
}

/// All tasks are as they shall be: the primary deployment is complete, and the others are history.
pub(super) fn complete(context: &mut Context<'_>, key: &ServiceKey) {
    let now = context.now;
    let Some(service) = context.region().ecs.service_mut(key) else { return };
    service.deployments.truncate(1);
    let Some(primary) = service.deployments.first_mut() else { return };
    let told = match primary.rollout {
        Rollout::InProgress => {
            primary.become_so(Rollout::Completed, format!("ECS deployment {} completed.", primary.id), now);
            service.last_completed = Some(primary.revision.clone());
            Some(format!("(deployment {}) deployment completed.", primary.id))
        }
        Rollout::Completed | Rollout::Failed => None,
    };
    if told.is_some() {
        let is_back = service.ongoing().is_some_and(|record| record.status == Status::RollbackInProgress);
        finish(service, if is_back { Status::RollbackSuccessful } else { Status::Successful }, None, now);
    }
    if let Some(told) = told {
        service_event::tell(context, key, &told);
        news::of_deployment(context, key);
    }
    scheduler::settle(context, key);
}

/// Makes an older revision the primary one again, and records why.
pub(super) fn roll_back(
    context: &mut Context<'_>,
    key: &ServiceKey,
    goal: &Arc<Revision>,
    why: &str,
    rollout_reason: String,
) {
    let now = context.now;
    service_event::tell(context, key, &format!("rolling back to deployment {}.", goal.deployment_id()));
    let Some(service) = context.region().ecs.service_mut(key) else { return };
    if let Some(record) = service.ongoing() {
        record.rollback = Some(Rollback { reason: why.to_owned(), started: now, to: goal.clone() });
        record.reason = Some(why.to_owned());
        record.become_so(Status::RollbackInProgress, now);
    }
    if let Some(primary) = service.deployments.first_mut().filter(|primary| primary.rollout == Rollout::InProgress) {
        primary.become_so(Rollout::Failed, format!("ECS deployment {} failed.", primary.id), now);
    }
    let id = goal.deployment_id();
    let place = service.deployments.iter().position(|one| one.id == id);
    let mut deployment = match place {
        Some(place) => service.deployments.remove(place),
        None => Deployment::of(goal.clone(), now),
    };
    (deployment.failures, deployment.breaker_failures, deployment.waits_until) = (0, 0, None);
    deployment.become_so(Rollout::InProgress, rollout_reason, now);
    promote(context, key, deployment);
}

/// The primary deployment has failed for good, and nothing takes its place.
pub(super) fn give_up(service: &mut Service, why: &str, now: Moment) {
    if let Some(primary) = service.deployments.first_mut() {
        let reason = format!("ECS deployment {} failed.", primary.id);
        if primary.rollout == Rollout::InProgress {
            primary.become_so(Rollout::Failed, reason, now);
        }
    }
    let is_back = service.ongoing().is_some_and(|record| record.status == Status::RollbackInProgress);
    finish(service, if is_back { Status::RollbackFailed } else { Status::Stopped }, Some(why), now);
}

/// Ends the record of the deployment that is going on, with the counts of this moment.
fn finish(service: &mut Service, status: Status, why: Option<&str>, now: Moment) {
    let Some(record) = service.history.front().filter(|record| record.status.is_ongoing()) else { return };
    let counts = record.counts(service);
    if let Some(record) = service.ongoing() {
        record.last_counts = counts;
        record.reason = why.map(str::to_owned).or_else(|| record.reason.take());
        record.become_so(status, now);
    }
}

/// Makes a deployment the primary one; the one before it goes on as an older one.
fn promote(context: &mut Context<'_>, key: &ServiceKey, deployment: Deployment) {
    let Some(service) = context.region().ecs.service_mut(key) else { return };
    service.deployments.insert(0, deployment);
    service.steady_since = None;
    news::of_deployment(context, key);
    scheduler::wake(context, key);
}

/// The scheduler waits ever longer, up to a limit.
fn start_delay(failures: i64) -> TimeDelta {
    if failures < FAILURES_AT_ONCE {
        return TimeDelta::zero();
    }
    let doublings = u32::try_from(failures - FAILURES_AT_ONCE).unwrap_or(u32::MAX).min(16);
    let delay = timing::SCHEDULER_CHECKS * 2_i32.pow(doublings);
    delay.min(timing::LONGEST_START_DELAY)
}

fn deployment_of(context: &mut Context<'_>, key: &TaskKey) -> Option<(ServiceKey, String)> {
    let task = context.region().ecs.task(key)?;
    Some((key.service(task.service()?), task.started_by.clone()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheduler_waits_longer_with_every_failure() {
        let seconds: Vec<i64> =
            [0, 2, 3, 4, 5, 20].iter().map(|failures| start_delay(*failures).num_seconds()).collect();
        assert_eq!(seconds, [0, 0, 10, 20, 40, 1620]);
    }
}
