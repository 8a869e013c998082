//! The service scheduler: it looks at a service, and starts and stops tasks until all is as it shall be.

use chrono::TimeDelta;
use serde_json::json;

use super::cluster::Cluster;
use super::deployment::Rollout;
use super::placement;
use super::rolling::Situation;
use super::service::{Service, Status};
use super::task::{Stage, Stop, StopCode, Task};
use super::{Event, ServiceKey, TaskKey, container_instance, load_balancing, rollout, service_event, task_life};
use crate::model::context::Context;
use crate::model::tags::Tags;
use crate::model::{event, timing};

/// Something about a service has changed: the scheduler looks at it soon.
pub(super) fn wake(context: &mut Context<'_>, key: &ServiceKey) {
    look_after(context, key, timing::SCHEDULER_REACTS);
}

/// Room has come free in a cluster: services that are not steady may be waiting for it.
pub(super) fn wake_all(context: &mut Context<'_>, cluster: &str) {
    let Some(found) = context.region().ecs.clusters.get(cluster) else { return };
    let restless = |service: &&Service| service.status != Status::Inactive && !service.is_steady;
    let names: Vec<String> = found.services.values().filter(restless).map(|service| service.name.clone()).collect();
    names.iter().for_each(|name| wake(context, &ServiceKey::new(cluster, name)));
}

/// Something has changed that may matter to every service in a cluster.
pub(super) fn unsettle(context: &mut Context<'_>, cluster: &str) {
    let Some(found) = context.region().ecs.clusters.get_mut(cluster) else { return };
    found.services.values_mut().for_each(|service| service.is_steady = false);
    wake_all(context, cluster);
}

fn look_after(context: &mut Context<'_>, key: &ServiceKey, after: TimeDelta) {
    let at = context.now + after;
    let Some(service) = context.region().ecs.service_mut(key) else { return };
    if service.next_look.is_some_and(|planned| planned <= at) {
        return;
    }
    service.next_look = Some(at);
    context.schedule(after, event::Event::Ecs(Event::ServiceLook(key.clone())));
}

/// One look. Of several that were planned only the earliest is taken.
pub(super) fn look(context: &mut Context<'_>, key: &ServiceKey) {
    let now = context.now;
    let Some(service) = context.region().ecs.service_mut(key).filter(|one| one.next_look == Some(now)) else { return };
    service.next_look = None;
    match service.status {
        Status::Active => keep(context, key),
        Status::Draining => drain(context, key),
        Status::Inactive => {}
    }
}

/// Stops all tasks; when the last is gone, so is the service. ECS needs the service's role until then.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html>
fn drain(context: &mut Context<'_>, key: &ServiceKey) {
    let why = Stop::new(StopCode::ServiceSchedulerInitiated, format!("Service {} was deleted.", key.service));
    let living = task_ids(context, key, |_| true);
    living.iter().for_each(|id| task_life::stop(context, &TaskKey::new(&key.cluster, id), why.clone()));
    let Some(service) = context.region().ecs.service_mut(key) else { return };
    let role = service.role.clone();
    let iam = &context.account().iam;
    if living.is_empty() && role.is_none_or(|role| iam.role_by_arn(&role).is_some()) {
        if let Some(service) = context.region().ecs.service_mut(key) {
            service.status = Status::Inactive;
            service.deployments.clear();
        }
        return;
    }
    look_after(context, key, timing::SCHEDULER_CHECKS);
}

fn keep(context: &mut Context<'_>, key: &ServiceKey) {
    stop_failing(context, key);
    let Some((situation, mut sorted)) = situation(context, key) else { return };
    let starts = if may_start(context, key) { situation.to_start() } else { 0 };
    let started = start(context, key, starts);
    let without_place = if may_start(context, key) { situation.missing() - started } else { 0 };
    let mut doomed = sorted.old_pending;
    sorted.old_running.truncate(usize::try_from(situation.replaceable(without_place)).unwrap_or_default());
    doomed.append(&mut sorted.old_running);
    sorted.new.truncate(usize::try_from(situation.surplus()).unwrap_or_default());
    doomed.append(&mut sorted.new);
    stop(context, key, &doomed);
    if started < starts && doomed.is_empty() && situation.leaving == 0 {
        tell_obstacle(context, key);
    }
    if situation.is_stuck() {
        let told = "was unable to stop or start tasks during a deployment because of the service deployment \
                    configuration. Update the minimumHealthyPercent or maximumPercent value and try again.";
        tell_at_times(context, key, told);
    }
    if situation.is_steady() {
        rollout::complete(context, key);
        watch(context, key);
    } else if let Some(service) = context.region().ecs.service_mut(key) {
        service.is_steady = false;
        look_after(context, key, timing::SCHEDULER_CHECKS);
    }
    forget_drained(context, key);
}

/// A steady service has nothing to wait for but its load balancers' checks.
fn watch(context: &mut Context<'_>, key: &ServiceKey) {
    let service = context.region().ecs.service_mut(key);
    if service.is_some_and(|service| !service.balancers.is_empty()) {
        look_after(context, key, timing::LOAD_BALANCERS_WATCHED);
    }
}

