//! The deployment circuit breaker: a deployment whose tasks fail too often is given up.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html>

use super::deployment::Rollout;
use super::{ServiceKey, rollout, service_event};
use crate::model::context::Context;

/// Trips if the primary deployment has failed often enough.
pub(super) fn check(context: &mut Context<'_>, key: &ServiceKey) {
    let now = context.now;
    let Some(service) = context.region().ecs.service_mut(key) else { return };
    let Some(breaker) = service.rolling.breaker.filter(|breaker| breaker.is_on) else { return };
    let (desired, last) = (service.desired, service.last_completed.clone());
    let Some(primary) = service.deployments.first_mut() else { return };
    if primary.rollout != Rollout::InProgress || primary.failures < threshold(desired) {
        return;
    }
    primary.become_so(Rollout::Failed, "ECS deployment circuit breaker: tasks failed to start.".to_owned(), now);
    let failed = primary.id.clone();
    service_event::tell(context, key, &format!("(deployment {failed}) deployment failed: tasks failed to start."));
    if let Some(mut last) = last.filter(|last| breaker.rolls_back && last.id != failed) {
        service_event::tell(context, key, &format!("rolling back to deployment {}.", last.id));
        let reason = format!("ECS deployment circuit breaker: rolling back to deploymentId {}.", last.id);
        last.become_so(Rollout::InProgress, reason, now);
        rollout::promote(context, key, last);
    }
}

/// Half of the desired count, but at least 3 and at most 200.
fn threshold(desired: i64) -> i64 {
    ((desired + 1) / 2).clamp(3, 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_desired_count_may_fail_within_bounds() {
        assert_eq!([1, 6, 7, 100, 1000].map(threshold), [3, 3, 4, 50, 200]);
    }
}
