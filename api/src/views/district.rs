//! A district as the API shows it.

use serde::Serialize;
use shared::district::NatType;
use shared::names::DistrictName;
use shared::resource::{Condition, Lifecycle};
use shared::time::Timestamp;
use utoipa::ToSchema;

use super::ResourceLinks;
use crate::standing::{DistrictView, lifecycle};

/// A district. Ids are null until they are known; those that were given are known at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DistrictDocument {
    /// Its name.
    pub name: DistrictName,
    /// Where it stands.
    pub state: Lifecycle,
    /// Why it stands there.
    pub conditions: Vec<Condition>,
    /// AWS region.
    pub region: String,
    /// The VPC's address range.
    pub cidr_block: Option<String>,
    /// How private subnets reach the internet.
    pub nat_type: NatType,
    /// How many container instances it is to have.
    pub cluster_size: u32,
    /// EC2 instance type.
    pub instance_type: String,
    /// `vpc-…`
    pub vpc_id: Option<String>,
    /// `sg-…` of internet-facing load balancers.
    pub public_elb_security_group: Option<String>,
    /// `sg-…` of internal load balancers.
    pub private_elb_security_group: Option<String>,
    /// `sg-…` of the container instances.
    pub instance_security_group: Option<String>,
    /// Role that ECS registers targets with.
    pub ecs_service_role: Option<String>,
    /// Role of the container instances.
    pub ecs_instance_role: Option<String>,
    /// `subnet-…` that the internet reaches.
    pub public_subnet_ids: Vec<String>,
    /// `subnet-…` that it does not reach.
    pub private_subnet_ids: Vec<String>,
    /// ARN of the ECS cluster.
    pub cluster_arn: Option<String>,
    /// Hosted zone of `<district>.bcn`.
    pub private_zone_id: Option<String>,
    /// Hosted zone of public services.
    pub public_zone: Option<String>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Where to go from here.
    pub links: ResourceLinks,
}

impl DistrictDocument {
    /// Shows a district as it is to be once everything accepted has succeeded.
    pub fn of(view: &DistrictView) -> Self {
        let spec = view.desired();
        let (district, ids, given) = (view.district.clone(), view.district.ids.clone(), spec.given);
        let name = district.name;
        let links = ResourceLinks {
            itself: format!("/v1/districts/{name}"),
            operations: format!("/v1/operations?district={name}"),
        };
        DistrictDocument {
            name,
            state: lifecycle(district.state, &view.unfinished),
            conditions: district.conditions,
            region: spec.region,
            cidr_block: spec.cidr_block.map(|range| range.to_string()),
            nat_type: spec.nat_type,
            cluster_size: spec.cluster_size,
            instance_type: spec.instance_type,
            vpc_id: ids.vpc_id.or(given.vpc_id),
            public_elb_security_group: ids.public_elb_security_group.or(given.public_elb_security_group),
            private_elb_security_group: ids.private_elb_security_group.or(given.private_elb_security_group),
            instance_security_group: ids.instance_security_group.or(given.instance_security_group),
            ecs_service_role: ids.ecs_service_role.or(given.ecs_service_role),
            ecs_instance_role: ids.ecs_instance_role.or(given.ecs_instance_role),
            public_subnet_ids: ids.public_subnet_ids,
            private_subnet_ids: ids.private_subnet_ids,
            cluster_arn: ids.cluster_arn,
            private_zone_id: ids.private_zone_id,
            public_zone: spec.public_zone,
            created_at: district.created_at,
            updated_at: district.updated_at,
            links,
        }
    }
}
