//! How tasks live: they are pulled, start, run, and stop by themselves or because somebody wants it.
//!
//! Every change gives a task a new version; what was scheduled for an older version does not happen.

use chrono::TimeDelta;
use serde_json::Value;

use super::image::Behaviour;
use super::placement::Spot;
use super::tally::{self, Counted};
use super::task::{Stage, Stop, StopCode, Task, Times};
use super::task_definition::TaskDefinition;
use super::{Event, TaskKey, load_balancing, rollout, scheduler};
use crate::model::context::Context;
use crate::model::tags::Tags;
use crate::model::{event, iam, logs, timing};
use std::sync::Arc;

/// What a new task shall be.
pub(super) struct Wanted<'a> {
    pub(super) definition: &'a Arc<TaskDefinition>,
    pub(super) group: &'a str,
    pub(super) started_by: Option<String>,
    pub(super) overrides: Value,
    /// Whether it ends by itself whatever its image is called.
    pub(super) finishes: bool,
    pub(super) tags: Tags,
}

/// Starts a task on an instance, and tells its id.
pub(super) fn start(context: &mut Context<'_>, cluster: &str, spot: Spot, wanted: Wanted<'_>) -> Option<String> {
    let id = context.world.ids.hex(32);
    let arn = context.arn("ecs", &format!("task/{cluster}/{id}"));
    let now = context.now;
    let cluster_state = context.region().ecs.clusters.get_mut(cluster)?;
    let instance = cluster_state.instances.get_mut(&spot.instance)?;
    instance.hold(&id, spot.held);
    let mut behaviour = Behaviour::of(&wanted.definition.containers);
    behaviour.finishes |= wanted.finishes;
    let task = Task {
        id: id.clone(),
        arn,
        definition: wanted.definition.clone(),
        zone: instance.agent.zone.clone(),
        instance: spot.instance,
        group: wanted.group.to_owned(),
        started_by: wanted.started_by,
        stage: Stage::Provisioning,
        bindings: spot.bindings,
        behaviour,
        times: Times::from(now),
        stop: None,
        exit_code: None,
        overrides: wanted.overrides,
        version: 1,
        counted: Counted::default(),
        tags: wanted.tags,
    };
    if let Some(service) = task.service().and_then(|name| cluster_state.services.get_mut(name)) {
        service.tasks.insert(id.clone());
    }
    cluster_state.tasks.insert(id.clone(), task);
    plan(context, &TaskKey::new(cluster, &id), timing::TASK_PROVISIONING);
    Some(id)
}

/// A task's next stage is due.
pub(super) fn move_on(context: &mut Context<'_>, key: &TaskKey, version: i64) {
    let Some(task) = context.region().ecs.task(key).filter(|task| task.version == version) else { return };
    match task.stage {
        Stage::Provisioning => pull(context, key),
        Stage::Pending => come_up(context, key),
        Stage::Running => run_out(context, key),
        Stage::Deactivating => match load_balancing::drains_for(context, key) {
            Some(rest) => enter(context, key, Stage::Deactivating, rest),
            None => terminate(context, key),
        },
        Stage::Stopping => {
            // 137 is SIGKILL.
            let exit_code = if task.behaviour.is_stubborn { 137 } else { 0 };
            end(context, key, Some(exit_code));
        }
        Stage::Stopped => {}
    }
}

/// Somebody wants a task to stop. Nothing happens to one that is stopping already.
pub(super) fn stop(context: &mut Context<'_>, key: &TaskKey, why: Stop) {
    let now = context.now;
    let Some(task) = context.region().ecs.task_mut(key).filter(|task| task.is_wanted()) else { return };
    task.stop = Some(why);
    task.times.stopping = Some(now);
    let stage = task.stage;
    tally::recount(context, key);
    match stage {
        Stage::Provisioning | Stage::Pending => {
            enter(context, key, stage, timing::TASK_PROVISIONING);
        }
        Stage::Running if load_balancing::leave(context, key) => {
            enter(context, key, Stage::Deactivating, timing::TASK_DEACTIVATING)
        }
        Stage::Running => terminate(context, key),
        Stage::Deactivating | Stage::Stopping | Stage::Stopped => {}
    }
}

/// The instance under a task is gone, and the task with it, at once.
pub(super) fn lose(context: &mut Context<'_>, key: &TaskKey, why: Stop) {
    let now = context.now;
    let Some(task) = context.region().ecs.task_mut(key).filter(|task| task.stage != Stage::Stopped) else { return };
    task.times.stopping.get_or_insert(now);
    task.stop = Some(why);
    end(context, key, None);
}

fn pull(context: &mut Context<'_>, key: &TaskKey) {
    let now = context.now;
    let Some(task) = context.region().ecs.task_mut(key) else { return };
    if !task.is_wanted() {
        return end(context, key, None);
    }
    task.times.pull_started = Some(now);
    let takes = if task.behaviour.is_slow { timing::SLOW_IMAGE_PULL } else { timing::IMAGE_PULL };
    enter(context, key, Stage::Pending, takes);
}

fn come_up(context: &mut Context<'_>, key: &TaskKey) {
    let now = context.now;
    let Some(task) = context.region().ecs.task_mut(key) else { return };
    if !task.is_wanted() {
        return end(context, key, None);
    }
    task.times.pull_stopped = Some(now);
    let behaviour = task.behaviour;
    if let Some(why) = obstacle(context, key) {
        return fail_to_start(context, key, why, None);
    }
    if behaviour.crashes {
        let why = Stop::new(StopCode::EssentialContainerExited, "Essential container in task exited");
        return fail_to_start(context, key, why, Some(1));
    }
    let Some(task) = context.region().ecs.task_mut(key) else { return };
    (task.stage, task.times.started) = (Stage::Running, Some(now));
    task.version += 1;
    tally::recount(context, key);
    load_balancing::join(context, key);
    if behaviour.finishes || behaviour.dies {
        plan(context, key, timing::BATCH_RUNS);
    }
    wake_service(context, key);
}

