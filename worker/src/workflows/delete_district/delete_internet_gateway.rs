//! The gate to the internet: taken off its network, then deleted.
//!
//! Makes        nothing; removes what carries the district's tags
//! Repeat-safe  looks again what is left; absent is fine
//! Undo         none: a deletion stops where it is and can be repeated

use super::removal::Removal;
use crate::aws::Seen;
use crate::engine::Failure;
use crate::workflows::DistrictCx;

pub(super) struct InternetGateways;

impl Removal for InternetGateways {
    const NAME: &'static str = "delete_internet_gateway";
    const WHAT: &'static str = "internet gateways";

    async fn find(&self, cx: &DistrictCx) -> Result<Vec<Seen<String>>, Failure> {
        let seen = cx.aws.ec2.find_internet_gateways(&cx.owner).await?;
        Ok(seen.into_iter().map(|seen| seen.map(|gateway| gateway.id)).collect())
    }

    async fn delete(&self, cx: &DistrictCx, id: &str) -> Result<(), Failure> {
        let seen = cx.aws.ec2.find_internet_gateways(&cx.owner).await?;
        for gateway in seen.into_iter().map(|seen| seen.thing).filter(|gateway| gateway.id == id) {
            if let Some(vpc) = &gateway.vpc_id {
                cx.aws.ec2.detach_internet_gateway(id, vpc).await?;
            }
        }
        Ok(cx.aws.ec2.delete_internet_gateway(id).await?)
    }
}
