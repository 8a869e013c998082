//! The deployment circuit breaker: a deployment whose tasks fail too often is given up.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html>

use super::deployment::Rollout;
use super::{ServiceKey, news, rollout, service_event};
use crate::model::context::Context;

/// What the service deployment says of it.
const BACK: &str = "Service deployment rolled back because the circuit breaker threshold was exceeded.";
const OVER: &str = "Service deployment failed because the circuit breaker threshold was exceeded.";

/// Trips if the primary deployment has failed often enough.
pub(super) fn check(context: &mut Context<'_>, key: &ServiceKey) {
    let now = context.now;
    let Some(service) = context.region().ecs.service_mut(key) else { return };
    let Some(breaker) = service.configuration.breaker.filter(|breaker| breaker.is_on) else { return };
    let (threshold, last) = (breaker.threshold(service.desired), service.last_completed.clone());
    let Some(primary) = service.deployments.first_mut() else { return };
    if primary.rollout != Rollout::InProgress || primary.breaker_failures < threshold {
        return;
    }
    primary.become_so(Rollout::Failed, "ECS deployment circuit breaker: tasks failed to start.".to_owned(), now);
    let failed = primary.id.clone();
    if let Some(record) = service.ongoing() {
        record.threshold = threshold;
    }
    service_event::tell(context, key, &format!("(deployment {failed}) deployment failed: tasks failed to start."));
    news::of_deployment(context, key);
    match last.filter(|last| breaker.rolls_back && last.deployment_id() != failed) {
        Some(last) => {
            let id = last.deployment_id();
            let reason = format!("ECS deployment circuit breaker: rolling back to deploymentId {id}.");
            rollout::roll_back(context, key, &last, BACK, reason);
        }
        None => {
            if let Some(service) = context.region().ecs.service_mut(key) {
                rollout::give_up(service, OVER, now);
            }
        }
    }
}
