//! What RegisterTaskDefinition asks of the containers together: dependencies, volumes, links, proxies, constraints.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html>

use std::collections::BTreeSet;

use super::container::{Condition, Container, NetworkMode};
use super::placement_rules;
use super::refusal::{client, invalid};
use crate::model::error::AwsError;
use crate::model::input::Input;

pub(super) fn check(input: &Input<'_>, mode: NetworkMode, containers: &[Container]) -> Result<(), AwsError> {
    if containers.len() > 10 {
        return Err(client("A task definition can have at most 10 containers."));
    }
    for container in containers {
        for dependency in &container.waits_for {
            let Some(other) = containers.iter().find(|one| one.name == dependency.container) else {
                return Err(client(format!(
                    "Invalid 'dependsOn' setting for container '{}'. The container '{}' does not exist in the task \
                     definition.",
                    container.name, dependency.container
                )));
            };
            check_dependency(container, other, dependency.condition)?;
        }
    }
    check_cycles(containers)?;
    check_volumes(input)?;
    check_proxy(input, mode, containers)?;
    check_storage(input)
}

fn check_dependency(container: &Container, other: &Container, condition: Condition) -> Result<(), AwsError> {
    let refuse =
        |why: String| Err(client(format!("Invalid 'dependsOn' setting for container '{}'. {why}", container.name)));
    match condition {
        Condition::Healthy if other.health_check.is_none() => {
            refuse(format!("The container '{}' must have a health check for the condition HEALTHY.", other.name))
        }
        Condition::Complete | Condition::Success if other.is_essential => {
            refuse(format!("The container '{}' is essential, which the condition does not allow.", other.name))
        }
        Condition::Start | Condition::Complete | Condition::Success | Condition::Healthy => Ok(()),
    }
}

/// No container may wait for itself, by whatever way.
fn check_cycles(containers: &[Container]) -> Result<(), AwsError> {
    let mut settled: BTreeSet<&str> = BTreeSet::new();
    for _ in containers {
        for container in containers {
            if container.waits_for.iter().all(|one| settled.contains(one.container.as_str())) {
                settled.insert(&container.name);
            }
        }
    }
    if settled.len() < containers.len() {
        return Err(client("The dependencies of the containers have a cycle."));
    }
    Ok(())
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_data_volumes.html>
fn check_volumes(input: &Input<'_>) -> Result<(), AwsError> {
    let mut names = BTreeSet::new();
    for volume in input.parts("volumes") {
        let name = volume.text("name").unwrap_or_default();
        if !names.insert(name) {
            return Err(client(format!("Volume names must be unique within a task definition: {name}.")));
        }
        let kinds = ["host", "dockerVolumeConfiguration", "efsVolumeConfiguration", "configuredAtLaunch"];
        let given = kinds.iter().filter(|kind| volume.has(kind) && volume.get(kind) != Some(&serde_json::json!(false)));
        if given.count() > 1 {
            return Err(client(
                "When the volume parameter is specified, only one volume configuration type should be used.",
            ));
        }
        if volume.has("efsVolumeConfiguration") && volume.part("efsVolumeConfiguration").text("fileSystemId").is_none()
        {
            return Err(client("EFS file system ID should not be null or empty."));
        }
    }
    for container in input.parts("containerDefinitions") {
        for mount in container.parts("mountPoints") {
            let source = mount.text("sourceVolume").unwrap_or_default();
            if !names.contains(source) {
                return Err(client(format!("Unknown volume '{source}'.")));
            }
        }
        let named: BTreeSet<&str> =
            input.parts("containerDefinitions").iter().filter_map(|one| one.text("name")).collect();
        for from in container.parts("volumesFrom") {
            let source = from.text("sourceContainer").unwrap_or_default();
            if !named.contains(source) {
                return Err(client(format!("Unknown container '{source}' in volumesFrom.")));
            }
        }
    }
    Ok(())
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ProxyConfiguration.html>
fn check_proxy(input: &Input<'_>, mode: NetworkMode, containers: &[Container]) -> Result<(), AwsError> {
    let proxy = input.part("proxyConfiguration");
    if proxy.value().is_null() {
        return Ok(());
    }
    let name = proxy.text("containerName").unwrap_or_default();
    if mode != NetworkMode::Awsvpc {
        return Err(client("Proxy configuration is only supported when networkMode=awsvpc."));
    }
    if !containers.iter().any(|one| one.name == name) {
        return Err(client(format!("The proxy container '{name}' does not exist in the task definition.")));
    }
    Ok(())
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EphemeralStorage.html>
fn check_storage(input: &Input<'_>) -> Result<(), AwsError> {
    match input.part("ephemeralStorage").int("sizeInGiB")? {
        Some(size) if !(21..=200).contains(&size) => {
            Err(invalid("The ephemeral storage size must be between 21 GiB and 200 GiB."))
        }
        Some(_) | None => Ok(()),
    }
}

/// The expressions of the definition's own constraints.
pub(super) fn constraints(input: &Input<'_>) -> Result<Vec<String>, AwsError> {
    let parts = input.parts("placementConstraints");
    if parts.len() > 10 {
        return Err(client("placementConstraints can have at most 10 items."));
    }
    let read = |part: &Input<'_>| match part.text("type") {
        Some("memberOf") => placement_rules::expression(part),
        other => Err(client(format!("Invalid placement constraint type '{}'.", other.unwrap_or_default()))),
    };
    parts.iter().map(read).collect()
}