/// The tasks of a service in the order in which they are stopped.
struct Sorted {
    new: Vec<String>,
    old_pending: Vec<String>,
    old_running: Vec<String>,
}

/// Counts the tasks.
fn situation(context: &mut Context<'_>, key: &ServiceKey) -> Option<(Situation, Sorted)> {
    let cluster = context.region().ecs.clusters.get(&key.cluster)?;
    let service = cluster.services.get(&key.service)?;
    let (desired, has_balancer) = (service.desired, !service.balancers.is_empty());
    let primary = service.primary()?.id.clone();
    let (least, most) = service.rolling.bounds(desired);
    let is_new = |task: &Task| task.started_by.as_ref() == Some(&primary) && stays(cluster, task);
    let tasks: Vec<(Task, bool)> = cluster.tasks_of(&key.service).map(|task| (task.clone(), is_new(task))).collect();
    let mut situation = Situation { desired, least, most, ..Situation::default() };
    let mut ranked = Vec::new();
    let mut sorted = Sorted { new: Vec::new(), old_pending: Vec::new(), old_running: Vec::new() };
    for (task, is_new) in tasks {
        if !task.is_wanted() {
            situation.leaving += 1;
            continue;
        }
        let standing = standing(context, key, &task, has_balancer);
        let group = if is_new { &mut situation.new } else { &mut situation.old };
        match standing {
            Standing::Pending => group.pending += 1,
            Standing::Unfit => group.unfit += 1,
            Standing::Fit => group.fit += 1,
            Standing::Healthy => group.healthy += 1,
        }
        match (is_new, standing) {
            (true, standing) => ranked.push((standing, task.id)),
            (false, Standing::Pending | Standing::Unfit) => sorted.old_pending.push(task.id),
            (false, Standing::Fit | Standing::Healthy) => sorted.old_running.push(task.id),
        }
    }
    // Stable: of equal ones the oldest is stopped first.
    ranked.sort_by_key(|(standing, _)| *standing);
    sorted.new = ranked.into_iter().map(|(_, id)| id).collect();
    Some((situation, sorted))
}

/// How far a task is, from the one that is missed least to the one that is missed most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Pending,
    Unfit,
    Fit,
    Healthy,
}

fn standing(context: &mut Context<'_>, key: &ServiceKey, task: &Task, has_balancer: bool) -> Standing {
    let Some(started) = task.times.started.filter(|_| task.stage == Stage::Running) else { return Standing::Pending };
    let in_service = !has_balancer || load_balancing::is_in_service(context, &TaskKey::new(&key.cluster, &task.id));
    if !in_service || task.health() == "UNHEALTHY" {
        return Standing::Unfit;
    }
    let is_checked = has_balancer || task.health() == "HEALTHY";
    if is_checked || context.now >= started + timing::TASK_PROVES_HEALTHY { Standing::Healthy } else { Standing::Fit }
}

/// Whether a task may stay where it is.
fn stays(cluster: &Cluster, task: &Task) -> bool {
    let instance = cluster.instances.get(&task.instance);
    instance.is_some_and(|instance| instance.status == container_instance::Status::Active)
}

/// A failed deployment starts nothing more, and one whose tasks keep failing waits.
fn may_start(context: &mut Context<'_>, key: &ServiceKey) -> bool {
    let now = context.now;
    let service = context.region().ecs.service_mut(key);
    let primary = service.as_ref().and_then(|service| service.primary());
    primary.is_some_and(|primary| {
        primary.rollout != Rollout::Failed && primary.waits_until.is_none_or(|until| until <= now)
    })
}

/// Starts as many of `count` tasks as find a place.
fn start(context: &mut Context<'_>, key: &ServiceKey, count: i64) -> i64 {
    let mut started = Vec::new();
    for _ in 0..count {
        let Some(id) = start_one(context, key) else { break };
        started.push(id);
    }
    if !started.is_empty() {
        let told = format!("has started {} tasks: {}.", started.len(), service_event::named_tasks(&started));
        service_event::tell(context, key, &told);
    }
    i64::try_from(started.len()).unwrap_or(i64::MAX)
}

