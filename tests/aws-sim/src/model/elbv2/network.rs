//! Where a load balancer stands: its subnets, one a zone, with an interface in each, and their security groups.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use strum::{Display, EnumString, VariantNames};

use super::load_balancer::Kind;
use super::{constraint, invalid, misconfigured};
use crate::model::context::Context;
use crate::model::ec2::address;
use crate::model::ec2::interface::{self, Holder, Owner, Wanted};
use crate::model::ec2::{self};
use crate::model::error::AwsError;
use crate::model::input::Input;
use crate::model::tags::Tags;

/// How many addresses must be free in each subnet of an application load balancer, and how small it may be.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html>
const FREE_ADDRESSES: usize = 8;
const LONGEST_PREFIX: u8 = 27;
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html>
const MOST_GROUPS: usize = 5;

/// A load balancer's place in a VPC.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Network {
    pub(super) vpc_id: String,
    /// By zone.
    pub(super) places: BTreeMap<String, Place>,
    pub(super) groups: Vec<String>,
    pub(super) address_type: AddressType,
    /// Whether the groups' rules hold for what comes through PrivateLink.
    pub(super) rules_hold_for_private_link: bool,
}

/// The addresses that a load balancer is reached by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Display, EnumString, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub(super) enum AddressType {
    Ipv4,
    Dualstack,
    DualstackWithoutPublicIpv4,
}

/// A load balancer's place in a zone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) subnet_id: String,
    /// The private address that was asked for.
    private_ip: Option<Ipv4Addr>,
    /// The elastic address that was asked for, of network load balancers only.
    allocation_id: Option<String>,
    /// None until the load balancer is made.
    pub(super) interface_id: Option<String>,
}

impl Network {
    /// What a creating call asks for, checked.
    pub(super) fn read(ec2: &ec2::State, input: &Input<'_>, kind: Kind, internal: bool) -> Result<Self, AwsError> {
        let (vpc_id, places) = read_places(ec2, input, kind)?;
        let reaches_out = ec2.internet_gateways.values().any(|one| one.vpc_id.as_deref() == Some(vpc_id.as_str()));
        if !internal && !reaches_out {
            return Err(AwsError::new("InvalidSubnet", format!("VPC {vpc_id} has no internet gateway")));
        }
        let mut groups = read_groups(ec2, &input.texts("SecurityGroups"), &vpc_id)?;
        if groups.is_empty() && kind == Kind::Application {
            let default = ec2.security_groups.values().find(|group| group.vpc_id == vpc_id && group.is_default());
            groups.extend(default.map(|group| group.id.clone()));
        }
        let address_type = read_address_type(ec2, input, &places, kind)?;
        Ok(Self { vpc_id, places, groups, address_type, rules_hold_for_private_link: true })
    }

    /// Whether two have the same subnets and groups.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let subnets = |of: &Self| of.places.values().map(|place| place.subnet_id.clone()).collect::<BTreeSet<_>>();
        let groups = |of: &Self| of.groups.iter().cloned().collect::<BTreeSet<_>>();
        let same = self.vpc_id == other.vpc_id && self.address_type == other.address_type;
        same && subnets(self) == subnets(other) && groups(self) == groups(other)
    }

    pub(super) fn interface_ids(&self) -> Vec<String> {
        self.places.values().filter_map(|place| place.interface_id.clone()).collect()
    }

    /// Makes the interfaces that are missing, or none.
    pub(super) fn open(
        &mut self,
        context: &mut Context<'_>,
        kind: Kind,
        path: &str,
        internal: bool,
    ) -> Result<(), AwsError> {
        let owner = match kind {
            Kind::Application => Owner::LoadBalancer,
            Kind::Network => Owner::NetworkLoadBalancer,
        };
        let mut made = Vec::new();
        for place in self.places.values_mut().filter(|place| place.interface_id.is_none()) {
            let wanted = Wanted {
                subnet_id: place.subnet_id.clone(),
                groups: self.groups.clone(),
                private_ip: place.private_ip,
                public: !internal && place.allocation_id.is_none(),
                holder: Holder::Managed(owner),
                description: format!("ELB {path}"),
                tags: Tags::default(),
            };
            match interface::create(context, wanted) {
                Ok(id) => {
                    if let Some(interface) = context.region().ec2.interfaces.get_mut(&id) {
                        interface.groups.clone_from(&self.groups);
                    }
                    if let Some(allocation) = &place.allocation_id {
                        address::map_to_managed(context, allocation, &id)?;
                    }
                    made.push(id.clone());
                    place.interface_id = Some(id);
                }
                Err(refusal) => {
                    made.iter().for_each(|id| interface::delete(&mut context.region().ec2, id));
                    return Err(AwsError::new("InvalidSubnet", refusal.message));
                }
            }
        }
        Ok(())
    }

    /// Chosen addresses are shown, others are not.
    pub(super) fn render_zones(&self, ec2: &ec2::State) -> Value {
        let chosen = |place: &Place| {
            let interface = place.interface_id.as_ref().and_then(|id| ec2.interfaces.get(id));
            let public = place.allocation_id.as_ref().and(interface.and_then(|one| one.public.as_ref()));
            let (private_ip, allocation) = (place.private_ip, &place.allocation_id);
            let named = private_ip.is_some() || allocation.is_some();
            named.then(|| {
                json!({"IpAddress": public.map(|it| it.ip), "AllocationId": allocation, "PrivateIPv4Address": private_ip})
            })
        };
        let zone = |(zone, place): (&String, &Place)| {
            let addresses: Vec<Value> = chosen(place).into_iter().collect();
            json!({"ZoneName": zone, "SubnetId": place.subnet_id, "LoadBalancerAddresses": addresses})
        };
        self.places.iter().map(zone).collect()
    }

    pub(super) fn private_link_rules(&self) -> &'static str {
        if self.rules_hold_for_private_link { "on" } else { "off" }
    }
}

