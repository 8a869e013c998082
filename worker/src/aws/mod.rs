//! AWS, in verbs: find, create, is ready, delete. The only place that names the SDKs.
//!
//! An adapter per service; `call` makes each call, `limits` says how often, `error` what a refusal means, `owner` whose a
//! thing is, `names` what it is called. Credentials, region and endpoint come from the SDK's own environment.

mod answer;
pub mod autoscaling;
pub mod call;
mod connect;
pub mod ec2;
pub mod ecs;
pub mod elb;
pub mod error;
pub mod iam;
mod limits;
pub mod logs;
pub mod names;
mod observe;
pub mod owner;
pub mod route53;
pub mod ssm;

pub use call::{AbsentOk, Calls, NotCalled};
pub use connect::ConnectError;
pub use names::Names;
pub use owner::{Owner, Seen, Tag};

use autoscaling::AutoScaling;
use ec2::Ec2;
use ecs::Ecs;
use elb::Elb;
use iam::Iam;
use logs::Logs;
use route53::Route53;
use ssm::Ssm;

/// One account and region. Cheap to clone.
#[derive(Clone)]
pub struct Aws {
    /// `123456789012`
    pub account: String,
    /// `us-east-1`
    pub region: String,
    /// The installation whose tags and names are used.
    pub namespace: String,
    /// What things are called.
    pub names: Names,
    /// Networks, instances, launch templates.
    pub ec2: Ec2,
    /// Roles and instance profiles.
    pub iam: Iam,
    /// Auto Scaling groups.
    pub autoscaling: AutoScaling,
    /// Clusters, task definitions, services.
    pub ecs: Ecs,
    /// Classic load balancers.
    pub elb: Elb,
    /// Hosted zones and records.
    pub route53: Route53,
    /// Log groups.
    pub logs: Logs,
    /// Parameters.
    pub ssm: Ssm,
}
