//! Container definitions: what of them placement and tasks need, read and checked.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>

use serde_json::{Value, json};

use super::refusal::client;
use crate::model::error::AwsError;
use crate::model::input::Input;

/// Docker refuses containers with less memory, MiB.
const LEAST_MEMORY: i64 = 6;

/// One container of a task definition.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Container {
    pub(super) name: String,
    pub(super) image: String,
    pub(super) cpu: i64,
    /// The hard limit, MiB.
    pub(super) memory: Option<i64>,
    /// The soft limit, MiB: this much is set aside on the instance.
    pub(super) reservation: Option<i64>,
    pub(super) is_essential: bool,
    pub(super) ports: Vec<PortMapping>,
    /// Where its secrets come from.
    pub(super) secrets: Vec<String>,
    pub(super) has_health_check: bool,
    /// How many seconds it has between SIGTERM and SIGKILL, if it says so.
    pub(super) stop_timeout: Option<i64>,
    /// The log group and the prefix of the streams, if it logs to CloudWatch.
    pub(super) log: Option<(String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct PortMapping {
    pub(super) container: u16,
    /// 0 asks for any free one.
    pub(super) host: u16,
    pub(super) protocol: Protocol,
}

#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    strum::IntoStaticStr,
    strum::EnumString,
    serde::Serialize,
    serde::Deserialize,
)]
#[strum(serialize_all = "lowercase")]
pub(super) enum Protocol {
    Tcp,
    Udp,
}

/// How the containers of a task see the network.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString, serde::Serialize, serde::Deserialize,
)]
#[strum(serialize_all = "lowercase")]
pub(super) enum NetworkMode {
    Bridge,
    Host,
    Awsvpc,
    None,
}

impl Container {
    pub(super) fn read(input: &Input<'_>, mode: NetworkMode) -> Result<Self, AwsError> {
        let name = name(input)?;
        let image = input.text("image").unwrap_or_default();
        if image.is_empty() {
            return Err(client("Container.image should not be null or empty."));
        }
        if image.chars().any(|one| one.is_whitespace() || "$'\"".contains(one)) {
            return Err(client("Container.image contains invalid characters."));
        }
        let container = Self {
            name: name.to_owned(),
            image: image.to_owned(),
            cpu: input.int("cpu")?.unwrap_or(0),
            memory: input.int("memory")?,
            reservation: input.int("memoryReservation")?,
            is_essential: input.flag("essential")?.unwrap_or(true),
            ports: ports(input, mode)?,
            secrets: secrets(input)?,
            has_health_check: input.has("healthCheck"),
            stop_timeout: input.int("stopTimeout")?,
            log: log(input)?,
        };
        container.check_limits()?;
        Ok(container)
    }

    /// What is set aside for it on the instance, MiB.
    pub(super) fn reserved_memory(&self) -> i64 {
        self.reservation.or(self.memory).unwrap_or(0)
    }

    fn check_limits(&self) -> Result<(), AwsError> {
        let refuse = |what: &str| Err(client(format!("Invalid setting for container '{}'. {what}", self.name)));
        if self.cpu < 0 {
            return refuse("'cpu' must not be negative.");
        }
        if [self.memory, self.reservation].into_iter().flatten().any(|limit| limit < LEAST_MEMORY) {
            return refuse("'memory' and 'memoryReservation' must be at least 6 MiB.");
        }
        if self.memory.zip(self.reservation).is_some_and(|(hard, soft)| hard < soft) {
            return refuse("'memory' must be greater than or equal to 'memoryReservation'.");
        }
        Ok(())
    }
}

/// The definition as it is described: with the defaults filled in.
pub(super) fn render(definition: &Value) -> Value {
    let mut shown = json!({"cpu": 0, "portMappings": [], "essential": true, "environment": [], "mountPoints": [],
        "volumesFrom": [], "systemControls": []});
    if let (Some(members), Some(given)) = (shown.as_object_mut(), definition.as_object()) {
        members.extend(given.clone());
    }
    let mappings = shown.get_mut("portMappings").and_then(Value::as_array_mut);
    for mapping in mappings.into_iter().flatten().filter_map(Value::as_object_mut) {
        mapping.entry("hostPort").or_insert_with(|| json!(0));
        mapping.entry("protocol").or_insert_with(|| json!("tcp"));
    }
    shown
}

fn name<'a>(input: &Input<'a>) -> Result<&'a str, AwsError> {
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

fn secrets(input: &Input<'_>) -> Result<Vec<String>, AwsError> {
    let parts = input.parts("secrets");
    let sources = parts.iter().map(|part| part.text("valueFrom").filter(|source| !source.is_empty()));
    let sources: Option<Vec<String>> = sources.map(|source| source.map(str::to_owned)).collect();
    sources.ok_or_else(|| client("The secret's valueFrom should not be null or empty."))
}

fn ports(input: &Input<'_>, mode: NetworkMode) -> Result<Vec<PortMapping>, AwsError> {
    let mut ports: Vec<PortMapping> = Vec::new();
    for part in input.parts("portMappings") {
        let container = port(part.int("containerPort")?.unwrap_or(0), 1)?;
        let host = part.int("hostPort")?.map(|number| port(number, 0)).transpose()?;
        let protocol = part.text("protocol").unwrap_or("tcp");
        let protocol = protocol.parse().map_err(|_| client(format!("Invalid protocol {protocol} in port mapping.")))?;
        let host = match (mode, host) {
            (NetworkMode::Host | NetworkMode::Awsvpc, None) => container,
            (NetworkMode::Host | NetworkMode::Awsvpc, Some(host)) if host != container => {
                let mode: &str = mode.into();
                return Err(client(format!(
                    "When networkMode={mode}, the host ports and container ports in port mappings must match."
                )));
            }
            (_, host) => host.unwrap_or(0),
        };
        ports.push(PortMapping { container, host, protocol });
    }
    Ok(ports)
}

fn port(number: i64, least: u16) -> Result<u16, AwsError> {
    let port = u16::try_from(number).ok().filter(|port| *port >= least);
    port.ok_or_else(|| client(format!("Invalid port number {number} in port mapping.")))
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html>
fn log(input: &Input<'_>) -> Result<Option<(String, String)>, AwsError> {
    let log = input.part("logConfiguration");
    if log.text("logDriver") != Some("awslogs") {
        return Ok(None);
    }
    let options = log.part("options");
    match (options.text("awslogs-group"), options.text("awslogs-region")) {
        (Some(group), Some(_)) => {
            Ok(Some((group.to_owned(), options.text("awslogs-stream-prefix").unwrap_or_default().to_owned())))
        }
        (None | Some(_), _) => Err(client("Log driver awslogs requires options: awslogs-region, awslogs-group")),
    }
}
