//! RegisterTaskDefinition: a new revision of a family, checked.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html>

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::container::{self, Container, NetworkMode};
use super::refusal::{client, invalid};
use super::task_definition::{Status, TaskDefinition};
use super::{amount, definition_checks, fargate, tagging};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// What is described as it was given, besides the containers.
const GIVEN: [&str; 14] = [
    "taskRoleArn",
    "executionRoleArn",
    "networkMode",
    "volumes",
    "placementConstraints",
    "requiresCompatibilities",
    "cpu",
    "memory",
    "pidMode",
    "ipcMode",
    "proxyConfiguration",
    "ephemeralStorage",
    "runtimePlatform",
    "enableFaultInjection",
];

pub(super) fn register(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let family = family(input)?;
    let tags = tagging::read(input)?;
    let mode = network_mode(input)?;
    let containers = containers(input, mode)?;
    let (task_role, execution_role) = (role(context, input, "taskRoleArn")?, role(context, input, "executionRoleArn")?);
    if execution_role.is_none() && containers.iter().any(|container| !container.secrets.is_empty()) {
        let message =
            "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.";
        return Err(client(message));
    }
    let (cpu, memory) = (amount::read(input, "cpu", " vcpu")?, amount::read(input, "memory", " gb")?);
    check_sizes(&containers, cpu, memory)?;
    definition_checks::check(input, mode, &containers)?;
    let is_for_fargate = input.texts("requiresCompatibilities").contains(&"FARGATE");
    if is_for_fargate {
        fargate::check(input, mode, (cpu, memory), &containers)?;
    }
    let constraints = definition_checks::constraints(input)?;
    let (registered, registered_by) = (context.now, context.global_arn("iam", "root"));
    let last = context.region().ecs.families.get(family).map_or(0, |family| family.last);
    let revision = last + 1;
    let definition = TaskDefinition {
        arn: context.arn("ecs", &format!("task-definition/{family}:{revision}")),
        family: family.to_owned(),
        revision,
        status: Status::Active,
        containers,
        mode,
        task_role,
        execution_role,
        cpu,
        memory,
        is_for_fargate,
        constraints,
        architecture: architecture(input).map(str::to_owned),
        given: given(input, mode),
        registered,
        registered_by,
        deregistered: None,
        delete_requested: None,
        tags,
    };
    let answer = json!({"taskDefinition": definition.render(), "tags": definition.tags.write("key", "value")});
    let kept = context.region().ecs.families.entry(family.to_owned()).or_default();
    kept.last = revision;
    kept.revisions.insert(revision, Arc::new(definition));
    Ok(answer)
}

fn family<'a>(input: &Input<'a>) -> Result<&'a str, AwsError> {
    let family = input.text("family").unwrap_or_default();
    if family.is_empty() {
        return Err(client("Family should not be null or empty."));
    }
    let good = |one: char| one.is_ascii_alphanumeric() || one == '-' || one == '_';
    if family.len() > 255 || !family.chars().all(good) {
        return Err(client("Family contains invalid characters."));
    }
    Ok(family)
}

fn network_mode(input: &Input<'_>) -> Result<NetworkMode, AwsError> {
    let mode = input.text("networkMode").unwrap_or("bridge");
    let for_fargate = input.texts("requiresCompatibilities").contains(&"FARGATE");
    if for_fargate && !input.has("networkMode") {
        return Err(client("Fargate only supports network mode \u{2018}awsvpc\u{2019}."));
    }
    mode.parse().map_err(|_| client(format!("Invalid network mode {mode}.")))
}

fn containers(input: &Input<'_>, mode: NetworkMode) -> Result<Vec<Container>, AwsError> {
    let parts = input.parts("containerDefinitions");
    let containers = parts.iter().map(|part| Container::read(part, mode)).collect::<Result<Vec<_>, _>>()?;
    if containers.is_empty() {
        return Err(client("Container list cannot be empty."));
    }
    if !containers.iter().any(|container| container.is_essential) {
        return Err(client("At least one container in the task definition must be essential."));
    }
    let names: BTreeSet<&String> = containers.iter().map(|container| &container.name).collect();
    if names.len() < containers.len() {
        return Err(client("Container names must be unique within a task definition."));
    }
    let fixed = || containers.iter().flat_map(|container| &container.ports).filter(|mapping| mapping.host > 0);
    let distinct: BTreeSet<_> = fixed().map(|mapping| (mapping.protocol, mapping.host)).collect();
    if distinct.len() < fixed().count() {
        return Err(client("Host ports must be unique within a task definition."));
    }
    Ok(containers)
}

/// A role's ARN out of an ARN or a name. ECS asks IAM for it at once.
fn role(context: &mut Context<'_>, input: &Input<'_>, member: &str) -> Result<Option<String>, AwsError> {
    let Some(given) = input.text(member).filter(|given| !given.is_empty()) else { return Ok(None) };
    let arn =
        if given.starts_with("arn:") { given.to_owned() } else { context.global_arn("iam", &format!("role/{given}")) };
    let found = context.account().iam.role_by_arn(&arn).is_some();
    found.then_some(Some(arn)).ok_or_else(|| client("Role is not valid"))
}

fn check_sizes(containers: &[Container], cpu: Option<i64>, memory: Option<i64>) -> Result<(), AwsError> {
    for container in containers {
        let name = &container.name;
        if memory.is_none() && container.memory.is_none() && container.reservation.is_none() {
            return Err(client(format!(
                "Invalid setting for container '{name}'. At least one of 'memory' or 'memoryReservation' must be \
                 specified."
            )));
        }
        let own = container.memory.max(container.reservation);
        if own.zip(memory).is_some_and(|(own, task)| own > task) {
            return Err(client("The 'memory' setting for container is greater than for the task."));
        }
    }
    let sum = |of: fn(&Container) -> i64| containers.iter().map(of).sum::<i64>();
    if cpu.is_some_and(|task| sum(|one| one.cpu) > task) {
        return Err(client("The sum of the 'cpu' settings of the containers is greater than for the task."));
    }
    if memory.is_some_and(|task| sum(Container::reserved_memory) > task) {
        return Err(invalid("The memory reserved by the containers exceeds the memory of the task."));
    }
    Ok(())
}

fn architecture(input: &Input<'_>) -> Option<&'static str> {
    match input.part("runtimePlatform").text("cpuArchitecture") {
        Some("ARM64") => Some("arm64"),
        Some("X86_64") => Some("x86_64"),
        Some(_) | None => None,
    }
}

fn given(input: &Input<'_>, mode: NetworkMode) -> Value {
    let members = GIVEN.iter().filter_map(|name| Some(((*name).to_owned(), input.get(name)?.clone())));
    let mut given: Map<String, Value> = members.collect();
    let containers =
        input.parts("containerDefinitions").iter().map(|one| container::render(one.value(), mode)).collect();
    given.insert("containerDefinitions".to_owned(), containers);
    Value::Object(given)
}
