//! What RegisterTaskDefinition asks of each container.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html>

use std::collections::BTreeSet;

use super::container::{Dependency, HealthCheck, Log, NetworkMode};
use super::refusal::client;
use crate::model::error::AwsError;
use crate::model::input::Input;

pub(super) fn name<'a>(input: &Input<'a>) -> Result<&'a str, AwsError> {
    let name = input.text("name").unwrap_or_default();
    if name.is_empty() {
        return Err(client("Container.name should not be null or empty."));
    }
    let good = |one: char| one.is_ascii_alphanumeric() || one == '-' || one == '_';
    if name.len() > 255 || !name.chars().all(good) {
        return Err(client("Container.name contains invalid characters."));
    }
    Ok(name)
}

pub(super) fn image<'a>(input: &Input<'a>) -> Result<&'a str, AwsError> {
    let image = input.text("image").unwrap_or_default();
    if image.is_empty() {
        return Err(client("Container.image should not be null or empty."));
    }
    if image.chars().any(|one| one.is_whitespace() || "$'\"".contains(one)) {
        return Err(client("Container.image contains invalid characters."));
    }
    Ok(image)
}

/// What depends on the network mode, and names that must not stand twice.
pub(super) fn shape(input: &Input<'_>, mode: NetworkMode) -> Result<(), AwsError> {
    let mode_name: &str = mode.into();
    if mode != NetworkMode::Bridge && !input.texts("links").is_empty() {
        return Err(client(format!("Links are not supported when networkMode={mode_name}.")));
    }
    if mode == NetworkMode::None && !input.parts("portMappings").is_empty() {
        return Err(client("Port mappings are not supported when networkMode=none."));
    }
    if mode == NetworkMode::Awsvpc && input.has("hostname") {
        return Err(client("The hostname parameter is not supported when networkMode=awsvpc."));
    }
    let environment = input.parts("environment");
    let mut names: BTreeSet<&str> = environment.iter().filter_map(|one| one.text("name")).collect();
    for secret in input.parts("secrets") {
        let name = secret.text("name").unwrap_or_default();
        if name.is_empty() {
            return Err(client("The secret's name should not be null or empty."));
        }
        if !names.insert(name) {
            return Err(client(format!(
                "The secret name must be unique and not shared with any new or existing environment variables set on \
                 the container, such as '{name}'."
            )));
        }
    }
    Ok(())
}

pub(super) fn secrets(input: &Input<'_>) -> Result<Vec<String>, AwsError> {
    let parts = input.parts("secrets");
    let sources = parts.iter().map(|part| part.text("valueFrom").filter(|source| !source.is_empty()));
    let sources: Option<Vec<String>> = sources.map(|source| source.map(str::to_owned)).collect();
    sources.ok_or_else(|| client("The secret's valueFrom should not be null or empty."))
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html>
pub(super) fn health_check(input: &Input<'_>) -> Result<Option<HealthCheck>, AwsError> {
    if !input.has("healthCheck") {
        return Ok(None);
    }
    let check = input.part("healthCheck");
    if check.texts("command").is_empty() {
        return Err(client("Health check command should not be null or empty."));
    }
    let number = |member: &str, usual: i64, least: i64, most: i64| {
        let given = check.int(member)?.unwrap_or(usual);
        if (least..=most).contains(&given) {
            return Ok(given);
        }
        Err(client(format!("Health check {member} must be between {least} and {most}.")))
    };
    number("timeout", 5, 2, 60)?;
    Ok(Some(HealthCheck {
        interval: number("interval", 30, 5, 300)?,
        retries: number("retries", 3, 1, 10)?,
        start_period: number("startPeriod", 0, 0, 300)?,
    }))
}

pub(super) fn dependencies(input: &Input<'_>) -> Result<Vec<Dependency>, AwsError> {
    let parts = input.parts("dependsOn");
    let read = |part: &Input<'_>| {
        let condition = part.text("condition").unwrap_or_default();
        let condition = condition.parse().map_err(|_| {
            client(format!(
                "Invalid dependsOn condition '{condition}'. Valid values: START, COMPLETE, SUCCESS, HEALTHY."
            ))
        })?;
        Ok(Dependency { container: part.text("containerName").unwrap_or_default().to_owned(), condition })
    };
    let mut waits_for: Vec<Dependency> = parts.iter().map(read).collect::<Result<_, _>>()?;
    // A link is a dependency too: the linked container starts first.
    for link in input.texts("links") {
        let container = link.split(':').next().unwrap_or(link).to_owned();
        waits_for.push(Dependency { container, condition: super::container::Condition::Start });
    }
    Ok(waits_for)
}

/// Fargate allows two minutes; on EC2 there is no such limit, but AWS checks it for all.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>
pub(super) fn timeout(input: &Input<'_>, member: &str) -> Result<Option<i64>, AwsError> {
    let given = input.int(member)?;
    let least = if member == "startTimeout" { 2 } else { 0 };
    match given {
        Some(seconds) if seconds < least => Err(client(format!("{member} must be at least {least} seconds."))),
        Some(_) | None => Ok(given),
    }
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html>
pub(super) fn log(input: &Input<'_>) -> Result<Option<Log>, AwsError> {
    const DRIVERS: [&str; 8] =
        ["json-file", "syslog", "journald", "gelf", "fluentd", "awslogs", "splunk", "awsfirelens"];
    let log = input.part("logConfiguration");
    if log.value().is_null() {
        return Ok(None);
    }
    let driver = log.text("logDriver").unwrap_or_default();
    if !DRIVERS.contains(&driver) {
        return Err(client(format!("Invalid log driver {driver}.")));
    }
    if driver != "awslogs" {
        return Ok(None);
    }
    let options = log.part("options");
    match (options.text("awslogs-group"), options.text("awslogs-region")) {
        (Some(group), Some(_)) => Ok(Some(Log {
            group: group.to_owned(),
            prefix: options.text("awslogs-stream-prefix").unwrap_or_default().to_owned(),
            creates_group: options.text("awslogs-create-group") == Some("true"),
        })),
        (None | Some(_), _) => Err(client("Log driver awslogs requires options: awslogs-region, awslogs-group")),
    }
}
