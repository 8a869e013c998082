//! The way out of a private subnet, when it leads elsewhere from now on.
//!
//! Makes        the route 0.0.0.0/0 to the NAT gateway that serves the zone, in one call where there was one
//! Repeat-safe  compares with what stands
//! Undo         points it where it led before

use shared::district::NatType;

use super::{missing, nat_before};
use crate::aws::ec2::Target;
use crate::engine::{Failure, Step, Turn, Undone};
use crate::workflows::DistrictCx;
use crate::workflows::provision_district::layout::{Table, Zone};
use crate::workflows::provision_district::{AllocateAddress, CreateRouteTable};

/// Points the way out of a zone's private subnet.
pub(crate) struct PointRoute(pub(crate) Zone);

impl Step for PointRoute {
    type Cx = DistrictCx;
    /// The route table's id.
    type Output = String;
    const NAME: &'static str = "point_route";

    fn of(&self) -> Option<&str> {
        Some(Table::Private(self.0).name())
    }

    fn resources(table: &String) -> Vec<String> {
        vec![table.clone()]
    }

    async fn run(&self, cx: &DistrictCx) -> Result<Turn<String>, Failure> {
        cx.run.intent(self, nat_before(cx)).await?;
        Ok(Turn::Done(set_way_out(cx, self.0, cx.target.spec.nat_type).await?))
    }

    async fn undo(&self, cx: &DistrictCx) -> Result<Undone, Failure> {
        Ok(Undone::Done(vec![set_way_out(cx, self.0, nat_before(cx)).await?]))
    }
}

/// Makes the way out of a zone's private subnet what `nat` says. The route table's id.
pub(super) async fn set_way_out(cx: &DistrictCx, zone: Zone, nat: NatType) -> Result<String, Failure> {
    let name = CreateRouteTable::name(Table::Private(zone), cx);
    let tables = cx.aws.ec2.find_route_tables(&cx.owner, Some(&name)).await?;
    let table = tables.into_iter().next().map(|seen| seen.thing).ok_or_else(|| missing(&name))?;
    let wanted = match zone.way_out(nat) {
        Some(gateway) => Some(Target::NatGateway(standing_gateway(cx, gateway).await?)),
        None => None,
    };
    match (&table.way_out, &wanted) {
        (standing, wanted) if standing == wanted => {}
        (Some(_), Some(wanted)) => cx.aws.ec2.replace_way_out(&table.id, wanted).await?,
        (None, Some(wanted)) => cx.aws.ec2.create_way_out(&table.id, wanted).await?,
        (_, None) => cx.aws.ec2.delete_way_out(&table.id).await?,
    }
    Ok(table.id)
}

async fn standing_gateway(cx: &DistrictCx, zone: Zone) -> Result<String, Failure> {
    let name = AllocateAddress::name(zone, cx);
    let gateways = cx.aws.ec2.find_nat_gateways(&cx.owner, Some(&name)).await?;
    let standing = gateways.into_iter().find(|seen| !seen.going);
    standing.map(|seen| seen.thing.id).ok_or_else(|| missing(&name))
}
