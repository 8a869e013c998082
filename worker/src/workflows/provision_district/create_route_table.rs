//! A route table of the network.
//!
//! Makes        one route table
//! Repeat-safe  found again by the tags set in the creating call
//! Undo         deletes the one that this operation made

use super::layout::Table;
use super::parts;
use crate::engine::{Failure, Found, Ready, Resource};
use crate::workflows::DistrictCx;

/// Makes a route table.
pub(crate) struct CreateRouteTable(pub(crate) Table);

impl CreateRouteTable {
    /// What the table is called.
    pub(crate) fn name(table: Table, cx: &DistrictCx) -> String {
        parts::name(cx, &format!("routes-{}", table.name()))
    }
}

impl Resource for CreateRouteTable {
    type Cx = DistrictCx;
    type Output = String;
    const NAME: &'static str = "create_route_table";

    fn of(&self) -> Option<&str> {
        Some(self.0.name())
    }

    fn ids(table: &String) -> Vec<String> {
        vec![table.clone()]
    }

    async fn find(&self, cx: &DistrictCx) -> Result<Found<String>, Failure> {
        let seen = cx.aws.ec2.find_route_tables(&cx.owner, Some(&Self::name(self.0, cx))).await?;
        let ids: Vec<_> = seen.into_iter().map(|seen| seen.map(|table| table.id)).collect();
        Ok(cx.owner.found(&ids))
    }

    async fn create(&self, cx: &DistrictCx) -> Result<String, Failure> {
        let tags = cx.owner.tags(&Self::name(self.0, cx));
        Ok(cx.aws.ec2.create_route_table(&parts::vpc(cx)?, &tags).await?)
    }

    async fn ready(&self, _cx: &DistrictCx, _table: &String) -> Result<Ready, Failure> {
        Ok(Ready::Yes)
    }

    async fn delete(&self, cx: &DistrictCx, table: String) -> Result<(), Failure> {
        Ok(cx.aws.ec2.delete_route_table(&table).await?)
    }
}
