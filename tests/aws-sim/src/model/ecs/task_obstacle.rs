//! What keeps a task from starting: its roles, its secrets, its image, its logs, its way to them.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html>

use std::sync::Arc;

use serde_json::json;

use super::TaskKey;
use super::container::Container;
use super::launch::LaunchType;
use super::task::{Stop, StopCode};
use super::task_definition::TaskDefinition;
use super::task_reach::{self, OutOfReach};
use crate::model::context::Context;
use crate::model::input::Input;
use crate::model::service::Service;
use crate::model::{ecr, iam, logs, secretsmanager};

/// The reason for which a task fails to start, if there is one. What a container says is told of the task on Fargate,
/// and of the container on instances.
pub(super) fn find(context: &mut Context<'_>, key: &TaskKey) -> Option<Stop> {
    let task = context.region().ecs.task(key)?;
    let (definition, is_fargate) = (task.definition.clone(), task.launch == LaunchType::Fargate);
    let roles: Vec<String> = [task.role("taskRoleArn"), task.role("executionRoleArn")].into_iter().flatten().collect();
    let of_task = |reason: String| Some(Stop::new(StopCode::TaskFailedToStart, reason));
    if let Some(role) = roles.iter().find(|arn| iam::can_be_assumed_by(context, arn, iam::TASKS).is_err()) {
        return of_task(format!("ECS was unable to assume the role '{role}' that was provided for this task."));
    }
    if let Err(what) = task_reach::check(context, key, &definition) {
        return of_task(cut_off(context, &definition, what));
    }
    if let Some(reason) = missing_secret(context, &definition) {
        return of_task(reason);
    }
    let of_container =
        image(context, &definition, is_fargate).or_else(|| log_group(context, &definition, is_fargate))?;
    if is_fargate {
        return Some(Stop::new(StopCode::TaskFailedToStart, of_container.clone()).with_container_reason(of_container));
    }
    Some(Stop::new(StopCode::TaskFailedToStart, "Task failed to start").with_container_reason(of_container))
}

/// The first image that is not there: said by a word in its name, or known by ECR.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html>
fn image(context: &Context<'_>, definition: &TaskDefinition, is_fargate: bool) -> Option<String> {
    let is_missing =
        |one: &&Container| one.behaviour.is_missing && one.is_essential || !ecr::has_image(context, &one.image);
    let missing = definition.containers.iter().find(is_missing)?;
    let image = &missing.image;
    Some(if is_fargate {
        let full = full_reference(image);
        format!(
            "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref {full}: {full}: not found"
        )
    } else {
        format!(
            "CannotPullContainerError: Error response from daemon: manifest for {image} not found: manifest unknown: manifest unknown"
        )
    })
}

/// What a task on Fargate says that does not reach what it needs.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html>
fn cut_off(context: &Context<'_>, definition: &TaskDefinition, what: OutOfReach) -> String {
    let region = &context.place.region;
    let connection = "Check your task network configuration.";
    match what {
        OutOfReach::Ecr => format!(
            "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth \
             from Amazon ECR: There is a connection issue between the task and Amazon ECR. {connection} \
             RequestError: send request failed caused by: Post \"https://api.ecr.{region}.amazonaws.com/\": \
             dial tcp 52.94.0.10:443: i/o timeout"
        ),
        OutOfReach::SecretsManager => format!(
            "ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret from asm: \
             There is a connection issue between the task and AWS Secrets Manager. {connection} \
             RequestError: send request failed caused by: Post \"https://secretsmanager.{region}.amazonaws.com/\": \
             dial tcp 52.94.0.11:443: i/o timeout"
        ),
        OutOfReach::Parameters => format!(
            "ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secrets from ssm: \
             The task cannot pull secrets from AWS Systems Manager. There is a connection issue between the task and AWS \
             Systems Manager Parameter Store. {connection} RequestCanceled: request context canceled caused by: context \
             deadline exceeded"
        ),
        OutOfReach::Logs => "ResourceInitializationError: failed to validate logger args: The task cannot find the \
             Amazon CloudWatch log group defined in the task definition. There is a connection issue between the task \
             and Amazon CloudWatch. Check your network configuration. : signal: killed"
            .to_owned(),
        OutOfReach::Registry => unreachable_registry(definition),
    }
}

fn unreachable_registry(definition: &TaskDefinition) -> String {
    let outside = definition.containers.iter().find(|one| !one.is_private_image());
    let full = outside.map(|one| full_reference(&one.image)).unwrap_or_default();
    let (name, tag) = full.rsplit_once(':').unwrap_or((&full, "latest"));
    let (registry, name) = name.split_once('/').unwrap_or(("docker.io", name));
    let host = if registry == "docker.io" { "registry-1.docker.io" } else { registry };
    format!(
        "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref {full}: failed \
         to do request: Head \"https://{host}/v2/{name}/manifests/{tag}\": dial tcp 34.205.13.154:443: i/o timeout"
    )
}

/// An image's name with registry, path and tag.
fn full_reference(image: &str) -> String {
    let last = image.rsplit('/').next().unwrap_or(image);
    let tagged = if last.contains(':') || last.contains('@') { image.to_owned() } else { format!("{image}:latest") };
    match image.split_once('/') {
        None => format!("docker.io/library/{tagged}"),
        Some((host, _)) if host.contains('.') || host.contains(':') => tagged,
        Some(_) => format!("docker.io/{tagged}"),
    }
}

/// Secrets and parameters must be there, with the member and the version that are named.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html>
fn missing_secret(context: &mut Context<'_>, definition: &TaskDefinition) -> Option<String> {
    let mut sources = definition.containers.iter().flat_map(|container| &container.secrets);
    let reason = sources.find_map(|source| secretsmanager::value_from(context, source).err())?;
    Some(format!("ResourceInitializationError: unable to pull secrets or registry auth: {reason}"))
}

/// Containers that log to CloudWatch need their group, unless they may make it.
fn log_group(context: &mut Context<'_>, definition: &Arc<TaskDefinition>, is_fargate: bool) -> Option<String> {
    for log in definition.containers.iter().filter_map(|container| container.log.as_ref()) {
        if log.creates_group {
            let name = json!({"logGroupName": log.group});
            // One that is there already is as good.
            let _made = Service::Logs
                .handler("CreateLogGroup")
                .map(|create| create(context, &Input::new(Service::Logs, &name)));
        }
        if !logs::has_group(context, &log.group) {
            let missing = "failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group \
                           does not exist.";
            return Some(if is_fargate {
                format!(
                    "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: {missing} : exit status 1"
                )
            } else {
                format!(
                    "CannotStartContainerError: Error response from daemon: failed to initialize logging driver: {missing}"
                )
            });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::full_reference;

    #[test]
    fn images_are_called_by_their_full_names() {
        assert_eq!(full_reference("nginx"), "docker.io/library/nginx:latest");
        assert_eq!(full_reference("acme/app:2"), "docker.io/acme/app:2");
        assert_eq!(full_reference("quay.io/acme/app"), "quay.io/acme/app:latest");
    }
}
