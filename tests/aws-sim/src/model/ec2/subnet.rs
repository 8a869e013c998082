//! Subnets, and the private addresses that are taken in them.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde_json::{Value, json};

use super::table::{Kind, Resource, identified, one};
use super::vpc_cidr::Ipv6Block;
use super::{State, catalogue, network_acl, tagging, vpc};
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
    ipv6: Option<Ipv6Block>,
    pub(crate) zone: String,
    zone_id: String,
    arn: String,
    pub(super) is_default: bool,
    pub(crate) public_addresses: bool,
    ipv6_addresses: bool,
    dns64: bool,
    /// `ip-name` or `resource-name`.
    hostname_type: String,
    a_records: bool,
    aaaa_records: bool,
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
    };
    identified!(id);

    fn field(&self, filter: &str) -> Option<Vec<String>> {
        match filter {
            "subnet-id" => one(&self.id),
            "vpc-id" => one(&self.vpc_id),
            "cidr-block" | "cidr" | "cidrBlock" => one(self.cidr),
            "availability-zone" | "availabilityZone" => one(&self.zone),
            "availability-zone-id" | "availabilityZoneId" => one(&self.zone_id),
            "state" => one("available"),
            "default-for-az" | "defaultForAz" => one(self.is_default),
            "enable-dns64" => one(self.dns64),
            "ipv6-native" | "map-customer-owned-ip-on-launch" => one(false),
            "ipv6-cidr-block-association.ipv6-cidr-block" => {
                Some(self.ipv6.iter().map(|block| block.cidr.to_string()).collect())
            }
            "private-dns-name-options-on-launch.hostname-type" => one(&self.hostname_type),
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
    pub(crate) fn has_ipv6(&self) -> bool {
        self.ipv6.is_some()
    }

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
    let asked = input.text("AvailabilityZone").or(input.text("AvailabilityZoneId"));
    let zone = catalogue::zone(&context.place, asked)?;
    let tags = tagging::of_new(input, Subnet::KIND.tag_type)?;
    let ipv6 = input.text("Ipv6CidrBlock").map(vpc::parse_ipv6).transpose()?;
    check_range(&context.region().ec2, vpc_id, cidr)?;
    check_ipv6(&context.region().ec2, vpc_id, ipv6)?;
    let mut subnet = new(context, vpc_id, cidr, zone, tags);
    if let Some(cidr) = ipv6 {
        subnet.ipv6 = Some(Ipv6Block { association_id: context.id("subnet-cidr-assoc"), cidr });
    }
    let answer = json!({ "subnet": render(&subnet, &context.place.account) });
    insert(context, subnet);
    Ok(answer)
}

/// A subnet in a zone, which is given by name and id.
pub(super) fn new(
    context: &mut Context<'_>,
    vpc_id: &str,
    cidr: Ipv4Net,
    zone: (String, String),
    tags: Tags,
) -> Subnet {
    let id = context.id("subnet");
    Subnet {
        arn: context.arn("ec2", &format!("subnet/{id}")),
        id,
        vpc_id: vpc_id.to_owned(),
        cidr,
        ipv6: None,
        zone: zone.0,
        zone_id: zone.1,
        is_default: false,
        public_addresses: false,
        ipv6_addresses: false,
        dns64: false,
        hostname_type: "ip-name".to_owned(),
        a_records: false,
        aaaa_records: false,
        taken: BTreeSet::new(),
        searched: 0,
        tags,
    }
}

/// Adds a subnet and tells its id.
pub(super) fn insert(context: &mut Context<'_>, subnet: Subnet) -> String {
    let id = subnet.id.clone();
    network_acl::add_subnet(context, &subnet.vpc_id, &id);
    context.region().ec2.subnets.insert(subnet);
    id
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
    network_acl::forget_subnet(ec2, id);
    Ok(json!({"return": true}))
}

/// One attribute a call. <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySubnetAttribute.html>
pub(super) fn modify_attribute(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let subnet = context.region().ec2.subnets.find_mut(input.required("SubnetId")?)?;
    let ipv6 = subnet.has_ipv6();
    let flags = [
        ("MapPublicIpOnLaunch", &mut subnet.public_addresses),
        ("AssignIpv6AddressOnCreation", &mut subnet.ipv6_addresses),
        ("EnableDns64", &mut subnet.dns64),
        ("EnableResourceNameDnsARecordOnLaunch", &mut subnet.a_records),
        ("EnableResourceNameDnsAAAARecordOnLaunch", &mut subnet.aaaa_records),
    ];
    let mut names = flags.each_ref().map(|(name, _)| *name).to_vec();
    names.push("PrivateDnsHostnameTypeOnLaunch");
    vpc::only_one(input, &names)?;
    for (name, place) in flags {
        let Some(value) = input.part(name).flag("Value")? else { continue };
        if value && name == "AssignIpv6AddressOnCreation" && !ipv6 {
            let message = "Invalid value 'true' for assignIpv6AddressOnCreation. Subnet must have an associated IPv6 \
                           CIDR block.";
            return Err(AwsError::new("InvalidParameterValue", message));
        }
        *place = value;
    }
    match input.text("PrivateDnsHostnameTypeOnLaunch") {
        None => {}
        Some(kind @ ("ip-name" | "resource-name")) => kind.clone_into(&mut subnet.hostname_type),
        Some(other) => {
            let message = format!("Value ({other}) for parameter privateDnsHostnameTypeOnLaunch is invalid.");
            return Err(AwsError::new("InvalidParameterValue", message));
        }
    }
    Ok(json!({"return": true}))
}

/// Blocks between /16 and /28 within one of the VPC's, apart from those of other subnets.
fn check_range(ec2: &State, vpc_id: &str, cidr: Ipv4Net) -> Result<(), AwsError> {
    let vpc = ec2.vpcs.find(vpc_id)?;
    if !vpc.blocks.iter().any(|block| block.cidr.contains(&cidr)) || cidr.prefix_len() > 28 {
        return Err(AwsError::new("InvalidSubnet.Range", format!("The CIDR '{cidr}' is invalid.")));
    }
    let overlaps = |other: Ipv4Net| other.contains(&cidr) || cidr.contains(&other);
    let in_vpc = || ec2.subnets.values().filter(|other| other.vpc_id == vpc_id);
    if in_vpc().any(|other| overlaps(other.cidr)) {
        return Err(conflict(cidr.into()));
    }
    ec2.quotas.check(in_vpc().count(), ec2.quotas.subnets_in_vpc, "SubnetLimitExceeded", "subnets")
}

/// A /64 within the VPC's IPv6 block.
fn check_ipv6(ec2: &State, vpc_id: &str, cidr: Option<Ipv6Net>) -> Result<(), AwsError> {
    let Some(cidr) = cidr else { return Ok(()) };
    let within = ec2.vpcs.find(vpc_id)?.ipv6.as_ref().is_some_and(|block| block.cidr.contains(&cidr));
    if !within || cidr.prefix_len() != 64 {
        return Err(AwsError::new("InvalidSubnet.Range", format!("The CIDR '{cidr}' is invalid.")));
    }
    match ec2.subnets.values().any(|other| other.ipv6.as_ref().is_some_and(|block| block.cidr == cidr)) {
        true => Err(conflict(cidr.into())),
        false => Ok(()),
    }
}

fn conflict(cidr: IpNet) -> AwsError {
    AwsError::new("InvalidSubnet.Conflict", format!("The CIDR '{cidr}' conflicts with another subnet"))
}

/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Subnet.html>
pub(super) fn render(subnet: &Subnet, owner: &str) -> Value {
    let ipv6 = subnet.ipv6.iter().map(|block| {
        json!({
            "associationId": block.association_id, "ipv6CidrBlock": block.cidr,
            "ipv6CidrBlockState": {"state": "associated"}, "ipv6AddressAttribute": "public", "ipSource": "amazon",
        })
    });
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
        "defaultForAz": subnet.is_default,
        "mapPublicIpOnLaunch": subnet.public_addresses,
        "mapCustomerOwnedIpOnLaunch": false,
        "assignIpv6AddressOnCreation": subnet.ipv6_addresses,
        "enableDns64": subnet.dns64,
        "ipv6Native": false,
        "ipv6CidrBlockAssociationSet": ipv6.collect::<Vec<_>>(),
        "privateDnsNameOptionsOnLaunch": {
            "hostnameType": subnet.hostname_type,
            "enableResourceNameDnsARecord": subnet.a_records,
            "enableResourceNameDnsAAAARecord": subnet.aaaa_records,
        },
        "tagSet": tagging::tag_set(&subnet.tags),
    })
}
