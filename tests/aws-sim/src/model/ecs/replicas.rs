//! Starting and stopping the tasks of a service.

use serde_json::json;

use super::placement::{self, Obstacle, Spot};
use super::service::Service;
use super::task::{Stop, StopCode};
use super::{ServiceKey, TaskKey, service_event, task_life};
use crate::model::context::Context;
use crate::model::tags::Tags;

/// Why a task was not started, and the id of the instance that came closest.
pub(super) type Unplaced = (Obstacle, String);

/// Starts as many of `count` tasks as find a place, and tells how many and what was in the way of the next.
pub(super) fn start(context: &mut Context<'_>, key: &ServiceKey, count: i64) -> (i64, Option<Unplaced>) {
    let (mut started, mut obstacle) = (Vec::new(), None);
    for _ in 0..count {
        match find_place(context, key) {
            Some(Ok(spot)) => started.extend(start_one(context, key, spot)),
            Some(Err(unplaced)) => {
                obstacle = Some(unplaced);
                break;
            }
            None => break,
        }
    }
    if !started.is_empty() {
        let told = format!("has started {} tasks: {}.", started.len(), service_event::named_tasks(&started));
        service_event::tell(context, key, &told);
    }
    (i64::try_from(started.len()).unwrap_or(i64::MAX), obstacle)
}

fn find_place(context: &mut Context<'_>, key: &ServiceKey) -> Option<Result<Spot, Unplaced>> {
    let cluster = context.region().ecs.clusters.get(&key.cluster)?;
    let service = cluster.services.get(&key.service)?;
    let mates: Vec<_> = cluster.tasks_of(&key.service).collect();
    let definition = service.primary()?.definition();
    Some(placement::find(cluster, definition, &mates, service.wants_distinct_instances()))
}

fn start_one(context: &mut Context<'_>, key: &ServiceKey, spot: Spot) -> Option<String> {
    let service = context.region().ecs.service_mut(key)?;
    let primary = service.primary()?;
    let definition = primary.definition().clone();
    let wanted = task_life::Wanted {
        definition: &definition,
        group: &format!("service:{}", key.service),
        started_by: Some(primary.id.clone()),
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

/// Stops tasks that are too many or too old.
pub(super) fn stop(context: &mut Context<'_>, key: &ServiceKey, ids: &[String]) {
    if ids.is_empty() {
        return;
    }
    let deployment = context.region().ecs.service_mut(key).and_then(|one| one.primary().map(|one| one.id.clone()));
    let reason = format!("Scaling activity initiated by (deployment {})", deployment.unwrap_or_default());
    for id in ids {
        let why = Stop::new(StopCode::ServiceSchedulerInitiated, reason.clone());
        task_life::stop(context, &TaskKey::new(&key.cluster, id), why);
    }
    let told = format!("has stopped {} running tasks: {}.", ids.len(), service_event::named_tasks(ids));
    service_event::tell(context, key, &told);
}
