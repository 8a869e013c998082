//! NAT gateways.

use aws_sdk_ec2::types::{NatGatewayState, ResourceType};
use uuid::Uuid;

use super::{Ec2, in_scope, seen, tagged};
use crate::aws::answer::present;
use crate::aws::{AbsentOk, NotCalled, Owner, Seen, Tag};

/// Where a NAT gateway stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NatState {
    /// Coming up.
    Pending,
    /// In use.
    Available,
    /// It will never come up; AWS's reason.
    Failed(String),
    /// Going away.
    Deleting,
}

/// A NAT gateway.
#[derive(Clone, Debug)]
pub struct NatGateway {
    /// `nat-…`
    pub id: String,
    /// Where it stands.
    pub state: NatState,
}

impl Ec2 {
    /// NAT gateways in the owner's scope, oldest first; deleted ones, which AWS shows for an hour more, are absent.
    /// <https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html>
    pub async fn find_nat_gateways(
        &self,
        owner: &Owner,
        name: Option<&str>,
    ) -> Result<Vec<Seen<NatGateway>>, NotCalled> {
        let request = self.client.describe_nat_gateways().set_filter(in_scope(owner, name));
        let answer = self.calls.call("ec2", "DescribeNatGateways", request.send()).await?;
        let mut gateways = answer.nat_gateways.unwrap_or_default();
        gateways.sort_by_key(|gateway| gateway.create_time().map(|time| time.secs()));
        let living = gateways.iter().filter_map(|gateway| {
            let id = gateway.nat_gateway_id()?.to_owned();
            let state = state(gateway)?;
            let going = state == NatState::Deleting;
            seen(owner, NatGateway { id, state }, gateway.tags(), going)
        });
        Ok(living.collect())
    }

    /// Makes a NAT gateway; the same token makes it once.
    pub async fn create_nat_gateway(
        &self,
        subnet_id: &str,
        allocation_id: &str,
        token: Uuid,
        tags: &[Tag],
    ) -> Result<String, NotCalled> {
        let request = self.client.create_nat_gateway().subnet_id(subnet_id).allocation_id(allocation_id);
        let request = request.client_token(token).tag_specifications(tagged(ResourceType::Natgateway, tags));
        let answer = self.calls.call("ec2", "CreateNatGateway", request.send()).await?;
        present(answer.nat_gateway.and_then(|gateway| gateway.nat_gateway_id), "CreateNatGateway", "natGatewayId")
    }

    /// Begins to delete a NAT gateway.
    pub async fn delete_nat_gateway(&self, id: &str) -> Result<(), NotCalled> {
        let request = self.client.delete_nat_gateway().nat_gateway_id(id);
        let answer = self.calls.call("ec2", "DeleteNatGateway", request.send()).await;
        answer.absent_ok(&["NatGatewayNotFound"]).map(|_| ())
    }
}

/// `None` when it is deleted.
fn state(gateway: &aws_sdk_ec2::types::NatGateway) -> Option<NatState> {
    Some(match gateway.state()? {
        NatGatewayState::Available => NatState::Available,
        NatGatewayState::Deleting => NatState::Deleting,
        NatGatewayState::Failed => NatState::Failed(gateway.failure_message().unwrap_or_default().to_owned()),
        NatGatewayState::Deleted => return None,
        // `Pending`, and what AWS may come to call its like.
        _ => NatState::Pending,
    })
}
