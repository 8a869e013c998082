//! `update_district`: number and type of the container instances, and how private subnets reach the internet. Only what
//! differs is touched.
//!
//! What is new is made first, then routes and instances move over, then what nothing uses any more goes.

mod create_launch_template_version;
mod delete_nat_gateway;
mod fleet;
mod point_route;
mod release_address;
mod remove_route;
mod replace_instances;
mod resize_cluster;

use serde_json::Value;
use shared::district::{DistrictSpec, NatType};
use shared::problem::Code;
use shared::resource::Lifecycle;
use shared::store::RecordChange;

use create_launch_template_version::CreateLaunchTemplateVersion;
use delete_nat_gateway::DeleteNatGateway;
use point_route::PointRoute;
use release_address::ReleaseAddress;
use remove_route::RemoveRoute;
use replace_instances::ReplaceInstances;
use resize_cluster::ResizeCluster;

use super::DistrictCx;
use super::condition::last_change;
use super::provision_district::layout::Zone;
use super::provision_district::{AllocateAddress, CreateNatGateway, FindImage};
use crate::engine::{Ending, Failure, Plan, Planned, Workflow};

/// Changes a district.
pub struct UpdateDistrict;

impl Workflow for UpdateDistrict {
    type Cx = DistrictCx;

    fn plan(&self, cx: &DistrictCx) -> Plan<DistrictCx> {
        match &cx.target.before {
            Some(before) => plan(before, &cx.target.spec),
            None => Plan::new(),
        }
    }

    fn record(&self, cx: &DistrictCx, ending: &Ending) -> RecordChange {
        let spec = match ending {
            Ending::Succeeded => Some(cx.target.spec.clone()),
            Ending::TakenBack(_) | Ending::Left(_) => None,
        };
        // Also half-changed the district stands and serves its heritages.
        let (state, condition) = (Lifecycle::Active, last_change(&cx.run, ending));
        RecordChange::District { state, spec, ids: None, condition }
    }

    fn result(&self, _cx: &DistrictCx) -> Option<Value> {
        None
    }
}

/// The steps that make of a district what it is to be.
fn plan(before: &DistrictSpec, after: &DistrictSpec) -> Plan<DistrictCx> {
    let mut plan = Plan::new();
    let (had, has) = (before.nat_type, after.nat_type);
    let mut moved = vec![];
    for zone in Zone::with_gateway(has).filter(|zone| zone.number() > had.gateways()) {
        let address = plan.add(AllocateAddress(zone), &[]);
        moved.push(plan.add(CreateNatGateway(zone), &[address]));
    }
    let gateways = moved.clone();
    for zone in Zone::ALL {
        if zone.way_out(has).is_some() && zone.way_out(has) != zone.way_out(had) {
            moved.push(plan.add(PointRoute(zone), &gateways));
        }
    }
    moved.extend(add_instances(&mut plan, before, after, &moved));
    let before_removals = moved.clone();
    for zone in Zone::ALL {
        if has == NatType::None && zone.way_out(had).is_some() {
            moved.push(plan.add(RemoveRoute(zone), &before_removals));
        }
    }
    for zone in Zone::with_gateway(had).filter(|zone| zone.number() > has.gateways()) {
        let deleted = plan.add(DeleteNatGateway(zone), &moved);
        plan.add(ReleaseAddress(zone), &[deleted]);
    }
    plan
}

/// Adds what changes the instances, after `moved`: what new ones need to reach ECS.
fn add_instances(
    plan: &mut Plan<DistrictCx>,
    before: &DistrictSpec,
    after: &DistrictSpec,
    moved: &[Planned],
) -> Option<Planned> {
    if after.replaces_instances_of(before) {
        let image = plan.add(FindImage, &[]);
        let version = plan.add(CreateLaunchTemplateVersion, &[image]);
        let needed: Vec<Planned> = moved.iter().copied().chain([version]).collect();
        return Some(plan.add(ReplaceInstances, &needed));
    }
    (after.cluster_size != before.cluster_size).then(|| plan.add(ResizeCluster, &[]))
}

/// How private subnets reached the internet before.
fn nat_before(cx: &DistrictCx) -> NatType {
    cx.target.before.as_ref().map_or(cx.target.spec.nat_type, |before| before.nat_type)
}

/// A part of the district that should stand; reads may lag, so it is looked for again for a while.
fn missing(what: &str) -> Failure {
    let detail = format!("{what}, which belongs to the district, is not there");
    Failure::not_seen_yet(Code::AwsRefused, detail)
}

#[cfg(test)]
mod tests {
    use shared::district::{DistrictPatch, Given};
    use shared::outline::{self, Standing};
    use shared::payload::Payload;

    use super::*;

    fn spec(nat_type: NatType, cluster_size: u32, instance_type: &str) -> DistrictSpec {
        DistrictSpec {
            region: "us-east-1".into(),
            cidr_block: None,
            nat_type,
            cluster_size,
            instance_type: instance_type.into(),
            public_zone: None,
            given: Given::default(),
        }
    }

    #[test]
    fn the_plan_has_the_steps_of_the_outline() {
        let ways = [NatType::None, NatType::Gateway, NatType::GatewayMultiAz];
        for (had, has) in ways.into_iter().flat_map(|had| ways.map(|has| (had, has))) {
            for (size, kind) in [(1, "t3.small"), (2, "t3.small"), (1, "t4g.small"), (3, "t4g.small")] {
                let (before, after) = (spec(had, 1, "t3.small"), spec(has, size, kind));
                let patch =
                    DistrictPatch { cluster_size: Some(size), instance_type: Some(kind.into()), nat_type: Some(has) };
                let standing = Standing { district_spec: Some(&before), ..Standing::default() };
                let outline = outline::of(&Payload::UpdateDistrict { patch }, &standing);
                let outlined: Vec<_> = outline.iter().map(|step| step.step.as_str()).collect();
                assert_eq!(plan(&before, &after).labels(), outlined, "{had} to {has}, {size} {kind}");
            }
        }
    }

    #[test]
    fn what_does_not_differ_is_not_touched() {
        let spec = spec(NatType::Gateway, 1, "t3.small");
        assert!(plan(&spec, &spec).labels().is_empty());
    }
}
