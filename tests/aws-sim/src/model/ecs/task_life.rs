//! How tasks live: they get their place in the network, are pulled, start, run, and stop by themselves or because
//! somebody wants it. What their containers do is in `course`.
//!
//! Every change gives a task a new version; what was scheduled for an older version does not happen.

use chrono::TimeDelta;

use super::attachment::Status;
use super::launch::LaunchType;
use super::task::{ContainerState, Phase, Stage, Stop};
use super::{
    Event, TaskKey, capacity_waiting, discovery, joining, load_balancing, news, rollout, scheduler, spot, tally,
    task_course, task_network, task_obstacle,
};
use crate::model::context::Context;
use crate::model::{event, timing};

/// A task's next stage is due.
pub(super) fn move_on(context: &mut Context<'_>, key: &TaskKey, version: i64) {
    let Some(task) = context.region().ecs.task(key).filter(|task| task.version == version) else { return };
    let is_wanted = task.is_wanted();
    let (started, stopped) = (task.times.pull_started.is_some(), task.times.pull_stopped.is_some());
    match task.stage {
        Stage::Provisioning | Stage::Pending if !is_wanted => wind_up(context, key),
        Stage::Provisioning => task_network::provision(context, key),
        Stage::Pending if !started => pull(context, key),
        Stage::Pending if !stopped => come_up(context, key),
        Stage::Activating => become_running(context, key),
        Stage::Pending | Stage::Running => task_course::proceed(context, key),
        Stage::Deactivating => match load_balancing::drains_for(context, key) {
            Some(rest) => enter(context, key, Stage::Deactivating, rest),
            None => terminate(context, key),
        },
        Stage::Stopping => {
            finish_containers(context, key);
            wind_up(context, key);
        }
        Stage::Deprovisioning => end(context, key),
        Stage::Stopped => {}
    }
}

/// Somebody wants a task to stop. Nothing happens to one that is stopping already.
pub(super) fn stop(context: &mut Context<'_>, key: &TaskKey, why: Stop) {
    let Some(task) = context.region().ecs.task(key).filter(|task| task.is_wanted()) else { return };
    let (stage, has_run) = (task.stage, task.containers.iter().any(|one| one.phase == Phase::Running));
    condemn(context, key, why);
    match stage {
        Stage::Provisioning | Stage::Pending if !has_run => enter(context, key, stage, timing::TASK_PROVISIONING),
        Stage::Running if load_balancing::leave(context, key) => {
            enter(context, key, Stage::Deactivating, timing::TASK_DEACTIVATING);
        }
        Stage::Provisioning | Stage::Pending | Stage::Activating | Stage::Running => terminate(context, key),
        Stage::Deactivating | Stage::Stopping | Stage::Deprovisioning | Stage::Stopped => {}
    }
}

/// The instance under a task is gone, and the task with it, at once.
pub(super) fn lose(context: &mut Context<'_>, key: &TaskKey, why: Stop) {
    if context.region().ecs.task(key).is_none_or(|task| task.stage == Stage::Stopped) {
        return;
    }
    condemn(context, key, why);
    if let Some(task) = context.region().ecs.task_mut(key) {
        task.containers.iter_mut().for_each(|state| state.phase = Phase::Stopped);
    }
    end(context, key);
}

/// A task cannot start, or has ended before it ran.
pub(super) fn fail(context: &mut Context<'_>, key: &TaskKey, why: Stop) {
    let reason = why.container_reason.clone();
    condemn(context, key, why);
    if let Some(task) = context.region().ecs.task_mut(key) {
        let definition = task.definition.clone();
        let first = definition.containers.iter().position(|one| one.is_essential).unwrap_or_default();
        if let (Some(state), Some(reason)) = (task.containers.get_mut(first), reason) {
            state.reason = Some(reason);
        }
    }
    rollout::task_failed(context, key);
    wind_up(context, key);
}

/// From now on the task is to stop.
pub(super) fn condemn(context: &mut Context<'_>, key: &TaskKey, why: Stop) {
    let now = context.now;
    let Some(cluster) = context.region().ecs.clusters.get_mut(&key.cluster) else { return };
    let Some(task) = cluster.tasks.get_mut(&key.task) else { return };
    task.times.stopping.get_or_insert(now);
    task.stop = Some(Box::new(why));
    cluster.index.forsake(&key.task);
    capacity_waiting::forget(context, key);
    discovery::leave(context, key);
    tally::recount(context, key);
    news::of_task(context, key);
}

fn pull(context: &mut Context<'_>, key: &TaskKey) {
    let now = context.now;
    let Some(task) = context.region().ecs.task_mut(key) else { return };
    task.times.pull_started = Some(now);
    let is_slow = task.essential().any(|behaviour| behaviour.is_slow);
    let takes = match (is_slow, task.launch) {
        (true, _) => timing::SLOW_IMAGE_PULL,
        (false, LaunchType::Ec2) => timing::IMAGE_PULL,
        (false, LaunchType::Fargate) => timing::FARGATE_IMAGE_PULL,
    };
    enter(context, key, Stage::Pending, takes);
}

fn come_up(context: &mut Context<'_>, key: &TaskKey) {
    let now = context.now;
    if let Some(task) = context.region().ecs.task_mut(key) {
        task.times.pull_stopped = Some(now);
    }
    match task_obstacle::find(context, key) {
        Some(why) => fail(context, key, why),
        None => task_course::proceed(context, key),
    }
}

