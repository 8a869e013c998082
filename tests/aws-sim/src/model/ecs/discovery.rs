//! Tasks and Cloud Map: a task of a service with a registry is an instance there while it runs.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-discovery.html>

use std::collections::BTreeMap;

use serde_json::Value;

use super::TaskKey;
use super::container::NetworkMode;
use super::refusal::invalid;
use super::task::Task;
use super::task_definition::TaskDefinition;
use crate::model::context::Context;
use crate::model::error::AwsError;
use crate::model::input::Input;
use crate::model::servicediscovery::registry;

/// The registries of a service: at most one, which exists, with a port where its records need one.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceRegistry.html>
pub(super) fn registries(
    context: &mut Context<'_>,
    input: &Input<'_>,
    definition: &TaskDefinition,
) -> Result<Value, AwsError> {
    let parts = input.parts("serviceRegistries");
    if parts.len() > 1 {
        return Err(invalid("Each service may be associated with at most one service registry."));
    }
    if let Some(part) = parts.first() {
        let arn = part.text("registryArn").filter(|arn| !arn.is_empty());
        let arn = arn.ok_or_else(|| invalid("Service registry ARN can not be blank."))?;
        let unknown = || invalid(format!("Unable to find the service registry {arn}."));
        let wants_ports = registry::wants_ports(context, arn).ok_or_else(unknown)?;
        let names_container = part.has("containerName") && part.has("containerPort");
        if definition.mode != NetworkMode::Awsvpc && !names_container {
            return Err(invalid(
                "When specifying 'host' or 'bridge' for networkMode, values for 'containerName' and 'containerPort' must \
                 be specified from the task definition.",
            ));
        }
        if wants_ports && !names_container && !part.has("port") {
            return Err(invalid("A service registry with an SRV record needs a port, or a container and its port."));
        }
    }
    Ok(parts.iter().map(|part| part.value().clone()).collect())
}

/// A namespace that Service Connect names must exist.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceConnectConfiguration.html>
pub(super) fn check_namespace(context: &mut Context<'_>, connect: &Input<'_>) -> Result<(), AwsError> {
    match connect.text("namespace") {
        Some(name) if !registry::has_namespace(context, name) => {
            Err(AwsError::new("NamespaceNotFoundException", "The specified namespace wasn't found."))
        }
        Some(_) | None => Ok(()),
    }
}

/// A task has come up.
pub(super) fn join(context: &mut Context<'_>, key: &TaskKey) {
    let Some(wanted) = registry_of(context, key) else { return };
    let arn = wanted["registryArn"].as_str().unwrap_or_default();
    let wants_ports = registry::wants_ports(context, arn).unwrap_or(false);
    let region = context.place.region.to_string();
    let Some(cluster) = context.region().ecs.clusters.get(&key.cluster) else { return };
    let Some(task) = cluster.tasks.get(&key.task) else { return };
    let host = cluster.instances.get(&task.instance).map(|instance| instance.agent.private_ip.as_str());
    let port = port(task, &wanted).filter(|_| wants_ports);
    let known = [
        ("AWS_INSTANCE_IPV4", task.private_ip().or(host).map(str::to_owned)),
        ("AWS_INSTANCE_PORT", port),
        ("AVAILABILITY_ZONE", Some(task.zone.clone())),
        ("REGION", Some(region)),
        ("ECS_CLUSTER_NAME", Some(cluster.name.clone())),
        ("ECS_SERVICE_NAME", task.service().map(str::to_owned)),
        ("ECS_TASK_DEFINITION_FAMILY", Some(task.definition.family.clone())),
    ];
    let attributes: BTreeMap<String, String> =
        known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    registry::register(context, arn, &key.task, attributes);
}

/// A task is about to end.
pub(super) fn leave(context: &mut Context<'_>, key: &TaskKey) {
    if let Some(wanted) = registry_of(context, key) {
        registry::deregister(context, wanted["registryArn"].as_str().unwrap_or_default(), &key.task);
    }
}

/// Where a task is reached: on its own interface by the container's port, on an instance by the host's.
fn port(task: &Task, wanted: &Value) -> Option<String> {
    if let Some(port) = wanted["port"].as_i64() {
        return Some(port.to_string());
    }
    let (name, container) = (wanted["containerName"].as_str()?, wanted["containerPort"].as_i64()?);
    if task.private_ip().is_some() {
        return Some(container.to_string());
    }
    let mut bindings = task.bindings.iter();
    let bound = bindings.find(|one| one.container == name && i64::from(one.mapping.container) == container);
    bound.map(|one| one.host.to_string())
}

fn registry_of(context: &mut Context<'_>, key: &TaskKey) -> Option<Value> {
    let cluster = context.region().ecs.clusters.get(&key.cluster)?;
    let task = cluster.tasks.get(&key.task)?;
    let service = cluster.services.get(task.service()?)?;
    let own = service.deployments.iter().find(|one| task.started_by.as_ref() == Some(&one.id));
    let deployment = own.or(service.deployments.first())?;
    deployment.revision.workload.registries.as_array()?.first().cloned()
}
