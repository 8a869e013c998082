//! VPCs.

use aws_sdk_ec2::types::{AttributeBooleanValue, ResourceType, VpcAttributeName};

use super::{Ec2, in_scope, seen, tagged};
use crate::aws::answer::present;
use crate::aws::{AbsentOk, NotCalled, Owner, Seen, Tag};

const ABSENT: [&str; 1] = ["InvalidVpcID.NotFound"];

/// A VPC that was given.
#[derive(Clone, Debug)]
pub struct Vpc {
    /// All its address ranges.
    pub ranges: Vec<String>,
    /// Whether it resolves DNS names and gives its instances some.
    pub has_dns: bool,
}

impl Ec2 {
    /// Ids of VPCs in the owner's scope.
    pub async fn find_vpcs(&self, owner: &Owner) -> Result<Vec<Seen<String>>, NotCalled> {
        let request = self.client.describe_vpcs().set_filters(in_scope(owner, None));
        let answer = self.calls.call("ec2", "DescribeVpcs", request.send()).await?;
        let each = answer.vpcs().iter();
        Ok(each.filter_map(|vpc| seen(owner, vpc.vpc_id()?.to_owned(), vpc.tags(), false)).collect())
    }

    /// A VPC by its id.
    pub async fn find_vpc(&self, id: &str) -> Result<Option<Vpc>, NotCalled> {
        let request = self.client.describe_vpcs().vpc_ids(id);
        let Some(answer) = self.calls.call("ec2", "DescribeVpcs", request.send()).await.absent_ok(&ABSENT)? else {
            return Ok(None);
        };
        let Some(vpc) = answer.vpcs().first() else { return Ok(None) };
        let ranges = vpc.cidr_block_association_set().iter().filter_map(|set| set.cidr_block().map(str::to_owned));
        let has_dns = self.has(id, VpcAttributeName::EnableDnsSupport).await?
            && self.has(id, VpcAttributeName::EnableDnsHostnames).await?;
        Ok(Some(Vpc { ranges: ranges.collect(), has_dns }))
    }

    async fn has(&self, id: &str, attribute: VpcAttributeName) -> Result<bool, NotCalled> {
        let request = self.client.describe_vpc_attribute().vpc_id(id).attribute(attribute);
        let answer = self.calls.call("ec2", "DescribeVpcAttribute", request.send()).await?;
        let values = [answer.enable_dns_support(), answer.enable_dns_hostnames()];
        Ok(values.into_iter().flatten().any(|value| value.value() == Some(true)))
    }

    /// Makes a VPC.
    pub async fn create_vpc(&self, range: &str, tags: &[Tag]) -> Result<String, NotCalled> {
        let request = self.client.create_vpc().cidr_block(range).tag_specifications(tagged(ResourceType::Vpc, tags));
        let answer = self.calls.call("ec2", "CreateVpc", request.send()).await?;
        present(answer.vpc.and_then(|vpc| vpc.vpc_id), "CreateVpc", "vpcId")
    }

    /// Turns on DNS support and hostnames: two calls, since one changes one attribute.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcAttribute.html>
    pub async fn enable_dns(&self, id: &str) -> Result<(), NotCalled> {
        let on = || AttributeBooleanValue::builder().value(true).build();
        let support = self.client.modify_vpc_attribute().vpc_id(id).enable_dns_support(on());
        self.calls.call("ec2", "ModifyVpcAttribute", support.send()).await?;
        let hostnames = self.client.modify_vpc_attribute().vpc_id(id).enable_dns_hostnames(on());
        self.calls.call("ec2", "ModifyVpcAttribute", hostnames.send()).await.map(|_| ())
    }

    /// Deletes a VPC.
    pub async fn delete_vpc(&self, id: &str) -> Result<(), NotCalled> {
        let request = self.client.delete_vpc().vpc_id(id);
        self.calls.call("ec2", "DeleteVpc", request.send()).await.absent_ok(&ABSENT).map(|_| ())
    }
}