/// All containers have started.
pub(super) fn has_started(context: &mut Context<'_>, key: &TaskKey) {
    let has_interface = context.region().ecs.task(key).is_some_and(|task| task.attachment.is_some());
    if has_interface {
        enter(context, key, Stage::Activating, timing::TASK_ACTIVATING);
    } else {
        become_running(context, key);
    }
}

fn become_running(context: &mut Context<'_>, key: &TaskKey) {
    let now = context.now;
    let Some(cluster) = context.region().ecs.clusters.get_mut(&key.cluster) else { return };
    cluster.set_stage(&key.task, Stage::Running);
    if let Some(task) = cluster.tasks.get_mut(&key.task) {
        task.times.started = Some(now);
    }
    tally::recount(context, key);
    load_balancing::join(context, key);
    discovery::join(context, key);
    news::of_task(context, key);
    wake_service(context, key);
    spot::watch(context, key);
    task_course::proceed(context, key);
}

/// SIGTERM: until the slowest container has ended or is killed.
pub(super) fn terminate(context: &mut Context<'_>, key: &TaskKey) {
    let Some(task) = context.region().ecs.task(key) else { return };
    let timeouts = task.definition.containers.iter().filter_map(|container| container.stop_timeout);
    let until_killed = timeouts.max().map_or(timing::STOP_TIMEOUT, TimeDelta::seconds);
    let is_stubborn = task.essential().any(|behaviour| behaviour.is_stubborn);
    let takes = if is_stubborn { until_killed } else { timing::TASK_STOPPING.min(until_killed) };
    enter(context, key, Stage::Stopping, takes);
}

/// Every container that runs ends as it does when it is told to.
fn finish_containers(context: &mut Context<'_>, key: &TaskKey) {
    let Some(task) = context.region().ecs.task_mut(key) else { return };
    let definition = task.definition.clone();
    for (container, state) in definition.containers.iter().zip(&mut task.containers) {
        if state.phase == Phase::Running {
            state.end(container.behaviour.code_when_stopped());
        }
    }
}

/// Nothing runs any more: what the task has in the network is taken away, then it is stopped.
pub(super) fn wind_up(context: &mut Context<'_>, key: &TaskKey) {
    let now = context.now;
    let Some(task) = context.region().ecs.task_mut(key) else { return };
    task.containers.iter_mut().for_each(|state| state.phase = Phase::Stopped);
    if task.times.pull_started.is_some() {
        task.times.execution_stopped.get_or_insert(now);
    }
    let has_interface = task.attachment.as_ref().is_some_and(|one| one.interface.is_some());
    let takes = match task.launch {
        LaunchType::Ec2 => timing::TASK_DEPROVISIONING,
        LaunchType::Fargate => timing::FARGATE_DEPROVISIONING,
    };
    if has_interface {
        load_balancing::leave(context, key);
        task_network::mark(context, key, Status::Detaching);
        enter(context, key, Stage::Deprovisioning, takes);
    } else {
        end(context, key);
    }
}

/// The task is stopped: what it held is free again.
fn end(context: &mut Context<'_>, key: &TaskKey) {
    load_balancing::leave(context, key);
    task_network::release(context, key);
    let now = context.now;
    let Some(cluster) = context.region().ecs.clusters.get_mut(&key.cluster) else { return };
    cluster.set_stage(&key.task, Stage::Stopped);
    let Some(task) = cluster.tasks.get_mut(&key.task) else { return };
    task.times.stopped = Some(now);
    let host = task.instance.clone();
    if let Some(instance) = cluster.instances.get_mut(&task.instance) {
        instance.release(&key.task);
    }
    if let Some(service) = task.service().and_then(|name| cluster.services.get_mut(name)) {
        service.tasks.shift_remove(&key.task);
        service.steady_since = None;
    }
    context.schedule(timing::STILL_DESCRIBED, event::Event::Ecs(Event::TaskForgotten(key.clone())));
    tally::recount(context, key);
    joining::check_drained(context, &key.cluster, &host);
    capacity_waiting::room_came_free(context, &key.cluster);
    scheduler::wake_all(context, &key.cluster);
    news::of_task(context, key);
    wake_service(context, key);
}

impl ContainerState {
    pub(super) fn end(&mut self, exit_code: i32) {
        (self.phase, self.exit_code) = (Phase::Stopped, Some(exit_code));
    }
}

pub(super) fn wake_service(context: &mut Context<'_>, key: &TaskKey) {
    let service = context.region().ecs.task(key).and_then(|task| task.service()).map(|name| key.service(name));
    if let Some(service) = service {
        scheduler::wake(context, &service);
    }
}

/// The task is at a stage, and goes on after a while.
pub(super) fn enter(context: &mut Context<'_>, key: &TaskKey, stage: Stage, for_how_long: TimeDelta) {
    let Some(cluster) = context.region().ecs.clusters.get_mut(&key.cluster) else { return };
    let is_new = cluster.tasks.get(&key.task).is_some_and(|task| task.stage != stage);
    cluster.set_stage(&key.task, stage);
    tally::recount(context, key);
    plan(context, key, for_how_long);
    if is_new {
        news::of_task(context, key);
    }
}

pub(super) fn plan(context: &mut Context<'_>, key: &TaskKey, after: TimeDelta) {
    let Some(version) = context.region().ecs.task(key).map(|task| task.version) else { return };
    context.schedule(after, event::Event::Ecs(Event::TaskMoves { key: key.clone(), version }));
}
