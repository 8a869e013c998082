//! Documents that the API answers with, as far as they are shown. Fields may be missing, and unknown ones are passed
//! over, so that a newer API can be read.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use shared::heritage::{Command, PortMapping};
use shared::ids::OperationId;
use shared::operation::Operation;
use shared::outline::PlannedStep;
use shared::problem::Problem;
use shared::resource::{Condition, Lifecycle};
use shared::time::Timestamp;

/// `{"operation": …}` of one operation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OperationDocument {
    /// The operation.
    pub operation: Operation,
}

/// The answer to a change.
#[derive(Clone, Debug, Deserialize)]
pub struct Accepted {
    /// The operation that does it.
    pub operation: Receipt,
}

/// The part of an accepted operation that is needed to watch it.
#[derive(Clone, Debug, Deserialize)]
pub struct Receipt {
    /// Its id.
    pub id: OperationId,
    /// The newest sequence number then.
    #[serde(default)]
    pub seq: u64,
}

/// The answer to a dry run.
#[derive(Clone, Debug, Deserialize)]
pub struct PlanDocument {
    /// What would be done.
    pub plan: Plan,
}

/// What would be done.
#[derive(Clone, Debug, Deserialize)]
pub struct Plan {
    /// The steps that the operation would take.
    #[serde(default)]
    pub steps: Vec<PlannedStep>,
    /// Why the change would be refused.
    #[serde(default)]
    pub refused: Option<Box<Problem>>,
}

/// A page of operations, newest first.
#[derive(Clone, Debug, Deserialize)]
pub struct OperationList {
    /// The operations.
    pub operations: Vec<Operation>,
    /// Where the next page begins, when there is one.
    #[serde(default)]
    pub next: Option<String>,
}

/// `{"district": …}`
#[derive(Clone, Debug, Deserialize)]
pub struct DistrictDocument {
    /// The district.
    pub district: DistrictView,
}

/// `{"districts": […]}`
#[derive(Clone, Debug, Deserialize)]
pub struct DistrictList {
    /// The districts.
    pub districts: Vec<DistrictView>,
}

/// A district.
#[derive(Clone, Debug, Deserialize)]
pub struct DistrictView {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub state: Lifecycle,
    /// AWS region.
    #[serde(default)]
    pub region: String,
    /// Address range.
    #[serde(default)]
    pub cidr_block: Option<String>,
    /// How private subnets reach the internet.
    #[serde(default)]
    pub nat_type: Option<String>,
    /// Number of container instances.
    #[serde(default)]
    pub cluster_size: u32,
    /// EC2 instance type.
    #[serde(default)]
    pub instance_type: String,
    /// Hosted zone of public services.
    #[serde(default)]
    pub public_zone: Option<String>,
    /// The ids of the seed.
    #[serde(default)]
    pub vpc_id: Option<String>,
    /// Security group of internet-facing load balancers.
    #[serde(default)]
    pub public_elb_security_group: Option<String>,
    /// Security group of internal load balancers.
    #[serde(default)]
    pub private_elb_security_group: Option<String>,
    /// Security group of the container instances.
    #[serde(default)]
    pub instance_security_group: Option<String>,
    /// Role that ECS registers targets with.
    #[serde(default)]
    pub ecs_service_role: Option<String>,
    /// Role of the container instances.
    #[serde(default)]
    pub ecs_instance_role: Option<String>,
    /// Why it stands there.
    #[serde(default)]
    pub conditions: Vec<Condition>,
    /// When it was accepted.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
}

/// `{"heritage": …}`
#[derive(Clone, Debug, Deserialize)]
pub struct AppDocument {
    /// The heritage.
    pub heritage: AppView,
}

/// `{"heritages": […]}`
#[derive(Clone, Debug, Deserialize)]
pub struct AppList {
    /// The heritages.
    pub heritages: Vec<AppView>,
}

/// A heritage.
#[derive(Clone, Debug, Deserialize)]
pub struct AppView {
    /// Its name.
    pub name: String,
    /// When it was accepted.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// Its district.
    #[serde(default)]
    pub district: String,
    /// Image without its tag, once it is known.
    #[serde(default)]
    pub image_name: Option<String>,
    /// Tag of the image.
    #[serde(default)]
    pub image_tag: Option<String>,
    /// Where it stands.
    pub state: Lifecycle,
    /// Its environment; `<secret>` stands for every secret.
    #[serde(default)]
    pub env_vars: Map<String, Value>,
    /// Its services.
    #[serde(default)]
    pub services: Vec<ServiceView>,
    /// Why it stands there.
    #[serde(default)]
    pub conditions: Vec<Condition>,
}

/// A service.
#[derive(Clone, Debug, Deserialize)]
pub struct ServiceView {
    /// Its name.
    pub name: String,
    /// What it runs, unless that is the image's own.
    #[serde(default)]
    pub command: Option<Command>,
    /// CPU units.
    #[serde(default)]
    pub cpu: u32,
    /// Memory in MiB.
    #[serde(default)]
    pub memory: u32,
    /// Whether it faces the internet.
    #[serde(default)]
    pub public: bool,
    /// How many tasks are to run.
    #[serde(default)]
    pub desired_count: u32,
    /// How many ran when it was last observed.
    #[serde(default)]
    pub running_count: Option<u32>,
    /// When that was.
    #[serde(default)]
    pub observed_at: Option<Timestamp>,
    /// Its ports.
    #[serde(default)]
    pub port_mappings: Vec<PortMapping>,
    /// Names under which it is found.
    #[serde(default)]
    pub endpoints: Vec<String>,
    /// DNS name of its load balancer.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// `not_created`, `deploying`, `active` or `inactive`.
    #[serde(default)]
    pub status: String,
}
