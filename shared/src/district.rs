//! A district: one VPC and one ECS cluster with what they need.

use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::names::DistrictName;
use crate::resource::{Condition, Lifecycle};
use crate::time::Timestamp;

/// How instances in private subnets reach the internet.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    ToSchema,
    strum::Display,
    strum::EnumString,
    strum::VariantNames,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum NatType {
    /// One NAT gateway for both zones.
    #[default]
    #[serde(alias = "managed_gateway")]
    Gateway,
    /// A NAT gateway in each zone.
    #[serde(alias = "managed_gateway_multi_az")]
    GatewayMultiAz,
    /// None: instances stand in the public subnets with public addresses.
    None,
}

impl NatType {
    /// How many NAT gateways there are; number `n` stands in zone `n`.
    pub fn gateways(self) -> u8 {
        match self {
            NatType::None => 0,
            NatType::Gateway => 1,
            NatType::GatewayMultiAz => 2,
        }
    }

    /// The number of the NAT gateway that the private subnet of a zone (1 or 2) goes out through.
    pub fn gateway_of(self, zone: u8) -> Option<u8> {
        match self {
            NatType::None => None,
            NatType::Gateway => Some(1),
            NatType::GatewayMultiAz => Some(zone),
        }
    }
}

/// What the user brought: used, checked to exist, never changed or deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Given {
    /// A VPC; then no network is made.
    pub vpc_id: Option<String>,
    /// Subnets in it; when empty they are found by the tag `Network` = `Public` / `Private`.
    pub subnet_ids: Vec<String>,
    /// Security group of internet-facing load balancers.
    pub public_elb_security_group: Option<String>,
    /// Security group of internal load balancers.
    pub private_elb_security_group: Option<String>,
    /// Security group of the container instances.
    pub instance_security_group: Option<String>,
    /// Name or ARN of the role that ECS registers targets with.
    pub ecs_service_role: Option<String>,
    /// Name or ARN of the role of the container instances.
    pub ecs_instance_role: Option<String>,
}

/// What a district is asked to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DistrictSpec {
    /// AWS region, `us-east-1`.
    pub region: String,
    /// The VPC's address range, an RFC 1918 /16, drawn at acceptance; absent with a given VPC.
    #[schema(value_type = Option<String>, example = "10.42.0.0/16")]
    pub cidr_block: Option<Ipv4Net>,
    /// How private subnets reach the internet.
    pub nat_type: NatType,
    /// Number of container instances.
    pub cluster_size: u32,
    /// EC2 instance type of the container instances.
    pub instance_type: String,
    /// Id of the public hosted zone for public services; used, never deleted.
    pub public_zone: Option<String>,
    /// What the user brought.
    #[serde(default)]
    pub given: Given,
}

impl DistrictSpec {
    /// Whether instances that fit `before` have to be replaced: they are of another type, or stand in other subnets.
    pub fn replaces_instances_of(&self, before: &DistrictSpec) -> bool {
        let moved = (self.nat_type == NatType::None) != (before.nat_type == NatType::None);
        self.instance_type != before.instance_type || moved
    }
}

/// A change to a district; an absent field keeps its value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DistrictPatch {
    /// New number of container instances.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster_size: Option<u32>,
    /// New instance type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_type: Option<String>,
    /// New way out for private subnets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nat_type: Option<NatType>,
}

impl DistrictPatch {
    /// The district after this change.
    pub fn applied_to(&self, before: &DistrictSpec) -> DistrictSpec {
        DistrictSpec {
            cluster_size: self.cluster_size.unwrap_or(before.cluster_size),
            instance_type: self.instance_type.clone().unwrap_or_else(|| before.instance_type.clone()),
            nat_type: self.nat_type.unwrap_or(before.nat_type),
            ..before.clone()
        }
    }
}

/// What AWS calls the parts of a district that heritages refer to. Filled when provisioning has succeeded, and with
/// what was reached when it was held.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct DistrictIds {
    /// `vpc-…`
    pub vpc_id: Option<String>,
    /// `sg-…`
    pub public_elb_security_group: Option<String>,
    /// `sg-…`
    pub private_elb_security_group: Option<String>,
    /// `sg-…`
    pub instance_security_group: Option<String>,
    /// Role name.
    pub ecs_service_role: Option<String>,
    /// Role name.
    pub ecs_instance_role: Option<String>,
    /// `subnet-…` of both zones.
    pub public_subnet_ids: Vec<String>,
    /// `subnet-…` of both zones.
    pub private_subnet_ids: Vec<String>,
    /// ARN of the ECS cluster.
    pub cluster_arn: Option<String>,
    /// Hosted-zone id of `<district>.bcn`.
    pub private_zone_id: Option<String>,
}

/// A district as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct District {
    /// Its name.
    pub name: DistrictName,
    /// What it was last made to be, or is being made to be by the operation that provisions it.
    #[serde(flatten)]
    pub spec: DistrictSpec,
    /// What AWS calls its parts.
    pub ids: DistrictIds,
    /// Where it stands.
    pub state: Lifecycle,
    /// Why it stands there.
    pub conditions: Vec<Condition>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}
