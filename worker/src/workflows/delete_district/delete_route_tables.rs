//! The route tables; their associations went with the subnets.
//!
//! Makes        nothing; removes what carries the district's tags
//! Repeat-safe  looks again what is left; absent is fine
//! Undo         none: a deletion stops where it is and can be repeated

use super::removal::Removal;
use crate::aws::Seen;
use crate::engine::Failure;
use crate::workflows::DistrictCx;

pub(super) struct RouteTables;

impl Removal for RouteTables {
    const NAME: &'static str = "delete_route_tables";
    const WHAT: &'static str = "route tables";

    async fn find(&self, cx: &DistrictCx) -> Result<Vec<Seen<String>>, Failure> {
        let seen = cx.aws.ec2.find_route_tables(&cx.owner, None).await?;
        Ok(seen.into_iter().map(|seen| seen.map(|table| table.id)).collect())
    }

    async fn delete(&self, cx: &DistrictCx, id: &str) -> Result<(), Failure> {
        Ok(cx.aws.ec2.delete_route_table(id).await?)
    }
}
