//! The public address of a NAT gateway.
//!
//! Makes        one elastic IP address
//! Repeat-safe  found again by the tags set in the creating call
//! Undo         releases the one that this operation allocated

use super::layout::Zone;
use super::parts;
use crate::engine::{Failure, Found, Ready, Resource};
use crate::workflows::DistrictCx;

/// Allocates an address.
pub(crate) struct AllocateAddress(pub(crate) Zone);

impl AllocateAddress {
    /// What the address, and its NAT gateway, are called.
    pub(crate) fn name(zone: Zone, cx: &DistrictCx) -> String {
        parts::name(cx, &format!("nat-{}", zone.name()))
    }
}

impl Resource for AllocateAddress {
    type Cx = DistrictCx;
    /// The allocation's id.
    type Output = String;
    const NAME: &'static str = "allocate_address";

    fn of(&self) -> Option<&str> {
        Some(self.0.name())
    }

    fn ids(address: &String) -> Vec<String> {
        vec![address.clone()]
    }

    async fn find(&self, cx: &DistrictCx) -> Result<Found<String>, Failure> {
        let name = Self::name(self.0, cx);
        Ok(cx.owner.found(&cx.aws.ec2.find_addresses(&cx.owner, Some(&name)).await?))
    }

    async fn create(&self, cx: &DistrictCx) -> Result<String, Failure> {
        Ok(cx.aws.ec2.allocate_address(&cx.owner.tags(&Self::name(self.0, cx))).await?)
    }

    async fn ready(&self, _cx: &DistrictCx, _address: &String) -> Result<Ready, Failure> {
        Ok(Ready::Yes)
    }

    async fn delete(&self, cx: &DistrictCx, address: String) -> Result<(), Failure> {
        Ok(cx.aws.ec2.release_address(&address).await?)
    }
}
