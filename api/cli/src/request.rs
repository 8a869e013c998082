//! Bodies of requests. What is also typed on the command line derives its options from the same fields, so that an
//! option and its field cannot drift apart; doc comments are their help.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::Serialize;
use serde_json::{Map, Value};
use shared::district::NatType;
use shared::heritage::Protocol;
use shared::names::{DistrictName, ServiceName};

/// Reads one of the words of an enum, and lists them in the help.
pub fn one_of<T>() -> impl TypedValueParser<Value = T>
where
    T: strum::VariantNames + std::str::FromStr<Err = strum::ParseError> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(T::VARIANTS).try_map(|word| word.parse::<T>())
}

/// `POST /districts`
#[derive(Clone, Debug, Serialize, clap::Args)]
pub struct NewDistrict {
    /// Name of the district: 1 to 40 lower-case letters, digits and hyphens.
    pub name: DistrictName,
    /// AWS region; the workers' own when not given.
    #[arg(long)]
    pub region: Option<String>,
    /// Address range of the VPC, a private /16 such as 10.42.0.0/16; a free one is drawn when not given.
    #[arg(long, value_name = "CIDR")]
    pub cidr_block: Option<String>,
    /// What can be changed later.
    #[command(flatten)]
    #[serde(flatten)]
    pub size: DistrictChange,
    /// Id of the public hosted zone in which public services get their names.
    #[arg(long, value_name = "ZONE_ID")]
    pub public_zone: Option<String>,
    /// A VPC of yours to use; then no network is made.
    #[arg(long, help_heading = "Use what exists")]
    pub vpc_id: Option<String>,
    /// Subnets of that VPC; when not given, they are found by their tag Network = Public or Private.
    #[arg(long = "subnet-id", value_name = "SUBNET_ID", requires = "vpc_id", help_heading = "Use what exists")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subnet_ids: Vec<String>,
    /// Security group of internet-facing load balancers.
    #[arg(long, value_name = "SG_ID", help_heading = "Use what exists")]
    pub public_elb_security_group: Option<String>,
    /// Security group of internal load balancers.
    #[arg(long, value_name = "SG_ID", help_heading = "Use what exists")]
    pub private_elb_security_group: Option<String>,
    /// Security group of the container instances.
    #[arg(long, value_name = "SG_ID", help_heading = "Use what exists")]
    pub instance_security_group: Option<String>,
    /// Name or ARN of the role that ECS registers targets with.
    #[arg(long, value_name = "ROLE", help_heading = "Use what exists")]
    pub ecs_service_role: Option<String>,
    /// Name or ARN of the role of the container instances.
    #[arg(long, value_name = "ROLE", help_heading = "Use what exists")]
    pub ecs_instance_role: Option<String>,
}

/// `PATCH /districts/:name`; what is not given keeps its value.
#[derive(Clone, Debug, Default, Serialize, clap::Args)]
pub struct DistrictChange {
    /// Number of container instances.
    #[arg(long, value_name = "N")]
    pub cluster_size: Option<u32>,
    /// EC2 instance type of the container instances, such as t3.small.
    #[arg(long, value_name = "TYPE")]
    pub instance_type: Option<String>,
    /// How instances in private subnets reach the internet.
    #[arg(long, value_parser = one_of::<NatType>())]
    pub nat_type: Option<NatType>,
}

impl DistrictChange {
    /// Whether nothing would change.
    pub fn is_empty(&self) -> bool {
        self.cluster_size.is_none() && self.instance_type.is_none() && self.nat_type.is_none()
    }
}

/// `POST /districts/:district/heritages` and `PATCH …/:heritage`; what is not given keeps its value.
#[derive(Clone, Debug, Default, Serialize)]
pub struct App {
    /// Image without its tag.
    pub image_name: Option<String>,
    /// Tag of the image.
    pub image_tag: Option<String>,
    /// Environment variables.
    pub env_vars: Option<Map<String, Value>>,
    /// Its services; in a change, all that are to be.
    pub services: Option<Vec<Service>>,
}

/// One service in an [`App`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Service {
    /// Its name.
    pub name: ServiceName,
    /// One line for a shell to split; the image's own when absent.
    pub command: Option<String>,
    /// CPU units, 1024 to a core.
    pub cpu: Option<u32>,
    /// Memory in MiB.
    pub memory: Option<u32>,
    /// Whether it faces the internet.
    pub public: Option<bool>,
    /// Number of tasks.
    pub desired_count: Option<u32>,
    /// Its ports.
    pub port_mappings: Option<Vec<Port>>,
}

impl Service {
    /// A service of which nothing but the name is given.
    pub fn named(name: ServiceName) -> Self {
        Service { name, command: None, cpu: None, memory: None, public: None, desired_count: None, port_mappings: None }
    }
}

/// One port of a service; written `80:3000`, `443:3000/https`, or `80` for both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Port {
    /// Port of the load balancer.
    pub lb_port: u16,
    /// Port in the container.
    pub container_port: u16,
    /// How it is balanced; the API's default when absent.
    pub protocol: Option<Protocol>,
}

/// Why a text is not a port mapping.
#[derive(Debug, thiserror::Error)]
#[error("write LOAD_BALANCER_PORT:CONTAINER_PORT, such as 80:3000, with /http or /https behind it if need be")]
pub struct NotAPort;

impl std::str::FromStr for Port {
    type Err = NotAPort;

    fn from_str(text: &str) -> Result<Self, NotAPort> {
        let (ports, protocol) = match text.split_once('/') {
            Some((ports, protocol)) => (ports, Some(protocol.parse().map_err(|_| NotAPort)?)),
            None => (text, None),
        };
        let (balancer, container) = ports.split_once(':').unwrap_or((ports, ports));
        let number = |text: &str| text.parse().ok().filter(|port| *port != 0).ok_or(NotAPort);
        Ok(Port { lb_port: number(balancer)?, container_port: number(container)?, protocol })
    }
}

/// The body of a request: what was not given is left out, so that it keeps its value.
pub fn body(request: &impl Serialize) -> Result<Value, serde_json::Error> {
    serde_json::to_value(request).map(without_absent)
}

fn without_absent(value: Value) -> Value {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
        Value::Object(fields) => {
            let given = fields.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(given.map(|(name, value)| (name, without_absent(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_absent).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ports_are_written_as_docker_writes_them() {
        let port = |lb_port, container_port, protocol| Port { lb_port, container_port, protocol };
        assert_eq!("80:3000".parse::<Port>().unwrap(), port(80, 3000, None));
        assert_eq!("443:3000/https".parse::<Port>().unwrap(), port(443, 3000, Some(Protocol::Https)));
        assert_eq!("80".parse::<Port>().unwrap(), port(80, 80, None));
        for wrong in ["", "80:", ":80", "0:80", "65536:80", "80:80:80", "80:80/udp"] {
            assert!(wrong.parse::<Port>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_was_not_given_is_not_sent() {
        let mut web = Service::named(ServiceName::parse("web").unwrap());
        web.memory = Some(256);
        let app = App { image_name: Some("nginx".to_owned()), services: Some(vec![web]), ..App::default() };
        let expected = json!({"image_name": "nginx", "services": [{"name": "web", "memory": 256}]});
        assert_eq!(body(&app).unwrap(), expected);
    }
}
