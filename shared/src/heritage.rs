//! A heritage: one application, its image, its environment and its services.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::names::{DistrictName, HeritageName, ServiceName};
use crate::resource::{Condition, Lifecycle};
use crate::time::Timestamp;

/// The tag of an image when none is given.
pub const DEFAULT_TAG: &str = "latest";
/// CPU units and MiB of a service when none are given, as in the original.
pub const DEFAULT_SIZE: u32 = 512;

/// What a container runs: one line for a shell to split, or words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Command {
    /// `rails server -p 3000`, split like a POSIX shell splits words.
    Line(String),
    /// `["rails", "server"]`.
    Words(Vec<String>),
}

impl Command {
    /// The words that the container runs; `None` when a quotation in the line does not end.
    pub fn words(&self) -> Option<Vec<String>> {
        match self {
            Command::Line(line) => shlex::split(line),
            Command::Words(words) => Some(words.clone()),
        }
    }
}

/// How a port is balanced.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, strum::Display, strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Protocol {
    /// Bytes as they come.
    #[default]
    Tcp,
    /// A TCP listener on port 80.
    Http,
    /// A TCP listener on port 443: TLS ends in the container.
    Https,
}

/// One port of a service, from its load balancer to its container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PortMapping {
    /// Port of the load balancer.
    pub lb_port: u16,
    /// Port in the container.
    pub container_port: u16,
    /// Port on the instance, unique in the district, 10000–19999; drawn at acceptance.
    pub host_port: u16,
    /// How it is balanced.
    #[serde(default)]
    pub protocol: Protocol,
}

/// What one service is asked to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServiceSpec {
    /// Its name.
    pub name: ServiceName,
    /// What it runs; the image's own command when absent.
    pub command: Option<Command>,
    /// CPU units, 1024 to a core.
    pub cpu: u32,
    /// Hard limit of memory in MiB.
    pub memory: u32,
    /// Whether its load balancer faces the internet.
    pub public: bool,
    /// How many tasks are to run.
    pub desired_count: u32,
    /// Its ports; none means no load balancer.
    pub port_mappings: Vec<PortMapping>,
}

impl ServiceSpec {
    /// Whether it has a load balancer: each service with ports has its own.
    pub fn is_balanced(&self) -> bool {
        !self.port_mappings.is_empty()
    }
}

/// A change to one service, found by name; an absent field keeps its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServicePatch {
    /// Which service.
    pub name: ServiceName,
    /// The whole service, when it is a new one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub added: Option<ServiceSpec>,
    /// New command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<Command>,
    /// New CPU units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<u32>,
    /// New memory in MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<u32>,
    /// New number of tasks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desired_count: Option<u32>,
}

/// One value of the environment.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EnvValue {
    /// Not a secret.
    Plain(String),
    /// A secret on its way: sealed for the worker, which writes it to `parameter`.
    Sealed {
        /// Name of the SSM parameter that the worker writes.
        parameter: String,
        /// Ciphertext, see [`crate::seal`].
        sealed: String,
    },
    /// A secret that stands in an SSM parameter or in Secrets Manager.
    From(String),
}

impl std::fmt::Debug for EnvValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            EnvValue::Plain(_) => f.write_str("Plain(***)"),
            EnvValue::Sealed { parameter, .. } => write!(f, "Sealed({parameter})"),
            EnvValue::From(source) => write!(f, "From({source})"),
        }
    }
}

/// Environment variables by name, in the order they were first set.
pub type Environment = IndexMap<String, EnvValue>;

/// What a heritage is asked to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeritageSpec {
    /// Image without its tag.
    pub image_name: String,
    /// Tag of the image.
    pub image_tag: String,
    /// Its environment.
    #[schema(value_type = std::collections::HashMap<String, EnvValue>)]
    pub environment: Environment,
    /// Its services.
    pub services: Vec<ServiceSpec>,
}

impl HeritageSpec {
    /// `name:tag`.
    pub fn image(&self) -> String {
        format!("{}:{}", self.image_name, self.image_tag)
    }

    /// The service of this name.
    pub fn service(&self, name: &ServiceName) -> Option<&ServiceSpec> {
        self.services.iter().find(|service| service.name == *name)
    }
}

/// A new image, command, size, or set of services; an absent field keeps its value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeritagePatch {
    /// New image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_name: Option<String>,
    /// New tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_tag: Option<String>,
    /// When present, all services that are to be: those not named are removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub services: Option<Vec<ServicePatch>>,
    /// When present, values set besides those that stand.
    #[serde(default, skip_serializing_if = "Environment::is_empty")]
    #[schema(value_type = std::collections::HashMap<String, EnvValue>)]
    pub environment: Environment,
}

/// A heritage as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Heritage {
    /// Its district.
    pub district: DistrictName,
    /// Its name.
    pub name: HeritageName,
    /// What it was last made to be; absent until its creation has succeeded, or has failed and left something.
    pub applied: Option<HeritageSpec>,
    /// What AWS calls the parts of its services, by service name.
    pub services: IndexMap<String, ServiceIds>,
    /// Where it stands.
    pub state: Lifecycle,
    /// Why it stands there.
    pub conditions: Vec<Condition>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What AWS calls the parts of one service, as of the last operation that changed it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ServiceIds {
    /// ARN of the ECS service.
    pub service_arn: Option<String>,
    /// ARN of the task definition's revision.
    pub task_definition: Option<String>,
    /// DNS name of the load balancer.
    pub load_balancer: Option<String>,
    /// Names under which it is found.
    pub endpoints: Vec<String>,
    /// Tasks that ran when it was last observed.
    pub running_count: Option<u32>,
    /// When it was last observed.
    pub observed_at: Option<Timestamp>,
}
