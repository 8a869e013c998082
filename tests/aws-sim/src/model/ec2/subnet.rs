//! Subnets, and the private addresses that are taken in them.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde_json::{Value, json};

use super::table::{Kind, Resource, one};
use super::{catalogue, tagging, vpc};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// AWS keeps the first four addresses of a subnet and the last.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html>
const KEPT_AT_START: u32 = 4;
const KEPT_AT_END: u32 = 1;

/// A part of a VPC in one zone.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Subnet {
    pub(crate) id: String,
    pub(crate) vpc_id: String,
    pub(crate) cidr: Ipv4Net,
    pub(crate) zone: String,
    zone_id: String,
    arn: String,
    pub(crate) public_addresses: bool,
    taken: BTreeSet<u32>,
    /// Where the search for a free address goes on, so that it need not begin anew for each.
    searched: u32,
    tags: Tags,
}

impl Resource for Subnet {
    const KIND: Kind = Kind {
        plural: "subnets",
        tag_type: "subnet",
        ids: "SubnetId",
        set: "subnetSet",
        not_found: ("InvalidSubnetID.NotFound", "subnet ID"),
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
            "subnet-id" => one(&self.id),
            "vpc-id" => one(&self.vpc_id),
            "cidr-block" | "cidr" | "cidrBlock" => one(self.cidr),
            "availability-zone" | "availabilityZone" => one(&self.zone),
            "availability-zone-id" | "availabilityZoneId" => one(&self.zone_id),
            "state" => one("available"),
            "default-for-az" | "defaultForAz" => one(false),
            "map-public-ip-on-launch" => one(self.public_addresses),
            "available-ip-address-count" => one(self.free()),
            "subnet-arn" => one(&self.arn),
            _ => None,
        }
    }

    fn inventory(&self, item: Item) -> Item {
        let item = item.with("vpc_id", self.vpc_id.as_str()).with("cidr_block", self.cidr.to_string());
        item.with("availability_zone", self.zone.as_str())
    }
}

impl Subnet {
    /// Takes the first free address, or the wanted one.
    pub(super) fn take_address(&mut self, wanted: Option<Ipv4Addr>) -> Result<Ipv4Addr, AwsError> {
        let (first, last) = self.bounds();
        let address = match wanted {
            Some(address) if self.taken.contains(&address.into()) => {
                return Err(AwsError::new("InvalidIPAddress.InUse", format!("Address {address} is in use.")));
            }
            Some(address) if (first..=last).contains(&address.into()) => address.into(),
            Some(address) => {
                let message = format!("Address {address} does not fall within the subnet's address range");
                return Err(AwsError::new("InvalidParameterValue", message));
            }
            None => self.next_free().ok_or_else(|| {
                let message = format!("There are not enough free addresses in subnet '{}'.", self.id);
                AwsError::new("InsufficientFreeAddressesInSubnet", message)
            })?,
        };
        self.taken.insert(address);
        Ok(address.into())
    }

    pub(super) fn give_back(&mut self, address: Ipv4Addr) {
        self.taken.remove(&address.into());
    }

    /// The next free address behind the one that was given last, around the end.
    fn next_free(&mut self) -> Option<u32> {
        let (first, last) = self.bounds();
        let from = self.searched.clamp(first, last);
        let found = (from..=last).chain(first..from).find(|address| !self.taken.contains(address))?;
        self.searched = found + 1;
        Some(found)
    }

    fn bounds(&self) -> (u32, u32) {
        let (network, broadcast) = (u32::from(self.cidr.network()), u32::from(self.cidr.broadcast()));
        (network + KEPT_AT_START, broadcast - KEPT_AT_END)
    }

    /// How many addresses are free.
    pub(crate) fn free(&self) -> usize {
        let (first, last) = self.bounds();
        (last - first + 1) as usize - self.taken.len()
    }
}

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let vpc_id = input.required("VpcId")?;
    let cidr = vpc::parse_cidr(input.required("CidrBlock")?)?;
    let (zone, zone_id) =
        catalogue::zone(&context.place.region, input.text("AvailabilityZone").or(input.text("AvailabilityZoneId")))?;
    let tags = tagging::of_new(input, Subnet::KIND.tag_type)?;
    check_range(context, vpc_id, cidr)?;
    let id = context.id("subnet");
    let arn = context.arn("ec2", &format!("subnet/{id}"));
    let taken = BTreeSet::new();
    let vpc_id = vpc_id.to_owned();
    let subnet = Subnet { id, vpc_id, cidr, zone, zone_id, arn, public_addresses: false, taken, searched: 0, tags };
    let answer = json!({ "subnet": render(&subnet, &context.place.account) });
    context.region().ec2.subnets.insert(subnet);
    Ok(answer)
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let owner = context.place.account.clone();
    context.region().ec2.subnets.describe(input, |subnet| render(subnet, &owner))
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = input.required("SubnetId")?;
    let ec2 = &mut context.region().ec2;
    ec2.subnets.find(id)?;
    if ec2.interfaces.values().any(|interface| interface.subnet_id == id) {
        let message = format!("The subnet '{id}' has dependencies and cannot be deleted.");
        return Err(AwsError::new("DependencyViolation", message));
    }
    ec2.subnets.remove(id);
    ec2.route_tables.values_mut().for_each(|table| table.forget_subnet(id));
    Ok(json!({"return": true}))
}

pub(super) fn modify_attribute(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let subnet = context.region().ec2.subnets.find_mut(input.required("SubnetId")?)?;
    if let Some(public) = input.part("MapPublicIpOnLaunch").flag("Value")? {
        subnet.public_addresses = public;
    }
    Ok(json!({"return": true}))
}

fn check_range(context: &mut Context<'_>, vpc_id: &str, cidr: Ipv4Net) -> Result<(), AwsError> {
    let ec2 = &mut context.region().ec2;
    let vpc = ec2.vpcs.find(vpc_id)?;
    if !vpc.cidr.contains(&cidr) || cidr.prefix_len() > 28 {
        return Err(AwsError::new("InvalidSubnet.Range", format!("The CIDR '{cidr}' is invalid.")));
    }
    let overlaps = |other: Ipv4Net| other.contains(&cidr) || cidr.contains(&other);
    if ec2.subnets.values().any(|other| other.vpc_id == vpc_id && overlaps(other.cidr)) {
        let message = format!("The CIDR '{cidr}' conflicts with another subnet");
        return Err(AwsError::new("InvalidSubnet.Conflict", message));
    }
    Ok(())
}

fn render(subnet: &Subnet, owner: &str) -> Value {
    json!({
        "subnetId": subnet.id,
        "subnetArn": subnet.arn,
        "ownerId": owner,
        "vpcId": subnet.vpc_id,
        "state": "available",
        "cidrBlock": subnet.cidr,
        "availabilityZone": subnet.zone,
        "availabilityZoneId": subnet.zone_id,
        "availableIpAddressCount": subnet.free(),
        "defaultForAz": false,
        "mapPublicIpOnLaunch": subnet.public_addresses,
        "assignIpv6AddressOnCreation": false,
        "ipv6CidrBlockAssociationSet": [],
        "tagSet": tagging::tag_set(&subnet.tags),
    })
}
