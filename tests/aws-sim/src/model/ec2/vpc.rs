//! VPCs. A default security group and a main route table come and go with each.

use ipnet::Ipv4Net;
use serde_json::{Value, json};

use super::table::{Kind, Resource, one};
use super::{route_table, security_group, tagging};
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
    association_id: String,
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
        smallest_page: Some(5),
    };

    fn id(&self) -> &str {
        &self.id
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }

    fn field(&self, filter: &str) -> Option<Vec<String>> {
        match filter {
            "vpc-id" => one(&self.id),
            "cidr" | "cidr-block-association.cidr-block" => one(self.cidr),
            "cidr-block-association.association-id" => one(&self.association_id),
            "cidr-block-association.state" => one("associated"),
            "is-default" | "isDefault" => one(false),
            "state" => one("available"),
            "dhcp-options-id" => one("default"),
            _ => None,
        }
    }

    fn inventory(&self, item: Item) -> Item {
        item.with("cidr_block", self.cidr.to_string())
    }
}

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let cidr = parse_cidr(input.required("CidrBlock")?)?;
    if !(16..=28).contains(&cidr.prefix_len()) {
        let message = format!("The CIDR '{cidr}' is invalid.");
        return Err(AwsError::new("InvalidVpc.Range", message));
    }
    let tags = tagging::of_new(input, Vpc::KIND.tag_type)?;
    let vpc = Vpc {
        id: context.id("vpc"),
        cidr,
        association_id: context.id("vpc-cidr-assoc"),
        tenancy: input.text("InstanceTenancy").unwrap_or("default").to_owned(),
        dns_support: true,
        dns_hostnames: false,
        address_usage_metrics: false,
        tags,
    };
    let answer = json!({ "vpc": render(&vpc, &context.place.account, "pending") });
    let id = vpc.id.clone();
    context.region().ec2.vpcs.insert(vpc);
    security_group::add_default(context, &id);
    route_table::add_main(context, &id, cidr);
    Ok(answer)
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let owner = context.place.account.clone();
    context.region().ec2.vpcs.describe(input, |vpc| render(vpc, &owner, "available"))
}

/// <https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = input.required("VpcId")?;
    let ec2 = &mut context.region().ec2;
    ec2.vpcs.find(id)?;
    let in_use = ec2.subnets.values().any(|subnet| subnet.vpc_id == id)
        || ec2.internet_gateways.values().any(|gateway| gateway.vpc_id.as_deref() == Some(id))
        || ec2.route_tables.values().any(|table| table.vpc_id == id && !table.is_main())
        || ec2.security_groups.values().any(|group| group.vpc_id == id && !group.is_default())
        || ec2.interfaces.values().any(|interface| interface.vpc_id == id);
    if in_use {
        let message = format!("The vpc '{id}' has dependencies and cannot be deleted.");
        return Err(AwsError::new("DependencyViolation", message));
    }
    ec2.security_groups.retain(|group| group.vpc_id != id);
    ec2.route_tables.retain(|table| table.vpc_id != id);
    ec2.vpcs.remove(id);
    Ok(json!({"return": true}))
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
    let given = attributes.iter().filter(|(name, _)| input.has(name)).count();
    if given != 1 {
        let message = "Exactly one attribute must be given.";
        return Err(AwsError::new("InvalidParameterCombination", message));
    }
    for (name, place) in attributes {
        if let Some(value) = input.part(name).flag("Value")? {
            *place = value;
        }
    }
    Ok(json!({"return": true}))
}

/// An IPv4 block; EC2 clears host bits that are set.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpc.html>
pub(super) fn parse_cidr(text: &str) -> Result<Ipv4Net, AwsError> {
    text.parse().map(|cidr: Ipv4Net| cidr.trunc()).map_err(|_| {
        let message = format!("Value ({text}) for parameter cidrBlock is invalid. This is not a valid CIDR block.");
        AwsError::new("InvalidParameterValue", message)
    })
}

fn render(vpc: &Vpc, owner: &str, state: &str) -> Value {
    json!({
        "vpcId": vpc.id,
        "ownerId": owner,
        "state": state,
        "cidrBlock": vpc.cidr,
        "cidrBlockAssociationSet": [
            {"cidrBlock": vpc.cidr, "associationId": vpc.association_id, "cidrBlockState": {"state": "associated"}},
        ],
        "dhcpOptionsId": "default",
        "instanceTenancy": vpc.tenancy,
        "isDefault": false,
        "tagSet": tagging::tag_set(&vpc.tags),
    })
}
