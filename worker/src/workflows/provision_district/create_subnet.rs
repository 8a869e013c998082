//! A subnet of the network.
//!
//! Makes        one subnet /24 in its zone, tagged `Network` = `Public` or `Private`
//! Repeat-safe  found again by the tags set in the creating call
//! Undo         deletes the one that this operation made

use shared::problem::Code;

use super::layout::Subnet;
use super::{ChooseZones, parts};
use crate::aws::Tag;
use crate::engine::{Failure, Found, Ready, Resource};
use crate::workflows::DistrictCx;

/// Makes a subnet.
pub(crate) struct CreateSubnet(pub(crate) Subnet);

impl Resource for CreateSubnet {
    type Cx = DistrictCx;
    type Output = String;
    const NAME: &'static str = "create_subnet";

    fn of(&self) -> Option<&str> {
        Some(self.0.name())
    }

    fn ids(subnet: &String) -> Vec<String> {
        vec![subnet.clone()]
    }

    async fn find(&self, cx: &DistrictCx) -> Result<Found<String>, Failure> {
        let name = parts::name(cx, self.0.name());
        Ok(cx.owner.found(&cx.aws.ec2.find_subnets(&cx.owner, Some(&name)).await?))
    }

    async fn create(&self, cx: &DistrictCx) -> Result<String, Failure> {
        let undrawn = || Failure::permanent(Code::Internal, "no address range or zone was drawn");
        let range = self.0.range(cx.target.spec.cidr_block.ok_or_else(undrawn)?);
        let zones = cx.run.output_of(&ChooseZones)?;
        let zone = zones.get(self.0.zone().index()).ok_or_else(undrawn)?;
        let mut tags = parts::tags(cx, self.0.name());
        tags.push(Tag::new("Network", self.0.network()));
        Ok(cx.aws.ec2.create_subnet(&parts::vpc(cx)?, zone, &range, &tags).await?)
    }

    async fn ready(&self, _cx: &DistrictCx, _subnet: &String) -> Result<Ready, Failure> {
        Ok(Ready::Yes)
    }

    async fn delete(&self, cx: &DistrictCx, subnet: String) -> Result<(), Failure> {
        Ok(cx.aws.ec2.delete_subnet(&subnet).await?)
    }
}
