//! VPCs. A default security group, a main route table and a default network ACL come and go with each.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde_json::{Value, json};

use super::table::{Kind, Resource, identified, one};
use super::vpc_cidr::{self, Block, Ipv6Block};
use super::{State, dhcp_options, network_acl, route_table, security_group, tagging};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// A virtual network.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Vpc {
    pub(crate) id: String,
    pub(crate) cidr: Ipv4Net,
    /// The first is the one that the VPC was made with.
    pub(super) blocks: Vec<Block>,
    pub(super) ipv6: Option<Ipv6Block>,
    pub(super) is_default: bool,
    pub(super) dhcp_options_id: String,
    tenancy: String,
    pub(crate) dns_support: bool,
    pub(crate) dns_hostnames: bool,
    address_usage_metrics: bool,
    tags: Tags,
}

impl Resource for Vpc {
    const KIND: Kind = Kind {
        plural: "vpcs",
        tag_type: "vpc",
        ids: "VpcId",
        set: "vpcSet",
        not_found: ("InvalidVpcID.NotFound", "vpc ID"),
    };
    identified!(id);

    fn field(&self, filter: &str) -> Option<Vec<String>> {
        let of_blocks = |pick: fn(&Block) -> String| Some(self.blocks.iter().map(pick).collect());
        match filter {
            "vpc-id" => one(&self.id),
            "cidr" | "cidr-block" | "cidrBlock" => one(self.cidr),
            "cidr-block-association.cidr-block" => of_blocks(|block| block.cidr.to_string()),
            "cidr-block-association.association-id" => of_blocks(|block| block.association_id.clone()),
            "cidr-block-association.state" => one("associated"),
            "ipv6-cidr-block-association.ipv6-cidr-block" => {
                Some(self.ipv6.iter().map(|block| block.cidr.to_string()).collect())
            }
            "is-default" | "isDefault" => one(self.is_default),
            "state" => one("available"),
            "dhcp-options-id" => one(&self.dhcp_options_id),
            _ => None,
        }
    }

    fn inventory(&self, item: Item) -> Item {
        item.with("cidr_block", self.cidr.to_string())
    }
}

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let cidr = parse_cidr(input.required("CidrBlock")?)?;
    vpc_cidr::check_size(cidr)?;
    let tenancy = input.text("InstanceTenancy").unwrap_or("default");
    if !matches!(tenancy, "default" | "dedicated") {
        let message = format!("Value ({tenancy}) for parameter instanceTenancy is invalid.");
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    let tags = tagging::of_new(input, Vpc::KIND.tag_type)?;
    let ec2 = &context.region().ec2;
    ec2.quotas.check(ec2.vpcs.len(), ec2.quotas.vpcs, "VpcLimitExceeded", "VPCs")?;
    let mut vpc = new(context, cidr, tenancy, tags);
    if input.flag("AmazonProvidedIpv6CidrBlock")?.unwrap_or(false) {
        vpc.ipv6 = Some(vpc_cidr::draw_ipv6(context));
    }
    let answer = json!({ "vpc": render(&vpc, context, "pending") });
    insert(context, vpc);
    Ok(answer)
}

/// A VPC that nothing belongs to yet.
pub(super) fn new(context: &mut Context<'_>, cidr: Ipv4Net, tenancy: &str, tags: Tags) -> Vpc {
    Vpc {
        id: context.id("vpc"),
        cidr,
        blocks: vec![Block { association_id: context.id("vpc-cidr-assoc"), cidr }],
        ipv6: None,
        is_default: false,
        dhcp_options_id: dhcp_options::DEFAULT.to_owned(),
        tenancy: tenancy.to_owned(),
        dns_support: true,
        dns_hostnames: false,
        address_usage_metrics: false,
        tags,
    }
}

/// Adds a VPC with all that comes with it.
pub(super) fn insert(context: &mut Context<'_>, vpc: Vpc) {
    let id = vpc.id.clone();
    let blocks = vpc.networks();
    context.region().ec2.vpcs.insert(vpc);
    security_group::add_default(context, &id);
    route_table::add_main(context, &id, &blocks);
    network_acl::add_default(context, &id);
}

impl Vpc {
    /// All its blocks of addresses.
    pub(super) fn networks(&self) -> Vec<IpNet> {
        let ipv6 = self.ipv6.iter().map(|block| IpNet::V6(block.cidr));
        self.blocks.iter().map(|block| IpNet::V4(block.cidr)).chain(ipv6).collect()
    }
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let selected: Vec<Vpc> = context.region().ec2.vpcs.select(input)?.into_iter().cloned().collect();
    let rows = selected.into_iter().map(|vpc| (vpc.id.clone(), vpc)).collect();
    super::describing::paged(input, Vpc::KIND.set, rows, |vpc| render(&vpc, context, "available"))
}

