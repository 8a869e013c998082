//! Tasks go through what their containers do: those start, get healthy, and end.

use chrono::TimeDelta;

use super::TaskKey;
use super::course::{self, Course};
use super::task::{Health, Phase, Stage, Stop, StopCode, Task};
use super::{rollout, task_life};
use crate::model::context::Context;
use crate::model::logs;

/// What is due by now happens to the containers, and what follows from it to the task.
pub(super) fn proceed(context: &mut Context<'_>, key: &TaskKey) {
    let now = context.now;
    let Some(task) = context.region().ecs.task_mut(key) else { return };
    let Some(elapsed) = task.times.pull_stopped.map(|at| now - at) else { return };
    let courses = courses(task);
    let before = task.health();
    let came_up = apply(task, &courses, elapsed);
    let health_changed = before != task.health();
    task.version += 1;
    let (stage, ended) = (task.stage, essential_that_ended(task));
    let all_started = task.containers.iter().all(|state| state.phase != Phase::Pending);
    let never = stage == Stage::Pending && !all_started && course::next_change(&courses, elapsed).is_none();
    came_up.iter().for_each(|container| log(context, key, *container));
    if ended {
        return essential_ended(context, key);
    }
    if never {
        return task_life::fail(context, key, Stop::new(StopCode::TaskFailedToStart, "Task failed to start"));
    }
    if health_changed {
        task_life::wake_service(context, key);
    }
    if stage == Stage::Pending && all_started {
        task_life::has_started(context, key);
    } else {
        plan_next(context, key);
    }
}

/// The next thing that happens to a container happens.
fn plan_next(context: &mut Context<'_>, key: &TaskKey) {
    let now = context.now;
    let Some(task) = context.region().ecs.task(key) else { return };
    let Some(elapsed) = task.times.pull_stopped.map(|at| now - at) else { return };
    if let Some(next) = course::next_change(&courses(task), elapsed) {
        task_life::plan(context, key, next - elapsed);
    }
}

fn courses(task: &Task) -> Vec<Course> {
    course::plot(&task.definition.containers, &|name| task.is_commanded(name))
}

/// The places of the containers that have come up.
fn apply(task: &mut Task, courses: &[Course], elapsed: TimeDelta) -> Vec<usize> {
    let definition = task.definition.clone();
    let due = |at: Option<TimeDelta>| at.is_some_and(|at| at <= elapsed);
    let mut came_up = Vec::new();
    for (place, ((container, state), course)) in
        definition.containers.iter().zip(&mut task.containers).zip(courses).enumerate()
    {
        if state.phase == Phase::Pending && due(course.starts) {
            state.phase = Phase::Running;
            came_up.push(place);
        }
        if state.phase == Phase::Running {
            if due(course.healthy) {
                state.health = Health::Healthy;
            }
            if due(course.unhealthy) {
                state.health = Health::Unhealthy;
            }
            if let Some((_, code)) = course.ends.filter(|(at, _)| *at <= elapsed) {
                state.end(code);
                if container.behaviour.runs_out_of_memory {
                    state.reason = Some("OutOfMemoryError: Container killed due to memory usage".to_owned());
                }
            }
        }
    }
    came_up
}

fn essential_that_ended(task: &Task) -> bool {
    let containers = task.definition.containers.iter().zip(&task.containers);
    task.is_wanted() && containers.into_iter().any(|(one, state)| one.is_essential && state.phase == Phase::Stopped)
}

/// The others are stopped with it. A task that never came up counts as failed.
fn essential_ended(context: &mut Context<'_>, key: &TaskKey) {
    let Some(task) = context.region().ecs.task(key) else { return };
    let (ran, others) = (task.times.started.is_some(), task.containers.iter().any(|one| one.phase == Phase::Running));
    let why = Stop::new(StopCode::EssentialContainerExited, "Essential container in task exited");
    task_life::condemn(context, key, why);
    if !ran {
        rollout::task_failed(context, key);
    }
    if others {
        task_life::terminate(context, key);
    } else {
        task_life::wind_up(context, key);
    }
}

/// A container that comes up says so in its log.
fn log(context: &mut Context<'_>, key: &TaskKey, container: usize) {
    let Some(task) = context.region().ecs.task(key) else { return };
    let Some(found) = task.definition.containers.get(container) else { return };
    let Some(log) = &found.log else { return };
    let stream = [log.prefix.as_str(), &found.name, &task.id].join("/");
    let (group, crashes) = (log.group.clone(), found.behaviour.crashes);
    logs::write(context, &group, stream.trim_start_matches('/'), "started");
    if crashes {
        logs::write(context, &group, stream.trim_start_matches('/'), "fatal error: exits with code 1");
    }
}
