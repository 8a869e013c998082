//! The internet gateway at its network.
//!
//! Makes        the attachment of the internet gateway to the VPC
//! Repeat-safe  found again on the gateway
//! Undo         takes the gateway off, if this operation made it

use super::{CreateInternetGateway, parts};
use crate::engine::{Failure, Found, Ready, Resource};
use crate::workflows::DistrictCx;

/// Attaches the internet gateway.
pub(crate) struct AttachInternetGateway;

impl Resource for AttachInternetGateway {
    type Cx = DistrictCx;
    /// The gateway's id.
    type Output = String;
    const NAME: &'static str = "attach_internet_gateway";

    fn ids(gateway: &String) -> Vec<String> {
        vec![gateway.clone()]
    }

    async fn find(&self, cx: &DistrictCx) -> Result<Found<String>, Failure> {
        let seen = cx.aws.ec2.find_internet_gateways(&cx.owner).await?;
        let attached = seen.into_iter().filter(|seen| seen.thing.vpc_id.is_some());
        let ids: Vec<_> = attached.map(|seen| seen.map(|gateway| gateway.id)).collect();
        Ok(cx.owner.found(&ids))
    }

    async fn create(&self, cx: &DistrictCx) -> Result<String, Failure> {
        let gateway = cx.run.output_of(&CreateInternetGateway)?;
        cx.aws.ec2.attach_internet_gateway(&gateway, &parts::vpc(cx)?).await?;
        Ok(gateway)
    }

    async fn ready(&self, _cx: &DistrictCx, _gateway: &String) -> Result<Ready, Failure> {
        Ok(Ready::Yes)
    }

    async fn delete(&self, cx: &DistrictCx, gateway: String) -> Result<(), Failure> {
        Ok(cx.aws.ec2.detach_internet_gateway(&gateway, &parts::vpc(cx)?).await?)
    }
}
