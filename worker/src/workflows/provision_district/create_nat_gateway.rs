//! The way out of private subnets.
//!
//! Makes        one NAT gateway in the public subnet of its zone
//! Repeat-safe  found again by the tags set in the creating call; the client token makes it once
//! Undo         deletes the one that this operation made and waits until it is gone

use std::time::Duration;

use shared::problem::Code;

use super::layout::{Subnet, Zone};
use super::{AllocateAddress, parts};
use crate::aws::ec2::NatState;
use crate::engine::{Failure, Found, Ready, Resource, Wait};
use crate::workflows::DistrictCx;

/// Makes a NAT gateway.
pub(crate) struct CreateNatGateway(pub(crate) Zone);

impl Resource for CreateNatGateway {
    type Cx = DistrictCx;
    type Output = String;
    const NAME: &'static str = "create_nat_gateway";
    const LIMIT: Duration = Duration::from_secs(600);

    fn of(&self) -> Option<&str> {
        Some(self.0.name())
    }

    fn ids(gateway: &String) -> Vec<String> {
        vec![gateway.clone()]
    }

    async fn find(&self, cx: &DistrictCx) -> Result<Found<String>, Failure> {
        let name = AllocateAddress::name(self.0, cx);
        let seen = cx.aws.ec2.find_nat_gateways(&cx.owner, Some(&name)).await?;
        let ids: Vec<_> = seen.into_iter().map(|seen| seen.map(|gateway| gateway.id)).collect();
        Ok(cx.owner.found(&ids))
    }

    async fn create(&self, cx: &DistrictCx) -> Result<String, Failure> {
        let subnet = parts::subnet(cx, Subnet::Public(self.0))?;
        let address = address(cx, self.0).await?;
        let tags = cx.owner.tags(&AllocateAddress::name(self.0, cx));
        Ok(cx.aws.ec2.create_nat_gateway(&subnet, &address, cx.run.token(self), &tags).await?)
    }

    async fn ready(&self, cx: &DistrictCx, id: &String) -> Result<Ready, Failure> {
        let seen = cx.aws.ec2.find_nat_gateways(&cx.owner, Some(&AllocateAddress::name(self.0, cx))).await?;
        match seen.into_iter().map(|seen| seen.thing).find(|gateway| gateway.id == *id).map(|gateway| gateway.state) {
            Some(NatState::Available) => Ok(Ready::Yes),
            None if cx.run.has_seen_long_enough(self) => {
                Err(Failure::permanent(Code::AwsRefused, format!("NAT gateway {id} is gone: somebody else deleted it")))
            }
            Some(NatState::Pending) | None => Ok(Ready::NotYet(Wait::for_aws(format!("NAT gateway {id} comes up")))),
            Some(NatState::Failed(why)) => {
                Err(Failure::permanent(Code::AwsRefused, format!("NAT gateway {id} failed: {why}")))
            }
            Some(NatState::Deleting) => {
                Err(Failure::permanent(Code::AwsRefused, format!("NAT gateway {id} is being deleted by someone else")))
            }
        }
    }

    async fn delete(&self, cx: &DistrictCx, gateway: String) -> Result<(), Failure> {
        Ok(cx.aws.ec2.delete_nat_gateway(&gateway).await?)
    }
}

/// The address that was allocated for it, by this operation or by one before it.
async fn address(cx: &DistrictCx, zone: Zone) -> Result<String, Failure> {
    if let Some(address) = cx.run.output_if_done(&AllocateAddress(zone))? {
        return Ok(address);
    }
    let standing = cx.aws.ec2.find_addresses(&cx.owner, Some(&AllocateAddress::name(zone, cx))).await?;
    let first = standing.into_iter().next().map(|seen| seen.thing);
    first.ok_or_else(|| Failure::permanent(Code::Internal, "no address was allocated for the NAT gateway"))
}