/// The VPC and the places that `Subnets` or `SubnetMappings` name.
pub(super) fn read_places(
    ec2: &ec2::State,
    input: &Input<'_>,
    kind: Kind,
) -> Result<(String, BTreeMap<String, Place>), AwsError> {
    let (mut vpc_ids, mut places) = (BTreeSet::new(), BTreeMap::new());
    for (id, private_ip, allocation_id) in named_subnets(ec2, input, kind)? {
        let subnet = ec2.subnets.get(id);
        let subnet =
            subnet.ok_or_else(|| AwsError::new("SubnetNotFound", format!("The subnet ID '{id}' does not exist")))?;
        vpc_ids.insert(subnet.vpc_id.clone());
        let place = Place { subnet_id: id.to_owned(), private_ip, allocation_id, interface_id: None };
        if places.insert(subnet.zone.clone(), place).is_some_and(|before: Place| before.subnet_id != id) {
            let message = "A load balancer cannot be attached to multiple subnets in the same Availability Zone";
            return Err(misconfigured(message));
        }
        if kind == Kind::Application && (subnet.free() < FREE_ADDRESSES || subnet.cidr.prefix_len() > LONGEST_PREFIX) {
            let message = format!(
                "Not enough IP space available in {id}. ELB requires at least {FREE_ADDRESSES} free IP addresses in each \
                 subnet."
            );
            return Err(AwsError::new("InvalidSubnet", message));
        }
    }
    if kind == Kind::Application && places.len() < 2 {
        return Err(invalid("At least two subnets in two different Availability Zones must be specified"));
    }
    if vpc_ids.len() > 1 {
        let named = vpc_ids.into_iter().collect::<Vec<_>>().join(", ");
        return Err(misconfigured(format!("All subnets must belong to the same VPC: '{named}'")));
    }
    match vpc_ids.pop_first() {
        Some(vpc_id) => Ok((vpc_id, places)),
        None => Err(invalid("At least one subnet must be specified")),
    }
}

/// A subnet, with the private and the elastic address that are wanted there.
type Named<'a> = (&'a str, Option<Ipv4Addr>, Option<String>);

fn named_subnets<'a>(ec2: &ec2::State, input: &Input<'a>, kind: Kind) -> Result<Vec<Named<'a>>, AwsError> {
    let (ids, mappings) = (input.texts("Subnets"), input.parts("SubnetMappings"));
    if !ids.is_empty() && !mappings.is_empty() {
        return Err(invalid("You must specify either subnets or subnet mappings, not both"));
    }
    let mut named: Vec<_> = ids.into_iter().map(|id| (id, None, None)).collect();
    for mapping in mappings {
        let allocation = mapping.text("AllocationId");
        if let Some(id) = allocation {
            check_allocation(ec2, id, kind)?;
        }
        let address = mapping
            .text("PrivateIPv4Address")
            .map(|text| text.parse().map_err(|_| invalid(format!("The IP address '{text}' is not valid"))));
        named.push((mapping.required("SubnetId")?, address.transpose()?, allocation.map(str::to_owned)));
    }
    Ok(named)
}

/// IPv6 needs subnets that have it.
pub(super) fn read_address_type(
    ec2: &ec2::State,
    input: &Input<'_>,
    places: &BTreeMap<String, Place>,
    kind: Kind,
) -> Result<AddressType, AwsError> {
    let asked = input.text("IpAddressType").map(|text| constraint::enumerated(text, "ipAddressType")).transpose()?;
    let asked = asked.unwrap_or(AddressType::Ipv4);
    let has_ipv6 = |place: &Place| ec2.subnets.get(&place.subnet_id).is_some_and(|subnet| subnet.has_ipv6());
    if asked != AddressType::Ipv4 && !places.values().all(has_ipv6) {
        return Err(AwsError::new("InvalidSubnet", "You must specify subnets with an associated IPv6 CIDR block."));
    }
    if asked == AddressType::DualstackWithoutPublicIpv4 && kind == Kind::Network {
        let message = format!("IP address type '{asked}' is not supported for load balancers with type '{kind}'");
        return Err(misconfigured(message));
    }
    Ok(asked)
}

fn check_allocation(ec2: &ec2::State, id: &str, kind: Kind) -> Result<(), AwsError> {
    if kind != Kind::Network {
        return Err(misconfigured(format!("Allocation IDs are not supported for load balancers with type '{kind}'")));
    }
    match address::is_free(ec2, id) {
        Some(true) => Ok(()),
        Some(false) => Err(AwsError::new("ResourceInUse", format!("The allocation ID '{id}' is in use"))),
        None => Err(AwsError::new("AllocationIdNotFound", format!("The allocation ID '{id}' does not exist"))),
    }
}

/// The security groups that a call names, all of which must be in the VPC.
pub(super) fn read_groups(ec2: &ec2::State, ids: &[&str], vpc_id: &str) -> Result<Vec<String>, AwsError> {
    let mut groups: Vec<String> = Vec::new();
    for id in ids {
        let group = ec2.security_groups.get(id);
        let unknown = || AwsError::new("InvalidSecurityGroup", format!("The security group '{id}' does not exist"));
        if group.ok_or_else(unknown)?.vpc_id != vpc_id {
            return Err(misconfigured("One or more security groups are invalid"));
        }
        if !groups.iter().any(|known| known == id) {
            groups.push((*id).to_owned());
        }
    }
    if groups.len() > MOST_GROUPS {
        return Err(misconfigured(format!("The maximum number of security groups per load balancer is {MOST_GROUPS}")));
    }
    Ok(groups)
}
