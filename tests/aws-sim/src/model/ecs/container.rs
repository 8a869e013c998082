//! Container definitions: what of them placement and tasks need. How they are checked is in `container_checks`.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::container_checks as checks;
use super::image::Behaviour;
use super::refusal::client;
use crate::model::error::AwsError;
use crate::model::input::Input;

/// One container of a task definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Container {
    pub(super) name: String,
    pub(super) image: String,
    pub(super) behaviour: Behaviour,
    pub(super) cpu: i64,
    /// The hard limit, MiB.
    pub(super) memory: Option<i64>,
    /// The soft limit, MiB: this much is set aside on the instance.
    pub(super) reservation: Option<i64>,
    pub(super) is_essential: bool,
    pub(super) ports: Vec<PortMapping>,
    /// Where its secrets come from.
    pub(super) secrets: Vec<String>,
    pub(super) health_check: Option<HealthCheck>,
    /// The containers that it waits for.
    pub(super) waits_for: Vec<Dependency>,
    /// How many seconds it may take to start and to stop, if it says so.
    pub(super) start_timeout: Option<i64>,
    pub(super) stop_timeout: Option<i64>,
    /// The log group and the prefix of the streams, if it logs to CloudWatch.
    pub(super) log: Option<Log>,
}

/// Where a container's lines go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Log {
    pub(super) group: String,
    pub(super) prefix: String,
    /// Whether the group is made when it is missing.
    pub(super) creates_group: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Dependency {
    pub(super) container: String,
    pub(super) condition: Condition,
}

/// What a container waits for in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString)]
#[strum(serialize_all = "UPPERCASE")]
pub(super) enum Condition {
    Start,
    Complete,
    Success,
    Healthy,
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct HealthCheck {
    /// Seconds.
    pub(super) interval: i64,
    pub(super) retries: i64,
    pub(super) start_period: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PortMapping {
    pub(super) container: u16,
    /// 0 asks for any free one.
    pub(super) host: u16,
    pub(super) protocol: Protocol,
}

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr, strum::EnumString, Serialize, Deserialize,
)]
#[strum(serialize_all = "lowercase")]
pub(super) enum Protocol {
    Tcp,
    Udp,
}

/// How the containers of a task see the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString, Serialize, Deserialize)]
#[strum(serialize_all = "lowercase")]
pub(super) enum NetworkMode {
    Bridge,
    Host,
    Awsvpc,
    None,
}

impl Container {
    pub(super) fn read(input: &Input<'_>, mode: NetworkMode) -> Result<Self, AwsError> {
        let name = checks::name(input)?;
        let image = checks::image(input)?;
        checks::shape(input, mode)?;
        let container = Self {
            name: name.to_owned(),
            image: image.to_owned(),
            behaviour: Behaviour::of(image),
            cpu: input.int("cpu")?.unwrap_or(0),
            memory: input.int("memory")?,
            reservation: input.int("memoryReservation")?,
            is_essential: input.flag("essential")?.unwrap_or(true),
            ports: ports(input, mode)?,
            secrets: checks::secrets(input)?,
            health_check: checks::health_check(input)?,
            waits_for: checks::dependencies(input)?,
            start_timeout: checks::timeout(input, "startTimeout")?,
            stop_timeout: checks::timeout(input, "stopTimeout")?,
            log: checks::log(input)?,
        };
        container.check_limits()?;
        Ok(container)
    }

    /// What is set aside for it on the instance, MiB.
    pub(super) fn reserved_memory(&self) -> i64 {
        self.reservation.or(self.memory).unwrap_or(0)
    }

    /// Whether its image is in a private registry of ECR.
    pub(super) fn is_private_image(&self) -> bool {
        self.image.contains(".dkr.ecr.")
    }

    /// Whether one of its secrets is in Secrets Manager.
    pub(super) fn reads_secrets(&self) -> bool {
        self.secrets.iter().any(|source| source.contains(":secretsmanager:"))
    }

    /// Whether one of its secrets is in Parameter Store.
    pub(super) fn reads_parameters(&self) -> bool {
        self.secrets.iter().any(|source| !source.contains(":secretsmanager:"))
    }

    fn check_limits(&self) -> Result<(), AwsError> {
        let refuse = |what: &str| Err(client(format!("Invalid setting for container '{}'. {what}", self.name)));
        if self.cpu < 0 {
            return refuse("'cpu' must not be negative.");
        }
        // Docker refuses containers with less.
        if [self.memory, self.reservation].into_iter().flatten().any(|limit| limit < 6) {
            return refuse("'memory' and 'memoryReservation' must be at least 6 MiB.");
        }
        if self.memory.zip(self.reservation).is_some_and(|(hard, soft)| hard < soft) {
            return refuse("'memory' must be greater than or equal to 'memoryReservation'.");
        }
        Ok(())
    }
}

/// The definition as it is described: with the defaults filled in.
pub(super) fn render(definition: &Value, mode: NetworkMode) -> Value {
    let mut shown = json!({"cpu": 0, "portMappings": [], "essential": true, "environment": [], "mountPoints": [],
        "volumesFrom": [], "systemControls": []});
    if let (Some(members), Some(given)) = (shown.as_object_mut(), definition.as_object()) {
        members.extend(
            given.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.clone(), value.clone())),
        );
    }
    let mappings = shown.get_mut("portMappings").and_then(Value::as_array_mut);
    for mapping in mappings.into_iter().flatten().filter_map(Value::as_object_mut) {
        let same = mapping.get("containerPort").cloned().unwrap_or_default();
        let usual = match mode {
            NetworkMode::Host | NetworkMode::Awsvpc => same,
            NetworkMode::Bridge | NetworkMode::None => json!(0),
        };
        if !mapping.contains_key("containerPortRange") {
            mapping.entry("hostPort").or_insert(usual);
        }
        mapping.entry("protocol").or_insert_with(|| json!("tcp"));
    }
    if let Some(check) = shown.get_mut("healthCheck").and_then(Value::as_object_mut) {
        for (member, usual) in [("interval", 30), ("timeout", 5), ("retries", 3)] {
            check.entry(member).or_insert_with(|| json!(usual));
        }
    }
    shown
}

fn ports(input: &Input<'_>, mode: NetworkMode) -> Result<Vec<PortMapping>, AwsError> {
    let mut ports: Vec<PortMapping> = Vec::new();
    for part in input.parts("portMappings") {
        if part.has("containerPortRange") {
            continue;
        }
        let container = port(part.int("containerPort")?.unwrap_or(0), 1)?;
        let host = part.int("hostPort")?.map(|number| port(number, 0)).transpose()?;
        let protocol = part.text("protocol").unwrap_or("tcp");
        let protocol = protocol.parse().map_err(|_| client(format!("Invalid protocol {protocol} in port mapping.")))?;
        let host = match (mode, host) {
            (NetworkMode::Host | NetworkMode::Awsvpc, None | Some(0)) => container,
            (NetworkMode::Host | NetworkMode::Awsvpc, Some(host)) if host != container => {
                let mode: &str = mode.into();
                return Err(client(format!(
                    "When networkMode={mode}, the host ports and container ports in port mappings must match."
                )));
            }
            (NetworkMode::Bridge | NetworkMode::Host | NetworkMode::Awsvpc | NetworkMode::None, host) => {
                host.unwrap_or(0)
            }
        };
        ports.push(PortMapping { container, host, protocol });
    }
    Ok(ports)
}

fn port(number: i64, least: u16) -> Result<u16, AwsError> {
    let port = u16::try_from(number).ok().filter(|port| *port >= least);
    port.ok_or_else(|| client(format!("Invalid port number {number} in port mapping.")))
}
