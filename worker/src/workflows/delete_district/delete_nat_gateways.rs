//! The way out of private subnets.
//!
//! Makes        nothing; removes what carries the district's tags
//! Repeat-safe  looks again what is left; absent is fine
//! Undo         none: a deletion stops where it is and can be repeated

use super::removal::Removal;
use crate::aws::Seen;
use crate::engine::Failure;
use crate::workflows::DistrictCx;

pub(super) struct NatGateways;

impl Removal for NatGateways {
    const NAME: &'static str = "delete_nat_gateways";
    const WHAT: &'static str = "NAT gateways";

    async fn find(&self, cx: &DistrictCx) -> Result<Vec<Seen<String>>, Failure> {
        let seen = cx.aws.ec2.find_nat_gateways(&cx.owner, None).await?;
        Ok(seen.into_iter().map(|seen| seen.map(|gateway| gateway.id)).collect())
    }

    async fn delete(&self, cx: &DistrictCx, id: &str) -> Result<(), Failure> {
        Ok(cx.aws.ec2.delete_nat_gateway(id).await?)
    }
}
