//! The blocks of addresses that a VPC has: those that it was made with, and those that are added later.
//!
//! <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html>

use std::net::Ipv6Addr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde_json::{Value, json};

use super::vpc;
use crate::model::context::{Context, Place};
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// The most IPv4 blocks of one VPC. <https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html>
const BLOCKS: usize = 5;
/// IPv6 blocks are drawn from here, which is set aside for documentation. <https://www.rfc-editor.org/rfc/rfc3849>
const FIRST_IPV6: u128 = 0x2001_0db8 << 96;

/// A block of IPv4 addresses.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Block {
    pub(super) association_id: String,
    pub(super) cidr: Ipv4Net,
}

/// A block of IPv6 addresses.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Ipv6Block {
    pub(super) association_id: String,
    pub(super) cidr: Ipv6Net,
}

impl Block {
    pub(super) fn render(&self, state: &str) -> Value {
        json!({
            "associationId": self.association_id, "cidrBlock": self.cidr, "cidrBlockState": {"state": state},
        })
    }
}

impl Ipv6Block {
    pub(super) fn render(&self, place: &Place, state: &str) -> Value {
        json!({
            "associationId": self.association_id,
            "ipv6CidrBlock": self.cidr,
            "ipv6CidrBlockState": {"state": state},
            "networkBorderGroup": &*place.region,
            "ipv6Pool": "Amazon",
            "ipv6AddressAttribute": "public",
            "ipSource": "amazon",
        })
    }
}

/// A /56 that no VPC has had before.
pub(super) fn draw_ipv6(context: &mut Context<'_>) -> Ipv6Block {
    let association_id = context.id("vpc-cidr-assoc");
    let drawn = &mut context.region().ec2.ipv6_blocks_drawn;
    *drawn += 1;
    let address = Ipv6Addr::from(FIRST_IPV6 | (u128::from(*drawn) << 72));
    Ipv6Block { association_id, cidr: Ipv6Net::new_assert(address, 56) }
}

/// Between /16 and /28.
pub(super) fn check_size(cidr: Ipv4Net) -> Result<(), AwsError> {
    if (16..=28).contains(&cidr.prefix_len()) {
        return Ok(());
    }
    Err(AwsError::new("InvalidVpc.Range", format!("The CIDR '{cidr}' is invalid.")))
}

pub(super) fn associate(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = input.required("VpcId")?;
    if input.flag("AmazonProvidedIpv6CidrBlock")?.unwrap_or(false) {
        return associate_ipv6(context, id);
    }
    let cidr = vpc::parse_cidr(input.required("CidrBlock")?)?;
    check_size(cidr)?;
    let association_id = context.id("vpc-cidr-assoc");
    let ec2 = &mut context.region().ec2;
    let vpc = ec2.vpcs.find_mut(id)?;
    if vpc.blocks.iter().any(|block| block.cidr.contains(&cidr) || cidr.contains(&block.cidr)) {
        let message = format!("The CIDR '{cidr}' conflicts with another CIDR of the VPC");
        return Err(AwsError::new("InvalidVpc.Conflict", message));
    }
    if vpc.blocks.len() >= BLOCKS {
        let message = format!("This network '{id}' has met its maximum number of allowed CIDRs: {BLOCKS}");
        return Err(AwsError::new("CidrLimitExceeded", message));
    }
    let block = Block { association_id, cidr };
    let answer = json!({ "vpcId": id, "cidrBlockAssociation": block.render("associating") });
    vpc.blocks.push(block);
    ec2.route_tables.values_mut().filter(|table| table.vpc_id == id).for_each(|table| table.add_local(cidr.into()));
    Ok(answer)
}

fn associate_ipv6(context: &mut Context<'_>, id: &str) -> Answer {
    if context.region().ec2.vpcs.find(id)?.ipv6.is_some() {
        let message = format!("This network '{id}' has met its maximum number of allowed IPv6 CIDRs: 1");
        return Err(AwsError::new("CidrLimitExceeded", message));
    }
    let block = draw_ipv6(context);
    let answer = json!({ "vpcId": id, "ipv6CidrBlockAssociation": block.render(&context.place, "associating") });
    let ec2 = &mut context.region().ec2;
    let cidr = IpNet::V6(block.cidr);
    ec2.vpcs.find_mut(id)?.ipv6 = Some(block);
    ec2.route_tables.values_mut().filter(|table| table.vpc_id == id).for_each(|table| table.add_local(cidr));
    Ok(answer)
}

/// The block that a VPC was made with stays, and so does one that has subnets.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DisassociateVpcCidrBlock.html>
pub(super) fn disassociate(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let association_id = input.required("AssociationId")?;
    let place = context.place.clone();
    let ec2 = &mut context.region().ec2;
    let subnets = &ec2.subnets;
    let ipv6_of = |vpc: &vpc::Vpc| vpc.ipv6.as_ref().is_some_and(|block| block.association_id == association_id);
    let is_of = |vpc: &vpc::Vpc| vpc.blocks.iter().any(|block| block.association_id == association_id);
    let Some(vpc) = ec2.vpcs.values_mut().find(|vpc| is_of(vpc) || ipv6_of(vpc)) else {
        let message = format!("The vpc CIDR block association ID '{association_id}' does not exist");
        return Err(AwsError::new("InvalidVpcCidrBlockAssociationID.NotFound", message));
    };
    let place_in = vpc.blocks.iter().position(|block| block.association_id == association_id);
    if place_in == Some(0) {
        let message = format!(
            "The vpc CIDR block with association ID {association_id} may not be disassociated. It is the primary IPv4 \
             CIDR block of the VPC"
        );
        return Err(AwsError::new("OperationNotPermitted", message));
    }
    let in_use = subnets.values().filter(|subnet| subnet.vpc_id == vpc.id).any(|subnet| match place_in {
        Some(at) => vpc.blocks[at].cidr.contains(&subnet.cidr),
        None => subnet.has_ipv6(),
    });
    if in_use {
        let message = format!(
            "The vpc CIDR block with association ID {association_id} has dependencies and cannot be disassociated."
        );
        return Err(AwsError::new("DependencyViolation", message));
    }
    let (vpc_id, answer, gone) = match place_in {
        Some(at) => {
            let block = vpc.blocks.remove(at);
            let answer = json!({"vpcId": vpc.id, "cidrBlockAssociation": block.render("disassociating")});
            (vpc.id.clone(), answer, Some(IpNet::V4(block.cidr)))
        }
        None => {
            let block = vpc.ipv6.take();
            let shown = block.as_ref().map(|block| block.render(&place, "disassociating"));
            let answer = json!({"vpcId": vpc.id, "ipv6CidrBlockAssociation": shown});
            (vpc.id.clone(), answer, block.map(|block| IpNet::V6(block.cidr)))
        }
    };
    for table in ec2.route_tables.values_mut().filter(|table| table.vpc_id == vpc_id) {
        table.remove_local(gone);
    }
    Ok(answer)
}
