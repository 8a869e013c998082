//! Tasks that wait for instances of their capacity provider, and what becomes of them.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-auto-scaling.html>

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::placement::{self, Order};
use super::placement_rules::Rules;
use super::task::{Stop, StopCode};
use super::{Event, TaskKey, managed_scaling, task_life, task_start};
use crate::model::context::Context;
use crate::model::{event, timing};

/// As many tasks of a cluster may wait.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html>
pub(super) const MOST: usize = 500;

/// A task that waits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Waiting {
    pub(super) task: String,
    pub(super) rules: Rules,
    pub(super) provider: String,
}

/// A task has been started that has no place: its provider is to see to one.
pub(super) fn wait(context: &mut Context<'_>, key: &TaskKey, rules: Rules, provider: &str) {
    if let Some(cluster) = context.region().ecs.clusters.get_mut(&key.cluster) {
        cluster.waiting.push(Waiting { task: key.task.clone(), rules, provider: provider.to_owned() });
    }
    context.schedule(timing::CAPACITY_AWAITED, event::Event::Ecs(Event::CapacityAwaited(key.clone())));
    managed_scaling::watch(context, provider);
}

/// A task does not wait any more.
pub(super) fn forget(context: &mut Context<'_>, key: &TaskKey) {
    if let Some(cluster) = context.region().ecs.clusters.get_mut(&key.cluster) {
        cluster.waiting.retain(|one| one.task != key.task);
    }
}

/// It has waited long enough.
pub(super) fn give_up(context: &mut Context<'_>, key: &TaskKey) {
    let cluster = context.region().ecs.clusters.get(&key.cluster);
    if cluster.is_some_and(|cluster| cluster.waiting.iter().any(|one| one.task == key.task)) {
        let reason = "Timeout waiting for EC2 capacity to be provisioned.";
        task_life::fail(context, key, Stop::new(StopCode::TaskFailedToStart, reason));
    }
}

/// An instance has come, or a task has gone: those that wait try again, the oldest first. When one has found no place,
/// the others of its kind are not tried.
pub(super) fn room_came_free(context: &mut Context<'_>, cluster: &str) {
    let Some(found) = context.region().ecs.clusters.get(cluster).filter(|one| !one.waiting.is_empty()) else { return };
    let mut hopeless: BTreeSet<(String, String)> = BTreeSet::new();
    for one in found.waiting.clone() {
        let Some(found) = context.region().ecs.clusters.get(cluster) else { return };
        let Some(task) = found.tasks.get(&one.task) else { continue };
        let kind = (one.provider.clone(), task.definition.arn.clone());
        if hopeless.contains(&kind) {
            continue;
        }
        let order = Order {
            definition: &task.definition,
            needs: task.needs,
            group: &task.group,
            rules: &one.rules,
            provider: Some(&one.provider),
        };
        match placement::find(found, &order) {
            Ok(spot) => {
                let key = TaskKey::new(cluster, &one.task);
                forget(context, &key);
                task_start::settle(context, &key, spot);
            }
            Err(_) => {
                hopeless.insert(kind);
            }
        }
    }
}
