//! Fargate Spot: capacity that AWS takes back when it needs it. A fault on `ecs` `StopTask` that
//! contains `SpotInterruption` is how it does.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html>

use serde_json::json;

use super::task::{Stage, Stop, StopCode};
use super::{Event, TaskKey, task_life};
use crate::model::context::Context;
use crate::model::faults::capacity;
use crate::model::service::Service;
use crate::model::{event, timing};

/// A task on Spot is looked at again in a while.
pub(super) fn watch(context: &mut Context<'_>, key: &TaskKey) {
    let task = context.region().ecs.task(key);
    if task.is_some_and(|task| task.provider.as_deref() == Some("FARGATE_SPOT")) {
        context.schedule(timing::SPOT_LOOKS, event::Event::Ecs(Event::SpotLook(key.clone())));
    }
}

pub(super) fn look(context: &mut Context<'_>, key: &TaskKey) {
    let Some(task) = context.region().ecs.task(key).filter(|task| task.stage == Stage::Running) else { return };
    let asked = json!({"cluster": key.cluster, "task": task.arn, "group": task.group, "reason": "SpotInterruption"});
    match capacity::launch(context, Service::Ecs, "StopTask", asked) {
        Ok(()) => watch(context, key),
        Err(_) => {
            let why = Stop::new(StopCode::SpotInterruption, "Your Spot Task was interrupted.");
            task_life::stop(context, key, why);
        }
    }
}
