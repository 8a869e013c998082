//! The way out of a route table.
//!
//! Makes        the route 0.0.0.0/0: to the internet gateway from public subnets, to a NAT gateway from private ones
//! Repeat-safe  found again on the table
//! Undo         removes it, if this operation made the table

use shared::problem::Code;

use super::layout::Table;
use super::{CreateInternetGateway, CreateNatGateway, CreateRouteTable};
use crate::aws::ec2::Target;
use crate::engine::{Failure, Found, Ready, Resource};
use crate::workflows::DistrictCx;

/// Makes the way out.
pub(crate) struct CreateRoute(pub(crate) Table);

impl Resource for CreateRoute {
    type Cx = DistrictCx;
    type Output = Target;
    const NAME: &'static str = "create_route";

    fn of(&self) -> Option<&str> {
        Some(self.0.name())
    }

    fn ids(target: &Target) -> Vec<String> {
        match target {
            Target::InternetGateway(id) | Target::NatGateway(id) => vec![id.clone()],
        }
    }

    async fn find(&self, cx: &DistrictCx) -> Result<Found<Target>, Failure> {
        let name = CreateRouteTable::name(self.0, cx);
        let seen = cx.aws.ec2.find_route_tables(&cx.owner, Some(&name)).await?;
        let ways = seen.into_iter().filter_map(|seen| {
            let way = seen.thing.way_out.clone()?;
            Some(seen.map(|_| way))
        });
        Ok(cx.owner.found(&ways.collect::<Vec<_>>()))
    }

    async fn create(&self, cx: &DistrictCx) -> Result<Target, Failure> {
        let target = match self.0 {
            Table::Public => Target::InternetGateway(cx.run.output_of(&CreateInternetGateway)?),
            Table::Private(zone) => {
                let gateway = zone.way_out(cx.target.spec.nat_type);
                let gateway = gateway.ok_or_else(|| Failure::permanent(Code::Internal, "there is no NAT gateway"))?;
                Target::NatGateway(cx.run.output_of(&CreateNatGateway(gateway))?)
            }
        };
        cx.aws.ec2.create_way_out(&cx.run.output_of(&CreateRouteTable(self.0))?, &target).await?;
        Ok(target)
    }

    async fn ready(&self, _cx: &DistrictCx, _target: &Target) -> Result<Ready, Failure> {
        Ok(Ready::Yes)
    }

    async fn delete(&self, cx: &DistrictCx, _target: Target) -> Result<(), Failure> {
        let tables = cx.aws.ec2.find_route_tables(&cx.owner, Some(&CreateRouteTable::name(self.0, cx))).await?;
        for table in tables.iter().filter(|table| cx.owner.made(&table.tags)) {
            cx.aws.ec2.delete_way_out(&table.thing.id).await?;
        }
        Ok(())
    }
}
