//! What becomes of deployments: they complete, or fail and are rolled back.

use chrono::TimeDelta;

use super::circuit_breaker;
use super::deployment::{Deployment, Rollout};
use super::{ServiceKey, TaskKey, scheduler, service_event};
use crate::model::context::Context;
use crate::model::timing;

/// After how many failures in a row the scheduler begins to wait before it tries again.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html>
const FAILURES_AT_ONCE: i64 = 3;

/// A task of the primary deployment serves: the failures before it are forgiven.
pub(super) fn forgive(context: &mut Context<'_>, key: &ServiceKey) {
    let service = context.region().ecs.service_mut(key);
    if let Some(primary) = service.and_then(|service| service.deployments.first_mut()) {
        (primary.failures, primary.waits_until) = (0, None);
    }
}

/// A task of a service could not start, or has failed its checks.
pub(super) fn task_failed(context: &mut Context<'_>, key: &TaskKey) {
    let now = context.now;
    let Some((service, id)) = deployment_of(context, key) else { return };
    let Some(kept) = context.region().ecs.service_mut(&service) else { return };
    let Some(deployment) = kept.deployment_mut(&id) else { return };
    deployment.failures += 1;
    let failures = deployment.failures;
    let delay = start_delay(failures);
    if delay > TimeDelta::zero() {
        deployment.waits_until = Some(now + delay);
    }
    if failures == FAILURES_AT_ONCE + 1 {
        let told = "is unable to consistently start tasks successfully. For more information, see the Troubleshooting \
                    section of the Amazon ECS Developer Guide.";
        service_event::tell(context, &service, told);
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
            Some(format!("(deployment {}) deployment completed.", primary.id))
        }
        Rollout::Completed | Rollout::Failed => None,
    };
    if primary.rollout == Rollout::Completed {
        service.last_completed = service.deployments.first().cloned();
    }
    let was_steady = std::mem::replace(&mut service.is_steady, true);
    if let Some(told) = told {
        service_event::tell(context, key, &told);
    }
    if !was_steady {
        service_event::tell(context, key, "has reached a steady state.");
    }
}

/// Makes a deployment the primary one; the one before it goes on as an older one.
pub(super) fn promote(context: &mut Context<'_>, key: &ServiceKey, deployment: Deployment) {
    let Some(service) = context.region().ecs.service_mut(key) else { return };
    service.deployments.retain(|one| one.id != deployment.id);
    service.deployments.insert(0, deployment);
    service.is_steady = false;
    scheduler::wake(context, key);
}

/// The scheduler waits ever longer, but never more than a quarter of an hour.
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
        assert_eq!(seconds, [0, 0, 10, 20, 40, 900]);
    }
}
