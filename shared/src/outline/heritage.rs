//! The steps of the operations on a heritage.

use super::roll_out::{RollOut, new_secrets};
use super::{Effect, PlannedStep, Standing};
use crate::heritage::{HeritageSpec, ServiceSpec};
use crate::names::ServiceName;
use crate::narrate::counted;
use crate::payload::Payload;

use Effect::{Change, Check, Create, Remove};

pub(super) fn create(spec: &HeritageSpec, standing: &Standing<'_>) -> Vec<PlannedStep> {
    let mut steps = vec![
        PlannedStep::new("create_log_group", Create, format!("log group{}", of_heritage(standing))),
        PlannedStep::new("create_role:task", Create, "IAM role that the containers act as"),
        PlannedStep::new("create_role:execution", Create, "IAM role that starts the containers"),
    ];
    if !new_secrets(None, spec).is_empty() {
        steps.push(write_parameters(spec, None));
    }
    for service in &spec.services {
        steps.extend(add_service(spec, service, standing));
    }
    steps
}

pub(super) fn roll_out(payload: &Payload, standing: &Standing<'_>) -> Vec<PlannedStep> {
    let Some(before) = standing.heritage_spec else {
        return Vec::new();
    };
    let Some(after) = payload.fold(Some(before.clone())) else {
        return Vec::new();
    };
    let difference = RollOut::between(before, &after);
    let mut steps = Vec::new();
    if difference.grants_secrets {
        steps.push(PlannedStep::new("grant_secrets", Change, "what the execution role may read"));
    }
    if difference.writes_secrets {
        steps.push(write_parameters(&after, Some(before)));
    }
    for changed in &difference.changed {
        let service = changed.after;
        if changed.revision {
            steps.push(register_task_definition(&after, service));
        }
        let what = match changed.revision {
            true => format!("{} rolls over to the new task definition", service.name),
            false => format!("{} to {}", service.name, counted(service.desired_count, "task")),
        };
        steps.push(of("update_service", service, Change, what));
        steps.push(await_service(service));
    }
    for service in &difference.added {
        steps.extend(add_service(&after, service, standing));
    }
    for service in &difference.removed {
        steps.push(of("remove_service", service, Remove, format!("ECS service {} and its tasks", service.name)));
        steps.extend(remove_balancing(service, standing));
    }
    steps
}

pub(super) fn scale(service: &ServiceName, desired_count: u32) -> Vec<PlannedStep> {
    vec![
        PlannedStep::new("update_service", Change, format!("{service} to {}", counted(desired_count, "task"))),
        PlannedStep::new("await_running", Check, format!("{} of {service} running", counted(desired_count, "task"))),
    ]
}

pub(super) fn delete(keep_logs: bool, standing: &Standing<'_>) -> Vec<PlannedStep> {
    let services = standing.heritage_spec.map(|spec| spec.services.as_slice()).unwrap_or_default();
    let mut steps = Vec::new();
    for service in services {
        steps.push(of("scale_down", service, Change, format!("{} to 0 tasks", service.name)));
        steps.push(of("delete_service", service, Remove, format!("ECS service {}", service.name)));
        steps.extend(remove_balancing(service, standing));
    }
    if !keep_logs {
        steps.push(PlannedStep::new("delete_log_group", Remove, format!("log group{}", of_heritage(standing))));
    }
    steps.extend([
        PlannedStep::new("delete_parameters", Remove, "SSM parameters of its secrets"),
        PlannedStep::new("deregister_task_definitions", Remove, "all revisions of its task definitions"),
        PlannedStep::new("delete_roles", Remove, "IAM roles of its tasks"),
        PlannedStep::new("check_nothing_left", Check, "nothing tagged with the heritage is left"),
    ]);
    steps
}

/// All steps of a service that is not there yet.
fn add_service(spec: &HeritageSpec, service: &ServiceSpec, standing: &Standing<'_>) -> Vec<PlannedStep> {
    let mut steps = Vec::new();
    if service.is_balanced() {
        let side = if service.public { "internet-facing" } else { "internal" };
        let ports: Vec<_> = service.port_mappings.iter().map(|port| port.lb_port.to_string()).collect();
        let balancer = format!("{side} load balancer of {}, port {}", service.name, ports.join(", "));
        steps.push(of("create_load_balancer", service, Create, balancer));
        steps.push(of("configure_load_balancer", service, Change, "health check, cross-zone, draining".into()));
        steps.push(of("create_record", service, Create, format!("CNAME {}", private_name(service, standing))));
        if has_public_record(service, standing) {
            steps.push(of("create_public_record", service, Create, "A ALIAS in the public zone".into()));
        }
    }
    steps.push(register_task_definition(spec, service));
    let tasks = format!("ECS service {} with {}", service.name, counted(service.desired_count, "task"));
    steps.push(of("create_service", service, Create, tasks));
    steps.push(await_service(service));
    steps
}

/// What goes with a service's load balancer.
fn remove_balancing(service: &ServiceSpec, standing: &Standing<'_>) -> Vec<PlannedStep> {
    if !service.is_balanced() {
        return Vec::new();
    }
    let mut steps = vec![of("delete_record", service, Remove, format!("CNAME {}", private_name(service, standing)))];
    if has_public_record(service, standing) {
        steps.push(of("delete_public_record", service, Remove, "A ALIAS in the public zone".into()));
    }
    steps.push(of("delete_load_balancer", service, Remove, format!("load balancer of {}", service.name)));
    steps
}

fn has_public_record(service: &ServiceSpec, standing: &Standing<'_>) -> bool {
    service.public && standing.district_spec.is_some_and(|district| district.public_zone.is_some())
}

fn register_task_definition(spec: &HeritageSpec, service: &ServiceSpec) -> PlannedStep {
    let what = format!("{} with cpu {} and {} MiB", spec.image(), service.cpu, service.memory);
    of("register_task_definition", service, Create, what)
}

fn await_service(service: &ServiceSpec) -> PlannedStep {
    of(
        "await_service",
        service,
        Check,
        format!("{} of {} running and healthy", counted(service.desired_count, "task"), service.name),
    )
}

fn write_parameters(after: &HeritageSpec, before: Option<&HeritageSpec>) -> PlannedStep {
    let count = new_secrets(before, after).len();
    PlannedStep::new("write_parameters", Create, format!("{} (SecureString)", counted(count, "SSM parameter")))
}

fn of(name: &str, service: &ServiceSpec, effect: Effect, what: String) -> PlannedStep {
    PlannedStep::new(format!("{name}:{}", service.name), effect, what)
}

fn of_heritage(standing: &Standing<'_>) -> String {
    match (standing.district, standing.heritage) {
        (Some(district), Some(heritage)) => format!(" Barcelona/{district}/{heritage}"),
        (Some(_), None) | (None, Some(_)) | (None, None) => String::new(),
    }
}

fn private_name(service: &ServiceSpec, standing: &Standing<'_>) -> String {
    match (standing.district, standing.heritage) {
        (Some(district), Some(heritage)) => format!("{}.{heritage}.{district}.bcn", service.name),
        (Some(_), None) | (None, Some(_)) | (None, None) => service.name.to_string(),
    }
}
