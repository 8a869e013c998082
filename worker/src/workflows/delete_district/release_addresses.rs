//! The public addresses of NAT gateways.
//!
//! Makes        nothing; removes what carries the district's tags
//! Repeat-safe  looks again what is left; absent is fine
//! Undo         none: a deletion stops where it is and can be repeated

use super::removal::Removal;
use crate::aws::Seen;
use crate::engine::Failure;
use crate::workflows::DistrictCx;

pub(super) struct Addresses;

impl Removal for Addresses {
    const NAME: &'static str = "release_addresses";
    const WHAT: &'static str = "addresses";

    async fn find(&self, cx: &DistrictCx) -> Result<Vec<Seen<String>>, Failure> {
        Ok(cx.aws.ec2.find_addresses(&cx.owner, None).await?)
    }

    async fn delete(&self, cx: &DistrictCx, id: &str) -> Result<(), Failure> {
        Ok(cx.aws.ec2.release_address(id).await?)
    }
}
