//! The network.
//!
//! Makes        nothing; removes what carries the district's tags
//! Repeat-safe  looks again what is left; absent is fine
//! Undo         none: a deletion stops where it is and can be repeated

use super::removal::Removal;
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
        Ok(cx.aws.ec2.delete_vpc(id).await?)
    }
}
