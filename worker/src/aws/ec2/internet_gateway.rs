//! Internet gateways and their attachments.

use aws_sdk_ec2::types::ResourceType;

use super::{Ec2, in_scope, seen, tagged};
use crate::aws::answer::present;
use crate::aws::{AbsentOk, NotCalled, Owner, Seen, Tag};

const ABSENT: [&str; 1] = ["InvalidInternetGatewayID.NotFound"];

/// An internet gateway.
#[derive(Clone, Debug)]
pub struct InternetGateway {
    /// `igw-…`
    pub id: String,
    /// The VPC that it is attached to.
    pub vpc_id: Option<String>,
}

impl Ec2 {
    /// Internet gateways in the owner's scope.
    pub async fn find_internet_gateways(&self, owner: &Owner) -> Result<Vec<Seen<InternetGateway>>, NotCalled> {
        let request = self.client.describe_internet_gateways().set_filters(in_scope(owner, None));
        let answer = self.calls.call("ec2", "DescribeInternetGateways", request.send()).await?;
        let each = answer.internet_gateways().iter().filter_map(|gateway| {
            let vpc_id = gateway.attachments().first().and_then(|attached| attached.vpc_id().map(str::to_owned));
            let id = gateway.internet_gateway_id()?.to_owned();
            seen(owner, InternetGateway { id, vpc_id }, gateway.tags(), false)
        });
        Ok(each.collect())
    }

    /// Makes an internet gateway.
    pub async fn create_internet_gateway(&self, tags: &[Tag]) -> Result<String, NotCalled> {
        let tags = tagged(ResourceType::InternetGateway, tags);
        let request = self.client.create_internet_gateway().tag_specifications(tags);
        let answer = self.calls.call("ec2", "CreateInternetGateway", request.send()).await?;
        let id = answer.internet_gateway.and_then(|gateway| gateway.internet_gateway_id);
        present(id, "CreateInternetGateway", "internetGatewayId")
    }

    /// Attaches an internet gateway to a VPC.
    pub async fn attach_internet_gateway(&self, id: &str, vpc_id: &str) -> Result<(), NotCalled> {
        let request = self.client.attach_internet_gateway().internet_gateway_id(id).vpc_id(vpc_id);
        self.calls.call("ec2", "AttachInternetGateway", request.send()).await.map(|_| ())
    }

    /// Takes an internet gateway off its VPC.
    pub async fn detach_internet_gateway(&self, id: &str, vpc_id: &str) -> Result<(), NotCalled> {
        let request = self.client.detach_internet_gateway().internet_gateway_id(id).vpc_id(vpc_id);
        let answer = self.calls.call("ec2", "DetachInternetGateway", request.send()).await;
        answer.absent_ok(&[ABSENT[0], "Gateway.NotAttached", "InvalidVpcID.NotFound"]).map(|_| ())
    }

    /// Deletes an internet gateway that is not attached.
    pub async fn delete_internet_gateway(&self, id: &str) -> Result<(), NotCalled> {
        let request = self.client.delete_internet_gateway().internet_gateway_id(id);
        self.calls.call("ec2", "DeleteInternetGateway", request.send()).await.absent_ok(&ABSENT).map(|_| ())
    }
}
