//! A subnet under its route table.
//!
//! Makes        the association of a subnet with its route table
//! Repeat-safe  found again on the table
//! Undo         removes it, if this operation made the table

use super::layout::Subnet;
use super::{CreateRouteTable, parts};
use crate::engine::{Failure, Found, Ready, Resource};
use crate::workflows::DistrictCx;

/// Associates a subnet with its route table.
pub(crate) struct AssociateRouteTable(pub(crate) Subnet);

impl Resource for AssociateRouteTable {
    type Cx = DistrictCx;
    /// The association's id.
    type Output = String;
    const NAME: &'static str = "associate_route_table";

    fn of(&self) -> Option<&str> {
        Some(self.0.name())
    }

    fn ids(association: &String) -> Vec<String> {
        vec![association.clone()]
    }

    async fn find(&self, cx: &DistrictCx) -> Result<Found<String>, Failure> {
        let Ok(subnet) = parts::subnet(cx, self.0) else { return Ok(Found::Absent) };
        let name = CreateRouteTable::name(self.0.table(), cx);
        let seen = cx.aws.ec2.find_route_tables(&cx.owner, Some(&name)).await?;
        let associated = seen.into_iter().filter_map(|seen| {
            let bound = seen.thing.associations.iter().find(|bound| bound.subnet_id == subnet)?.id.clone();
            Some(seen.map(|_| bound))
        });
        Ok(cx.owner.found(&associated.collect::<Vec<_>>()))
    }

    async fn create(&self, cx: &DistrictCx) -> Result<String, Failure> {
        let table = cx.run.output_of(&CreateRouteTable(self.0.table()))?;
        Ok(cx.aws.ec2.associate_route_table(&table, &parts::subnet(cx, self.0)?).await?)
    }

    async fn ready(&self, _cx: &DistrictCx, _association: &String) -> Result<Ready, Failure> {
        Ok(Ready::Yes)
    }

    async fn delete(&self, cx: &DistrictCx, association: String) -> Result<(), Failure> {
        Ok(cx.aws.ec2.disassociate_route_table(&association).await?)
    }
}
