//! The route tables; on AWS their associations went with the subnets, and one that is left is undone first.
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
        match cx.aws.ec2.delete_route_table(id).await {
            Err(error) if error.is("DependencyViolation") => {
                disassociate(cx, id).await?;
                Ok(cx.aws.ec2.delete_route_table(id).await?)
            }
            deleted => Ok(deleted?),
        }
    }
}

/// Lets every subnet that is still bound to the table go.
async fn disassociate(cx: &DistrictCx, id: &str) -> Result<(), Failure> {
    let tables = cx.aws.ec2.find_route_tables(&cx.owner, None).await?;
    for association in tables.iter().filter(|seen| seen.thing.id == id).flat_map(|seen| &seen.thing.associations) {
        cx.aws.ec2.disassociate_route_table(&association.id).await?;
    }
    Ok(())
}
