//! The services of a heritage.

use std::ops::RangeInclusive;

use serde::Serialize;
use serde_json::Value;
use shared::heritage::Command;
use shared::names::ServiceName;
use shared::problem::Code;
use utoipa::ToSchema;

use super::fields::{Field, Fields};
use super::port::{self, PortRequest};
use super::{Findings, MOST};

/// CPU units of a container, up to what the Linux kernel can weigh; 0 takes what others leave.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>
const CPU: RangeInclusive<u32> = 0..=262_144;
/// MiB of a container. Docker reserves 6 MiB for each.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>
const MEMORY: RangeInclusive<u32> = 6..=786_432;
/// Of the original, and not built.
const NOT_BUILT: &[&str] =
    &["force_ssl", "web_container_port", "reverse_proxy_image", "health_check", "hosts", "listeners"];

/// One service as asked for; of one that stands, an absent field keeps its value.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ServiceRequest {
    /// Its name.
    pub name: ServiceName,
    /// What it runs; the image's own command when absent.
    pub command: Option<Command>,
    /// CPU units, 1024 to a core; 512 when absent.
    pub cpu: Option<u32>,
    /// Hard limit of memory in MiB; 512 when absent.
    pub memory: Option<u32>,
    /// Whether its load balancer faces the internet; it does not when absent.
    pub public: Option<bool>,
    /// How many tasks are to run; 1 when absent.
    pub desired_count: Option<u32>,
    /// Its ports; none means no load balancer.
    pub port_mappings: Option<Vec<PortRequest>>,
    /// Where it stands in the body.
    #[serde(skip)]
    pub pointer: String,
}

/// Reads `services`.
pub(super) fn read_all(field: Field, found: &mut Findings) -> Option<Vec<ServiceRequest>> {
    let mut services: Vec<ServiceRequest> = Vec::new();
    for item in field.list(found)? {
        let pointer = item.pointer.clone();
        let Some(service) = item.object(found).and_then(|fields| one(fields, pointer, found)) else { continue };
        if services.iter().any(|before| before.name == service.name) {
            found.invalid(format!("{}/name", service.pointer), format!("gives {} a second time", service.name));
        }
        services.push(service);
    }
    Some(services)
}

fn one(mut fields: Fields, pointer: String, found: &mut Findings) -> Option<ServiceRequest> {
    let name = fields.require(&["name"], found).and_then(|field| field.parse(found));
    let command = fields.take(&["command"], found).and_then(|field| command(field, found));
    let cpu = fields.take(&["cpu"], found).and_then(|field| field.number(CPU, found));
    let memory = fields.take(&["memory"], found).and_then(|field| field.number(MEMORY, found));
    let public = fields.take(&["public"], found).and_then(|field| field.flag(found));
    let desired_count = count(&mut fields, found);
    let port_mappings = fields.take(&["port_mappings"], found).and_then(|field| port::read(field, found));
    if let Some(field) = fields.take(&["service_type"], found).filter(|field| field.value != "default") {
        found.add(Code::NotSupported, field.pointer, "is not supported yet; only \"default\" is");
    }
    fields.refuse(NOT_BUILT, found);
    fields.finish(found);
    Some(ServiceRequest { name: name?, command, cpu, memory, public, desired_count, port_mappings, pointer })
}

/// `desired_count`, or what the original called it.
fn count(fields: &mut Fields, found: &mut Findings) -> Option<u32> {
    fields.take(&["desired_count", "desired_container_count"], found)?.number(0..=MOST, found)
}

/// A line, or a list of words.
fn command(field: Field, found: &mut Findings) -> Option<Command> {
    let pointer = field.pointer.clone();
    let command = match &field.value {
        Value::String(_) => Command::Line(field.text(found)?),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            let words = field.list(found)?.into_iter().map(|word| word.text(found));
            Command::Words(words.collect::<Option<_>>()?)
        }
    };
    let is_empty = match &command {
        Command::Line(line) => line.trim().is_empty(),
        Command::Words(words) => words.is_empty(),
    };
    if is_empty {
        found.invalid(pointer, "is empty; leave it out to run the image's own command");
    } else if command.words().is_none() {
        found.invalid(pointer, "has a quote that is not closed");
    }
    Some(command)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn reading(services: Value) -> (Vec<ServiceRequest>, Vec<String>) {
        let mut found = Findings::default();
        let field = Field { pointer: "/services".into(), value: services };
        let services = read_all(field, &mut found).unwrap_or_default();
        let errors = found.into_problem().map(|problem| problem.errors).unwrap_or_default();
        (services, errors.into_iter().map(|error| error.pointer).collect())
    }

    #[test]
    fn a_service_is_read_with_the_originals_fields_that_ask_for_nothing() {
        let (services, errors) = reading(json!([{"name": "web", "cpu": 128, "memory": 256, "public": true,
            "desired_container_count": 2, "service_type": "default", "hosts": [], "force_ssl": null,
            "command": ["rails", "s"], "port_mappings": [{"lb_port": 80, "container_port": 80}]}]));
        assert_eq!(errors, [] as [String; 0]);
        assert_eq!(services[0].desired_count, Some(2));
        assert_eq!(services[0].port_mappings.as_ref().map(Vec::len), Some(1));
    }

    #[test]
    fn everything_wrong_with_services_is_pointed_at() {
        let (_, errors) = reading(json!([{"name": "web"}, {"name": "web", "cpu": 262145, "memory": 5},
            {"name": "a", "service_type": "web", "listeners": [{}], "command": " ", "desired_count": -1},
            {"name": "b", "command": "sh -c 'x", "memmory": 6}]));
        let wanted = [
            "/services/1/cpu",
            "/services/1/memory",
            "/services/1/name",
            "/services/2/command",
            "/services/2/desired_count",
            "/services/2/service_type",
            "/services/2/listeners",
            "/services/3/command",
            "/services/3/memmory",
        ];
        assert_eq!(errors, wanted);
    }
}