/// <https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = input.required("VpcId")?;
    let ec2 = &mut context.region().ec2;
    ec2.vpcs.find(id)?;
    if is_in_use(ec2, id) {
        let message = format!("The vpc '{id}' has dependencies and cannot be deleted.");
        return Err(AwsError::new("DependencyViolation", message));
    }
    ec2.security_groups.retain(|group| group.vpc_id != id);
    ec2.route_tables.retain(|table| table.vpc_id != id);
    ec2.network_acls.retain(|acl| acl.vpc_id != id);
    ec2.vpc_endpoints.retain(|endpoint| endpoint.vpc_id != id);
    ec2.vpcs.remove(id);
    Ok(json!({"return": true}))
}

/// What was made in a VPC by hand keeps it; what came with it does not. Gateway endpoints go with it.
fn is_in_use(ec2: &State, id: &str) -> bool {
    ec2.subnets.values().any(|subnet| subnet.vpc_id == id)
        || ec2.internet_gateways.values().any(|gateway| gateway.vpc_id.as_deref() == Some(id))
        || ec2.egress_only_gateways.values().any(|gateway| gateway.vpc_id == id)
        || ec2.route_tables.values().any(|table| table.vpc_id == id && !table.is_main())
        || ec2.network_acls.values().any(|acl| acl.vpc_id == id && !acl.is_default)
        || ec2.security_groups.values().any(|group| group.vpc_id == id && !group.is_default())
        || ec2.interfaces.values().any(|interface| interface.vpc_id == id)
}

pub(super) fn describe_attribute(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (id, attribute) = (input.required("VpcId")?, input.required("Attribute")?);
    let vpc = context.region().ec2.vpcs.find(id)?;
    let value = match attribute {
        "enableDnsSupport" => vpc.dns_support,
        "enableDnsHostnames" => vpc.dns_hostnames,
        "enableNetworkAddressUsageMetrics" => vpc.address_usage_metrics,
        _ => {
            let message = format!("Value ({attribute}) for parameter attribute is invalid. Unknown vpc attribute");
            return Err(AwsError::new("InvalidParameterValue", message));
        }
    };
    Ok(json!({ "vpcId": id, attribute: { "value": value } }))
}

/// One attribute a call. <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcAttribute.html>
pub(super) fn modify_attribute(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let vpc = context.region().ec2.vpcs.find_mut(input.required("VpcId")?)?;
    let attributes = [
        ("EnableDnsSupport", &mut vpc.dns_support),
        ("EnableDnsHostnames", &mut vpc.dns_hostnames),
        ("EnableNetworkAddressUsageMetrics", &mut vpc.address_usage_metrics),
    ];
    only_one(input, &attributes.each_ref().map(|(name, _)| *name))?;
    for (name, place) in attributes {
        if let Some(value) = input.part(name).flag("Value")? {
            *place = value;
        }
    }
    Ok(json!({"return": true}))
}

/// Refuses a call that changes none or several of these attributes.
pub(super) fn only_one(input: &Input<'_>, names: &[&str]) -> Result<(), AwsError> {
    match names.iter().filter(|name| input.has(name)).count() {
        1 => Ok(()),
        0 => Err(AwsError::new("MissingParameter", "The request must contain an attribute to modify.")),
        _ => {
            let message =
                "Fields for multiple attribute types specified; only one attribute can be modified at a time.";
            Err(AwsError::new("InvalidParameterCombination", message))
        }
    }
}

/// An IPv4 block; EC2 clears host bits that are set.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpc.html>
pub(super) fn parse_cidr(text: &str) -> Result<Ipv4Net, AwsError> {
    text.parse().map(|cidr: Ipv4Net| cidr.trunc()).map_err(|_| not_a_block(text))
}

pub(super) fn parse_ipv6(text: &str) -> Result<Ipv6Net, AwsError> {
    text.parse().map(|cidr: Ipv6Net| cidr.trunc()).map_err(|_| not_a_block(text))
}

fn not_a_block(text: &str) -> AwsError {
    let message = format!("Value ({text}) for parameter cidrBlock is invalid. This is not a valid CIDR block.");
    AwsError::new("InvalidParameterValue", message)
}

pub(super) fn render(vpc: &Vpc, context: &Context<'_>, state: &str) -> Value {
    let blocks = vpc.blocks.iter().map(|block| block.render("associated"));
    json!({
        "vpcId": vpc.id,
        "ownerId": &*context.place.account,
        "state": state,
        "cidrBlock": vpc.cidr,
        "cidrBlockAssociationSet": blocks.collect::<Vec<_>>(),
        "ipv6CidrBlockAssociationSet": vpc.ipv6.as_ref().map(|block| [block.render(&context.place, "associated")]),
        "dhcpOptionsId": vpc.dhcp_options_id,
        "instanceTenancy": vpc.tenancy,
        "isDefault": vpc.is_default,
        "tagSet": tagging::tag_set(&vpc.tags),
    })
}
