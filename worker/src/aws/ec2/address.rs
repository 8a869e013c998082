//! Elastic IP addresses.

use aws_sdk_ec2::types::{DomainType, ResourceType};

use super::{Ec2, in_scope, seen, tagged};
use crate::aws::answer::present;
use crate::aws::{AbsentOk, NotCalled, Owner, Seen, Tag};

impl Ec2 {
    /// Allocation ids of addresses in the owner's scope.
    pub async fn find_addresses(&self, owner: &Owner, name: Option<&str>) -> Result<Vec<Seen<String>>, NotCalled> {
        let request = self.client.describe_addresses().set_filters(in_scope(owner, name));
        let answer = self.calls.call("ec2", "DescribeAddresses", request.send()).await?;
        let each = answer.addresses().iter();
        Ok(each.filter_map(|address| seen(owner, address.allocation_id()?.to_owned(), address.tags(), false)).collect())
    }

    /// Allocates an address.
    pub async fn allocate_address(&self, tags: &[Tag]) -> Result<String, NotCalled> {
        let request = self.client.allocate_address().domain(DomainType::Vpc);
        let request = request.tag_specifications(tagged(ResourceType::ElasticIp, tags));
        let answer = self.calls.call("ec2", "AllocateAddress", request.send()).await?;
        present(answer.allocation_id, "AllocateAddress", "allocationId")
    }

    /// Gives an address back.
    pub async fn release_address(&self, allocation_id: &str) -> Result<(), NotCalled> {
        let request = self.client.release_address().allocation_id(allocation_id);
        let answer = self.calls.call("ec2", "ReleaseAddress", request.send()).await;
        answer.absent_ok(&["InvalidAllocationID.NotFound"]).map(|_| ())
    }
}
