//! Subnets.

use aws_sdk_ec2::types::ResourceType;

use super::{Ec2, filter, in_scope, read_tags, seen, tagged};
use crate::aws::answer::present;
use crate::aws::{AbsentOk, NotCalled, Owner, Seen, Tag};

/// A subnet that was given.
#[derive(Clone, Debug)]
pub struct Subnet {
    /// `subnet-…`
    pub id: String,
    /// The VPC that it is in.
    pub vpc_id: String,
    /// The availability zone that it is in.
    pub zone: String,
    /// The value of its tag `Network`.
    pub network: Option<String>,
}

impl Ec2 {
    /// Ids of subnets in the owner's scope.
    pub async fn find_subnets(&self, owner: &Owner, name: Option<&str>) -> Result<Vec<Seen<String>>, NotCalled> {
        let request = self.client.describe_subnets().set_filters(in_scope(owner, name));
        let answer = self.calls.call("ec2", "DescribeSubnets", request.send()).await?;
        let each = answer.subnets().iter();
        Ok(each.filter_map(|subnet| seen(owner, subnet.subnet_id()?.to_owned(), subnet.tags(), false)).collect())
    }

    /// All subnets of a VPC, by zone and id.
    pub async fn subnets_of(&self, vpc_id: &str) -> Result<Vec<Subnet>, NotCalled> {
        let request = self.client.describe_subnets().filters(filter("vpc-id", vpc_id));
        let answer = self.calls.call("ec2", "DescribeSubnets", request.send()).await?;
        let mut subnets: Vec<Subnet> = answer.subnets().iter().filter_map(read).collect();
        subnets.sort_by(|one, other| (&one.zone, &one.id).cmp(&(&other.zone, &other.id)));
        Ok(subnets)
    }

    /// Makes a subnet.
    pub async fn create_subnet(
        &self,
        vpc_id: &str,
        zone: &str,
        range: &str,
        tags: &[Tag],
    ) -> Result<String, NotCalled> {
        let request = self.client.create_subnet().vpc_id(vpc_id).availability_zone(zone).cidr_block(range);
        let request = request.tag_specifications(tagged(ResourceType::Subnet, tags));
        let answer = self.calls.call("ec2", "CreateSubnet", request.send()).await?;
        present(answer.subnet.and_then(|subnet| subnet.subnet_id), "CreateSubnet", "subnetId")
    }

    /// Deletes a subnet.
    pub async fn delete_subnet(&self, id: &str) -> Result<(), NotCalled> {
        let request = self.client.delete_subnet().subnet_id(id);
        let answer = self.calls.call("ec2", "DeleteSubnet", request.send()).await;
        answer.absent_ok(&["InvalidSubnetID.NotFound"]).map(|_| ())
    }
}

fn read(subnet: &aws_sdk_ec2::types::Subnet) -> Option<Subnet> {
    Some(Subnet {
        id: subnet.subnet_id()?.to_owned(),
        vpc_id: subnet.vpc_id()?.to_owned(),
        zone: subnet.availability_zone()?.to_owned(),
        network: read_tags(subnet.tags()).into_iter().find(|tag| tag.key == "Network").map(|tag| tag.value),
    })
}
