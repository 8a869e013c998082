//! Tasks that run but are no good: their containers or their load balancers say so.

use chrono::TimeDelta;

use super::load_balancing::{self, Membership};
use super::survey::task_ids;
use super::task::{Stage, Stop, StopCode, Task};
use super::{ServiceKey, TaskKey, rollout, service_event, task_life};
use crate::model::context::Context;
use crate::model::timing;

/// Tasks that fail checks for too long are stopped, so that others take their places.
pub(super) fn stop_ill(context: &mut Context<'_>, key: &ServiceKey) {
    let now = context.now;
    let grace = context.region().ecs.service_mut(key).and_then(|service| service.grace).unwrap_or_default();
    let mature = |task: &Task| task.times.started.is_some_and(|at| at + TimeDelta::seconds(grace) <= now);
    let running = task_ids(context, key, |task| task.is_wanted() && task.stage == Stage::Running && mature(task));
    for id in running {
        let task = TaskKey::new(&key.cluster, &id);
        if let Some((told, reason)) = diagnose(context, &task) {
            service_event::tell(context, key, &told);
            rollout::task_failed(context, &task);
            task_life::stop(context, &task, Stop::new(StopCode::ServiceSchedulerInitiated, reason));
        }
    }
}

/// What the service says of an ill task, and the reason for which it is stopped.
fn diagnose(context: &mut Context<'_>, key: &TaskKey) -> Option<(String, String)> {
    let now = context.now;
    let task = context.region().ecs.task(key)?;
    let gave_time = task.times.started.is_some_and(|at| at + timing::HEALTH_CHECK_FAILS <= now);
    if gave_time && task.health() == "UNHEALTHY" {
        let told = format!("(task {}) failed container health checks.", task.id);
        return Some((told, "Task failed container health checks".to_owned()));
    }
    let (membership, why) = load_balancing::failing(context, key)?;
    let (who, place) = match membership {
        Membership::Classic { name, instance_id } => (format!("(instance {instance_id})"), format!("(elb {name})")),
        Membership::Target { group, id, port, zone, .. } => {
            let who = if zone.is_some() { format!("(task {})", key.task) } else { format!("(instance {id})") };
            (format!("{who} (port {port})"), format!("(target-group {group})"))
        }
    };
    let told = format!("{who} is unhealthy in {place} due to (reason {why})");
    Some((told, format!("Task failed ELB health checks in {place}")))
}