/// What keeps a task from starting: its image, its roles, its log group.
fn obstacle(context: &mut Context<'_>, key: &TaskKey) -> Option<Stop> {
    let task = context.region().ecs.task(key)?;
    let (definition, id, missing) = (task.definition.clone(), task.id.clone(), task.behaviour.is_missing);
    let failed =
        |reason: String| Stop::new(StopCode::TaskFailedToStart, "Task failed to start").with_container_reason(reason);
    if missing {
        let image = definition.containers.iter().map(|one| &one.image).find(|image| image.contains("missing"))?;
        return Some(failed(format!(
            "CannotPullContainerError: Error response from daemon: manifest for {image} not found: manifest unknown"
        )));
    }
    if let Some(role) = definition.roles().find(|arn| iam::can_be_assumed_by(context, arn, iam::TASKS).is_err()) {
        return Some(failed(format!("ECS was unable to assume the role '{role}' that was provided for this task.")));
    }
    if let Some(reason) = missing_secret(context, &definition) {
        return Some(failed(reason));
    }
    for container in &definition.containers {
        let Some((group, prefix)) = &container.log else { continue };
        let stream = [prefix.as_str(), &container.name, &id].join("/");
        if !logs::write(context, group, stream.trim_start_matches('/'), "started") {
            return Some(failed(
                "CannotStartContainerError: Error response from daemon: failed to initialize logging driver: failed to \
                 create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist."
                    .to_owned(),
            ));
        }
    }
    None
}

/// Secrets out of Parameter Store must be there. Those of Secrets Manager are not looked at.
fn missing_secret(context: &mut Context<'_>, definition: &TaskDefinition) -> Option<String> {
    let ssm = &context.region().ssm;
    let sources = definition.containers.iter().flat_map(|container| &container.secrets);
    let mut parameters = sources.filter(|source| !source.contains(":secretsmanager:"));
    let missing = parameters.find(|source| ssm.value(source).is_none())?;
    Some(format!(
        "ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secrets from ssm: \
         Invalid parameters: {missing}"
    ))
}

fn fail_to_start(context: &mut Context<'_>, key: &TaskKey, why: Stop, exit_code: Option<i32>) {
    let now = context.now;
    if let Some(task) = context.region().ecs.task_mut(key) {
        (task.stop, task.times.stopping) = (Some(why), Some(now));
    }
    rollout::task_failed(context, key);
    end(context, key, exit_code);
}

/// The essential container of a running task ends by itself.
fn run_out(context: &mut Context<'_>, key: &TaskKey) {
    let now = context.now;
    let Some(task) = context.region().ecs.task_mut(key) else { return };
    task.stop = Some(Stop::new(StopCode::EssentialContainerExited, "Essential container in task exited"));
    task.times.stopping = Some(now);
    let exit_code = i32::from(task.behaviour.dies);
    end(context, key, Some(exit_code));
}

fn terminate(context: &mut Context<'_>, key: &TaskKey) {
    let Some(task) = context.region().ecs.task(key) else { return };
    let timeouts = task.definition.containers.iter().filter_map(|container| container.stop_timeout);
    let until_killed = timeouts.max().map_or(timing::STOP_TIMEOUT, TimeDelta::seconds);
    let takes = if task.behaviour.is_stubborn { until_killed } else { timing::TASK_STOPPING.min(until_killed) };
    enter(context, key, Stage::Stopping, takes);
}

/// The task is stopped: what it held is free again.
fn end(context: &mut Context<'_>, key: &TaskKey, exit_code: Option<i32>) {
    load_balancing::leave(context, key);
    let now = context.now;
    let Some(cluster) = context.region().ecs.clusters.get_mut(&key.cluster) else { return };
    let Some(task) = cluster.tasks.get_mut(&key.task) else { return };
    (task.stage, task.times.stopped, task.exit_code) = (Stage::Stopped, Some(now), exit_code);
    task.version += 1;
    if let Some(instance) = cluster.instances.get_mut(&task.instance) {
        instance.release(&key.task);
    }
    if let Some(service) = task.service().and_then(|name| cluster.services.get_mut(name)) {
        service.tasks.shift_remove(&key.task);
        service.steady_since = None;
    }
    tally::recount(context, key);
    context.schedule(timing::STILL_DESCRIBED, event::Event::Ecs(Event::TaskForgotten(key.clone())));
    wake_service(context, key);
    scheduler::wake_all(context, &key.cluster);
}

fn wake_service(context: &mut Context<'_>, key: &TaskKey) {
    let service = context.region().ecs.task(key).and_then(|task| task.service()).map(|name| key.service(name));
    if let Some(service) = service {
        scheduler::wake(context, &service);
    }
}

fn enter(context: &mut Context<'_>, key: &TaskKey, stage: Stage, for_how_long: TimeDelta) {
    let Some(task) = context.region().ecs.task_mut(key) else { return };
    task.stage = stage;
    task.version += 1;
    plan(context, key, for_how_long);
}

fn plan(context: &mut Context<'_>, key: &TaskKey, after: TimeDelta) {
    tally::recount(context, key);
    let Some(version) = context.region().ecs.task(key).map(|task| task.version) else { return };
    context.schedule(after, event::Event::Ecs(Event::TaskMoves { key: key.clone(), version }));
}