fn start_one(context: &mut Context<'_>, key: &ServiceKey) -> Option<String> {
    let cluster = context.region().ecs.clusters.get(&key.cluster)?;
    let service = cluster.services.get(&key.service)?;
    let primary = service.primary()?;
    let group = format!("service:{}", key.service);
    let spot = placement::find(cluster, &primary.definition, &group, service.wants_distinct_instances()).ok()?;
    let (definition, deployment) = (primary.definition.clone(), primary.id.clone());
    let wanted = task_life::Wanted {
        definition: &definition,
        group: &group,
        started_by: Some(deployment),
        overrides: json!({"containerOverrides": [], "inferenceAcceleratorOverrides": []}),
        finishes: false,
        tags: task_tags(service, &definition.tags, &key.cluster),
    };
    task_life::start(context, &key.cluster, spot, wanted)
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html>
fn task_tags(service: &Service, of_definition: &Tags, cluster: &str) -> Tags {
    let mut tags = match service.propagate_tags.as_deref() {
        Some("SERVICE") => service.tags.clone(),
        Some("TASK_DEFINITION") => of_definition.clone(),
        Some(_) | None => Tags::default(),
    };
    if service.is_managed_tags {
        tags.set("aws:ecs:clusterName", cluster);
        tags.set("aws:ecs:serviceName", &service.name);
    }
    tags
}

fn stop(context: &mut Context<'_>, key: &ServiceKey, ids: &[String]) {
    if ids.is_empty() {
        return;
    }
    let deployment = context.region().ecs.service_mut(key).and_then(|one| one.primary().map(|one| one.id.clone()));
    let reason = format!("Scaling activity initiated by (deployment {})", deployment.unwrap_or_default());
    let told = format!("has stopped {} running tasks: {}.", ids.len(), service_event::named_tasks(ids));
    service_event::tell(context, key, &told);
    for id in ids {
        let why = Stop::new(StopCode::ServiceSchedulerInitiated, reason.clone());
        task_life::stop(context, &TaskKey::new(&key.cluster, id), why);
    }
}

/// Tasks that fail checks for too long are stopped, so that others take their places.
fn stop_failing(context: &mut Context<'_>, key: &ServiceKey) {
    let now = context.now;
    let grace = context.region().ecs.service_mut(key).and_then(|service| service.grace).unwrap_or_default();
    let over = |task: &Task, patience: TimeDelta| task.times.started.is_some_and(|at| at + patience <= now);
    let running = task_ids(context, key, |task| {
        task.is_wanted() && task.stage == Stage::Running && over(task, TimeDelta::seconds(grace))
    });
    for id in running {
        let task_key = TaskKey::new(&key.cluster, &id);
        let task = context.region().ecs.task(&task_key);
        let ill = task.is_some_and(|task| task.health() == "UNHEALTHY" && over(task, timing::HEALTH_CHECK_FAILS));
        let (told, reason) = if ill {
            (format!("(task {id}) failed container health checks."), "Task failed container health checks".to_owned())
        } else if let Some((balancer, instance_id)) = load_balancing::failing(context, &task_key) {
            let told = format!(
                "(instance {instance_id}) is unhealthy in (elb {}) due to (reason Instance has failed at least the \
                 UnhealthyThreshold number of health checks consecutively.)",
                balancer.name
            );
            (told, format!("Task failed ELB health checks in (elb {})", balancer.name))
        } else {
            continue;
        };
        service_event::tell(context, key, &told);
        rollout::task_failed(context, &task_key);
        task_life::stop(context, &task_key, Stop::new(StopCode::ServiceSchedulerInitiated, reason));
    }
}

/// The tasks of a service that are not stopped, and of these the wanted ones.
fn task_ids(context: &mut Context<'_>, key: &ServiceKey, wanted: impl Fn(&Task) -> bool) -> Vec<String> {
    let Some(cluster) = context.region().ecs.clusters.get(&key.cluster) else { return Vec::new() };
    cluster.tasks_of(&key.service).filter(|task| wanted(task)).map(|task| task.id.clone()).collect()
}

fn tell_obstacle(context: &mut Context<'_>, key: &ServiceKey) {
    let Some(cluster) = context.region().ecs.clusters.get(&key.cluster) else { return };
    let Some(service) = cluster.services.get(&key.service) else { return };
    let Some(primary) = service.primary() else { return };
    let group = format!("service:{}", key.service);
    let found = placement::find(cluster, &primary.definition, &group, service.wants_distinct_instances());
    if let Err((obstacle, instance)) = found {
        tell_at_times(context, key, &service_event::unplaced(obstacle, &instance));
    }
}

/// What is true for long is not said at every look.
fn tell_at_times(context: &mut Context<'_>, key: &ServiceKey, told: &str) {
    let now = context.now;
    let Some(service) = context.region().ecs.service_mut(key) else { return };
    if service.obstacle_told.is_none_or(|at| at + timing::PLACEMENT_TOLD_AGAIN <= now) {
        service.obstacle_told = Some(now);
        service_event::tell(context, key, told);
    }
}

/// Older deployments without tasks are not shown any more.
fn forget_drained(context: &mut Context<'_>, key: &ServiceKey) {
    let Some(cluster) = context.region().ecs.clusters.get_mut(&key.cluster) else { return };
    let living: Vec<Option<String>> = cluster.tasks_of(&key.service).map(|task| task.started_by.clone()).collect();
    let Some(service) = cluster.services.get_mut(&key.service) else { return };
    let primary = service.primary().map(|primary| primary.id.clone());
    service.deployments.retain(|one| primary.as_ref() == Some(&one.id) || living.contains(&Some(one.id.clone())));
}
