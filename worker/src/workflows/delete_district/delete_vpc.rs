//! The network.
//!
//! Makes        nothing; removes what carries the district's tags
//! Repeat-safe  looks again what is left; absent is fine
//! Undo         none: a deletion stops where it is and can be repeated

use super::removal::{Removal, in_use};
use crate::aws::Seen;
use crate::engine::Failure;
use crate::workflows::DistrictCx;

pub(super) struct Vpcs;

impl Removal for Vpcs {
    const NAME: &'static str = "delete_vpc";
    const WHAT: &'static str = "VPCs";

    async fn find(&self, cx: &DistrictCx) -> Result<Vec<Seen<String>>, Failure> {
        Ok(cx.aws.ec2.find_vpcs(&cx.owner).await?)
    }

    async fn delete(&self, cx: &DistrictCx, id: &str) -> Result<(), Failure> {
        match cx.aws.ec2.delete_vpc(id).await {
            // What the district had in it has gone before.
            Err(error) if error.is("DependencyViolation") => {
                let others = cx.aws.ec2.find_strangers(id, &cx.owner).await?;
                Err(in_use(&format!("VPC {id}"), others).unwrap_or_else(|| error.into()))
            }
            deleted => Ok(deleted?),
        }
    }
}
