//! The network's gate to the internet.
//!
//! Makes        one internet gateway
//! Repeat-safe  found again by the tag set in the creating call
//! Undo         deletes the one that this operation made

use super::parts;
use crate::engine::{Failure, Found, Ready, Resource};
use crate::workflows::DistrictCx;

/// Makes the internet gateway.
pub(crate) struct CreateInternetGateway;

impl Resource for CreateInternetGateway {
    type Cx = DistrictCx;
    type Output = String;
    const NAME: &'static str = "create_internet_gateway";

    fn ids(gateway: &String) -> Vec<String> {
        vec![gateway.clone()]
    }

    async fn find(&self, cx: &DistrictCx) -> Result<Found<String>, Failure> {
        let seen = cx.aws.ec2.find_internet_gateways(&cx.owner).await?;
        let ids: Vec<_> = seen.into_iter().map(|seen| seen.map(|gateway| gateway.id)).collect();
        Ok(cx.owner.found(&ids))
    }

    async fn create(&self, cx: &DistrictCx) -> Result<String, Failure> {
        Ok(cx.aws.ec2.create_internet_gateway(&parts::tags(cx, "internet")).await?)
    }

    async fn ready(&self, _cx: &DistrictCx, _gateway: &String) -> Result<Ready, Failure> {
        Ok(Ready::Yes)
    }

    async fn delete(&self, cx: &DistrictCx, gateway: String) -> Result<(), Failure> {
        Ok(cx.aws.ec2.delete_internet_gateway(&gateway).await?)
    }
}
