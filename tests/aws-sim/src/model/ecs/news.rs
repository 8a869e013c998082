//! What EventBridge hears of tasks, services, deployments and container instances. While nobody listens, nothing is
//! written.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_cwe_events.html>

use chrono::DateTime;
use serde_json::{Map, Value, json};

use super::placement::Obstacle;
use super::{ServiceKey, TaskKey};
use crate::model::clock::iso;
use crate::model::context::Context;
use crate::model::events;

const SOURCE: &str = "aws.ecs";

/// A task has got another status, or shall get one.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html>
pub(super) fn of_task(context: &mut Context<'_>, key: &TaskKey) {
    if !events::is_heard(context) {
        return;
    }
    let Some(cluster) = context.region().ecs.clusters.get(&key.cluster) else { return };
    let Some(task) = cluster.tasks.get(&key.task) else { return };
    let (detail, arn) = (cluster.render_task(task, false), task.arn.clone());
    publish(context, "ECS Task State Change", arn, detail);
}

/// A container instance has joined, left, been cut off, or got another status.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_container_instance_events.html>
pub(super) fn of_instance(context: &mut Context<'_>, cluster: &str, id: &str) {
    if !events::is_heard(context) {
        return;
    }
    let Some(cluster) = context.region().ecs.clusters.get(cluster) else { return };
    let Some(instance) = cluster.instances.get(id) else { return };
    let mut detail = cluster.render_instance(instance, &[]);
    let arn = detail["containerInstanceArn"].as_str().unwrap_or_default().to_owned();
    detail["clusterArn"] = cluster.arn.clone().into();
    publish(context, "ECS Container Instance State Change", arn, detail);
}

/// The primary deployment of a service is in progress, complete or has failed.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html>
pub(super) fn of_deployment(context: &mut Context<'_>, key: &ServiceKey) {
    if !events::is_heard(context) {
        return;
    }
    let primary = context.region().ecs.service_mut(key).and_then(|service| service.deployments.first().cloned());
    let Some(primary) = primary else { return };
    let rollout: &str = primary.rollout.into();
    let detail = json!({
        "eventType": if rollout == "FAILED" { "ERROR" } else { "INFO" },
        "eventName": format!("SERVICE_DEPLOYMENT_{rollout}"),
        "deploymentId": primary.id,
        "reason": primary.reason,
    });
    let arn = service_arn(context, key);
    publish(context, "ECS Deployment State Change", arn, detail);
}

/// A service is steady, or its tasks keep failing.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_events.html>
pub(super) fn of_service(context: &mut Context<'_>, key: &ServiceKey, kind: &str, name: &str) {
    if events::is_heard(context) {
        act(context, key, json!({"eventType": kind, "eventName": name}));
    }
}

/// A service does not find a place for a task.
pub(super) fn of_placement(context: &mut Context<'_>, key: &ServiceKey, obstacle: Obstacle) {
    if !events::is_heard(context) {
        return;
    }
    let service = context.region().ecs.service_mut(key);
    let counts = service.map(|service| service.desired).unwrap_or_default();
    let name = "SERVICE_TASK_PLACEMENT_FAILURE";
    let reason = obstacle.failure();
    act(context, key, json!({"eventType": "ERROR", "eventName": name, "desiredCount": counts, "reason": reason}));
}

fn act(context: &mut Context<'_>, key: &ServiceKey, mut detail: Value) {
    detail["clusterArn"] = context.arn("ecs", &format!("cluster/{}", key.cluster)).into();
    detail["createdAt"] = iso(context.now).into();
    let arn = service_arn(context, key);
    publish(context, "ECS Service Action", arn, detail);
}

fn service_arn(context: &Context<'_>, key: &ServiceKey) -> String {
    context.arn("ecs", &format!("service/{}/{}", key.cluster, key.service))
}

fn publish(context: &mut Context<'_>, kind: &str, resource: String, detail: Value) {
    let mut detail = dated(detail);
    if kind != "ECS Service Action" {
        detail["updatedAt"] = iso(context.now).into();
    }
    events::publish(context, events::DEFAULT_BUS, SOURCE, kind, &[resource], detail);
}

/// Events write moments as text, and leave out what is not known.
fn dated(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(name, value)| date(name, value)).collect::<Map<_, _>>())
        }
        Value::Array(items) => items.into_iter().map(dated).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

fn date(name: String, value: Value) -> (String, Value) {
    let milliseconds =
        value.as_f64().filter(|_| name.ends_with("At")).map(|seconds| format!("{:.0}", seconds * 1000.0));
    let at = milliseconds.and_then(|text| DateTime::from_timestamp_millis(text.parse().ok()?));
    let value = at.map_or_else(|| dated(value), |at| iso(at).into());
    (name, value)
}
