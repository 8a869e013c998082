//! The network's part of the plan: everything here is shown but skipped when a VPC was given.

use shared::district::DistrictSpec;

use super::layout::{Subnet, Table, Zone};
use super::{
    AllocateAddress, AssociateRouteTable, AttachInternetGateway, ChooseZones, CreateInternetGateway, CreateNatGateway,
    CreateRoute, CreateRouteTable, CreateSubnet, CreateVpc, EnableDns, FindSubnets, parts,
};
use crate::engine::{Plan, Planned, Step};
use crate::workflows::DistrictCx;

/// What other parts of the plan wait for.
pub(super) struct Network {
    /// The VPC is there.
    pub(super) vpc: Vec<Planned>,
    /// It has DNS.
    pub(super) dns: Vec<Planned>,
    /// Instances can be launched, and reach ECS.
    pub(super) ways_out: Vec<Planned>,
}

/// Adds steps, or shows them as skipped.
struct Drawing<'a> {
    plan: &'a mut Plan<DistrictCx>,
    given: bool,
}

impl Drawing<'_> {
    fn make<S: Step<Cx = DistrictCx>>(&mut self, step: S, after: &[Planned]) -> Planned {
        if self.given { self.plan.skip(step, "the VPC was given") } else { self.plan.add(step, after) }
    }
}

/// Adds the network's steps after `checked`.
pub(super) fn add(plan: &mut Plan<DistrictCx>, spec: &DistrictSpec, checked: &[Planned]) -> Network {
    let given = spec.given.vpc_id.is_some();
    let mut drawing = Drawing { plan, given };
    let zones = drawing.make(ChooseZones, checked);
    let vpc = drawing.make(CreateVpc, checked);
    let dns = drawing.make(EnableDns, &[vpc]);
    let gateway = drawing.make(CreateInternetGateway, checked);
    let attached = drawing.make(AttachInternetGateway, &[vpc, gateway]);
    let subnets = Subnet::ALL.map(|subnet| drawing.make(CreateSubnet(subnet), &[vpc, zones]));
    let tables = Table::ALL.map(|table| drawing.make(CreateRouteTable(table), &[vpc]));
    let table_of = |subnet: Subnet| Table::ALL.iter().position(|table| *table == subnet.table()).map(|at| tables[at]);
    let mut ways_out = vec![];
    for (subnet, made) in Subnet::ALL.into_iter().zip(subnets) {
        let after: Vec<_> = table_of(subnet).into_iter().chain([made]).collect();
        let associated = drawing.make(AssociateRouteTable(subnet), &after);
        if matches!(subnet, Subnet::Public(_)) == parts::is_public(spec.nat_type) {
            ways_out.push(associated);
        }
    }
    let [public, private @ ..] = tables;
    ways_out.push(drawing.make(CreateRoute(Table::Public), &[public, attached]));
    let gateways = nat_gateways(&mut drawing, spec, attached, &subnets);
    for (zone, table) in Zone::ALL.into_iter().zip(private) {
        if let Some(way) = zone.way_out(spec.nat_type) {
            ways_out.push(drawing.make(CreateRoute(Table::Private(zone)), &[table, gateways[way.index()]]));
        }
    }
    if given {
        let found = plan.add(FindSubnets, checked);
        return Network { vpc: checked.to_vec(), dns: checked.to_vec(), ways_out: vec![found] };
    }
    Network { vpc: vec![vpc], dns: vec![vpc, dns], ways_out }
}

/// A NAT gateway needs the way out of its own subnet: AWS refuses one in a VPC without an attached internet gateway.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html>
fn nat_gateways(
    drawing: &mut Drawing<'_>,
    spec: &DistrictSpec,
    attached: Planned,
    subnets: &[Planned; 4],
) -> Vec<Planned> {
    let zones = Zone::with_gateway(spec.nat_type);
    zones
        .map(|zone| {
            let address = drawing.make(AllocateAddress(zone), &[]);
            drawing.make(CreateNatGateway(zone), &[address, subnets[zone.index()], attached])
        })
        .collect()
}
