//! The district's private network.
//!
//! Makes        one VPC with the district's CIDR block
//! Repeat-safe  found again by the tag set in the creating call (district + operation)
//! Undo         deletes the VPC that this operation made; an older one stays; none counts as undone

use shared::problem::Code;

use super::parts;
use crate::engine::{Failure, Found, Ready, Resource};
use crate::workflows::DistrictCx;

/// Makes the VPC.
pub(crate) struct CreateVpc;

impl Resource for CreateVpc {
    type Cx = DistrictCx;
    type Output = String;
    const NAME: &'static str = "create_vpc";

    fn ids(vpc: &String) -> Vec<String> {
        vec![vpc.clone()]
    }

    async fn find(&self, cx: &DistrictCx) -> Result<Found<String>, Failure> {
        Ok(cx.owner.found(&cx.aws.ec2.find_vpcs(&cx.owner).await?))
    }

    async fn create(&self, cx: &DistrictCx) -> Result<String, Failure> {
        let range = cx.target.spec.cidr_block;
        let range = range.ok_or_else(|| Failure::permanent(Code::Internal, "no address range was drawn"))?;
        let tags = cx.owner.tags(&parts::cluster_name(cx));
        Ok(cx.aws.ec2.create_vpc(&range.to_string(), &tags).await?)
    }

    async fn ready(&self, _cx: &DistrictCx, _vpc: &String) -> Result<Ready, Failure> {
        // Usable at once; a call that does not see it yet is refused as not yet consistent, and repeated.
        Ok(Ready::Yes)
    }

    async fn delete(&self, cx: &DistrictCx, vpc: String) -> Result<(), Failure> {
        Ok(cx.aws.ec2.delete_vpc(&vpc).await?)
    }
}
