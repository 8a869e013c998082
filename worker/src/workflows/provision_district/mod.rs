//! `provision_district`: makes a district's network, roles, cluster and instances.
//!
//! The longest chain is VPC, subnet, NAT gateway, route, Auto Scaling group, instances in the cluster; all else runs beside.

mod access;
mod allocate_address;
mod associate_route_table;
mod attach_internet_gateway;
mod attach_policies;
mod authorize_ingress;
mod await_instances;
mod check_given;
mod choose_zones;
mod create_auto_scaling_group;
mod create_cluster;
mod create_instance_profile;
mod create_internet_gateway;
mod create_launch_template;
mod create_nat_gateway;
mod create_private_zone;
mod create_role;
mod create_route;
mod create_route_table;
mod create_security_group;
mod create_subnet;
mod create_vpc;
mod enable_dns;
mod find_image;
mod find_subnets;
pub(super) mod layout;
mod network;
pub(super) mod parts;

use serde_json::{Value, json};
use shared::district::{DistrictSpec, Given};
use shared::resource::Lifecycle;
use shared::store::RecordChange;

pub(super) use allocate_address::AllocateAddress;
use associate_route_table::AssociateRouteTable;
use attach_internet_gateway::AttachInternetGateway;
use attach_policies::AttachPolicies;
pub(super) use attach_policies::OF_ECS;
use authorize_ingress::AuthorizeIngress;
use await_instances::AwaitInstances;
use check_given::CheckGiven;
use choose_zones::ChooseZones;
use create_auto_scaling_group::CreateAutoScalingGroup;
use create_cluster::CreateCluster;
use create_instance_profile::CreateInstanceProfile;
use create_internet_gateway::CreateInternetGateway;
use create_launch_template::CreateLaunchTemplate;
pub(super) use create_nat_gateway::CreateNatGateway;
use create_private_zone::CreatePrivateZone;
use create_role::CreateRole;
pub(super) use create_role::Role;
use create_route::CreateRoute;
pub(super) use create_route_table::CreateRouteTable;
use create_security_group::CreateSecurityGroup;
pub(super) use create_security_group::Group;
use create_subnet::CreateSubnet;
use create_vpc::CreateVpc;
use enable_dns::EnableDns;
pub(super) use find_image::FindImage;
use find_subnets::FindSubnets;

use super::DistrictCx;
use super::condition::last_change;
use crate::engine::{Ending, Plan, Planned, Workflow};

/// Makes a district.
pub struct ProvisionDistrict;

impl Workflow for ProvisionDistrict {
    type Cx = DistrictCx;

    fn plan(&self, cx: &DistrictCx) -> Plan<DistrictCx> {
        plan(&cx.target.spec)
    }

    fn record(&self, cx: &DistrictCx, ending: &Ending) -> RecordChange {
        let state = match ending {
            Ending::Succeeded => Lifecycle::Active,
            Ending::TakenBack(_) => return RecordChange::DistrictRemoved,
            Ending::Left(_) => Lifecycle::Failed,
        };
        let (spec, ids) = (Some(cx.target.spec.clone()), Some(parts::reached(cx)));
        RecordChange::District { state, spec, ids, condition: last_change(&cx.run, ending) }
    }

    fn result(&self, cx: &DistrictCx) -> Option<Value> {
        Some(json!({ "ids": parts::reached(cx) }))
    }
}

/// The steps that make a district.
fn plan(spec: &DistrictSpec) -> Plan<DistrictCx> {
    let mut plan = Plan::new();
    let checked: Vec<Planned> = if spec.given == Given::default() { vec![] } else { vec![plan.add(CheckGiven, &[])] };
    let network = network::add(&mut plan, spec, &checked);
    let security_group = access::add_security_groups(&mut plan, &spec.given, &network.vpc);
    let [role, policies] = access::add_roles(&mut plan, &spec.given, &checked);
    let profile = plan.add(CreateInstanceProfile, &[role]);
    let cluster = plan.add(CreateCluster, &checked);
    let image = plan.add(FindImage, &[]);
    let template = plan.add(CreateLaunchTemplate, &[profile, image, security_group]);
    let needed: Vec<Planned> = network.ways_out.into_iter().chain([template, cluster, policies]).collect();
    let group = plan.add(CreateAutoScalingGroup, &needed);
    plan.add(CreatePrivateZone, &network.dns);
    plan.add(AwaitInstances, &[group]);
    plan
}

#[cfg(test)]
mod tests {
    use shared::district::NatType;
    use shared::outline::{self, Effect, Standing};
    use shared::payload::Payload;

    use super::*;

    fn spec(nat_type: NatType, given: Given) -> DistrictSpec {
        DistrictSpec {
            region: "us-east-1".into(),
            cidr_block: given.vpc_id.is_none().then(|| "10.42.0.0/16".parse().unwrap()),
            nat_type,
            cluster_size: 1,
            instance_type: "t3.small".into(),
            public_zone: None,
            given,
        }
    }

    #[test]
    fn the_plan_has_the_steps_of_the_outline() {
        let groups_and_roles = Given {
            vpc_id: Some("vpc-1".into()),
            instance_security_group: Some("sg-1".into()),
            ecs_instance_role: Some("instances".into()),
            ..Given::default()
        };
        let role = Given { ecs_service_role: Some("services".into()), ..Given::default() };
        for given in [Given::default(), role, groups_and_roles] {
            for nat_type in [NatType::None, NatType::Gateway, NatType::GatewayMultiAz] {
                let spec = spec(nat_type, given.clone());
                let outline = outline::of(&Payload::ProvisionDistrict { spec: spec.clone() }, &Standing::default());
                let outlined: Vec<_> = outline.iter().map(|step| step.step.as_str()).collect();
                assert_eq!(plan(&spec).labels(), outlined);
                // What is given is checked by steps that else make something, so not every check is one of these.
                let checks = |label: &&str| outline.iter().any(|it| it.step == **label && it.effect == Effect::Check);
                assert!(plan(&spec).looking().iter().all(checks), "{:?}", plan(&spec).looking());
            }
        }
    }
}
