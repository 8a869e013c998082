//! Elastic addresses, and the public addresses that interfaces get for as long as they live.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::filter::Filters;
use super::instance::Stage;
use super::interface::{Elastic, Interface, PublicAddress};
use super::table::{Kind, Resource, identified, one};
use super::{State, describing, tagging};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// Public addresses are drawn from here: 198.18.0.0/15 is set aside for tests, so that nobody is ever reached.
/// <https://www.rfc-editor.org/rfc/rfc2544>
const FIRST_PUBLIC: u32 = 0xC612_0001;
const PUBLIC_ADDRESSES: u32 = (1 << 17) - 2;

/// An address that stays with the account until it is released.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Address {
    pub(crate) allocation_id: String,
    pub(crate) public_ip: Ipv4Addr,
    /// The interface that it is mapped to.
    pub(crate) interface_id: Option<String>,
    tags: Tags,
}

impl Resource for Address {
    const KIND: Kind = Kind {
        plural: "addresses",
        tag_type: "elastic-ip",
        ids: "AllocationId",
        set: "addressesSet",
        not_found: ("InvalidAllocationID.NotFound", "allocation ID"),
    };
    identified!(allocation_id);

    fn field(&self, filter: &str) -> Option<Vec<String>> {
        match filter {
            "allocation-id" => one(&self.allocation_id),
            "public-ip" => one(self.public_ip),
            "domain" => one("vpc"),
            "network-interface-id" => Some(self.interface_id.clone().into_iter().collect()),
            _ => None,
        }
    }

    fn state(&self) -> &'static str {
        if self.interface_id.is_some() { "associated" } else { "available" }
    }

    fn inventory(&self, item: Item) -> Item {
        item.with("public_ip", self.public_ip.to_string())
    }
}

pub(super) fn allocate(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let tags = tagging::of_new(input, Address::KIND.tag_type)?;
    if let Some(domain) = input.text("Domain").filter(|domain| *domain != "vpc") {
        let message = format!("Invalid value '{domain}' for domain.");
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    let ec2 = &context.region().ec2;
    ec2.quotas.check(ec2.addresses.len(), ec2.quotas.addresses, "AddressLimitExceeded", "addresses")?;
    let address = Address { allocation_id: context.id("eipalloc"), public_ip: draw(context), interface_id: None, tags };
    let answer = json!({
        "allocationId": address.allocation_id,
        "publicIp": address.public_ip,
        "domain": "vpc",
        "publicIpv4Pool": "amazon",
        "networkBorderGroup": &*context.place.region,
    });
    context.region().ec2.addresses.insert(address);
    Ok(answer)
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (owner, region) = (context.place.account.clone(), context.place.region.clone());
    let ec2 = &context.region().ec2;
    let filters = Filters::read(input);
    let named: Vec<&str> = input.texts("PublicIp").into_iter().map(|ip| id_of(ec2, ip)).collect::<Result<_, _>>()?;
    let ids = input.texts("AllocationId");
    let all = if ids.is_empty() { ec2.addresses.values().collect() } else { ec2.addresses.find_all(&ids)? };
    let asked = all.into_iter().filter(|address| named.is_empty() || named.contains(&&*address.allocation_id));
    let kept =
        asked.filter(|address| filters.keep_with(&address.tags, |name| field(ec2, address, name, &owner, &region)));
    let set: Vec<Value> = kept.map(|address| render(ec2, address, &owner, &region)).collect();
    Ok(json!({ "addressesSet": set }))
}

/// The names that addresses have in DNS beside AWS's own; none has one here.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAddressesAttribute.html>
pub(super) fn describe_attribute(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (addresses, ids) = (&context.region().ec2.addresses, input.texts("AllocationId"));
    let asked = if ids.is_empty() { addresses.values().collect() } else { addresses.find_all(&ids)? };
    let rows = asked.into_iter().map(|address| (address.allocation_id.clone(), address)).collect();
    describing::paged(
        input,
        "addressSet",
        rows,
        |address| json!({"allocationId": address.allocation_id, "publicIp": address.public_ip}),
    )
}

/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReleaseAddress.html>
pub(super) fn release(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let ec2 = &mut context.region().ec2;
    let id = named(ec2, input)?;
    let address = ec2.addresses.find(&id)?;
    if address.interface_id.is_some() {
        let message = format!("Address {} is in use.", address.public_ip);
        return Err(AwsError::new("InvalidIPAddress.InUse", message));
    }
    ec2.addresses.remove(&id);
    Ok(json!({"return": true}))
}

/// The allocation id that a call gives, itself or by the address.
fn named(ec2: &State, input: &Input<'_>) -> Result<String, AwsError> {
    match (input.text("AllocationId"), input.text("PublicIp")) {
        (Some(id), _) => Ok(ec2.addresses.find(id)?.allocation_id.clone()),
        (None, Some(ip)) => id_of(ec2, ip).map(str::to_owned),
        (None, None) => Err(input.missing("AllocationId")),
    }
}

fn id_of<'a>(ec2: &'a State, public_ip: &str) -> Result<&'a str, AwsError> {
    let Ok(ip) = public_ip.parse::<Ipv4Addr>() else {
        return Err(AwsError::new("InvalidAddress.Malformed", format!("Invalid IPv4 address: {public_ip}")));
    };
    let found = ec2.addresses.values().find(|address| address.public_ip == ip);
    let missing = || AwsError::new("InvalidAddress.NotFound", format!("Address '{public_ip}' not found."));
    found.map(|address| address.allocation_id.as_str()).ok_or_else(missing)
}

/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateAddress.html>
pub(super) fn associate(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let association_id = context.id("eipassoc");
    let ec2 = &mut context.region().ec2;
    let id = named(ec2, input)?;
    let interface_id = match (input.text("NetworkInterfaceId"), input.text("InstanceId")) {
        (Some(_), Some(_)) => {
            let message = "You may specify either an instance ID or a network interface ID, but not both.";
            return Err(AwsError::new("InvalidParameterCombination", message));
        }
        (Some(interface), None) => ec2.interfaces.find(interface)?.id.clone(),
        (None, Some(instance)) => ec2.instances.find(instance)?.interface_id.clone(),
        (None, None) => return Err(input.missing("NetworkInterfaceId")),
    };
    check_reachable(ec2, &interface_id)?;
    let allowed = input.flag("AllowReassociation")?.unwrap_or(true);
    let address = ec2.addresses.find(&id)?;
    if address.interface_id.as_ref().is_some_and(|held| *held != interface_id) && !allowed {
        let message = format!("resource {id} is already associated with associate-id");
        return Err(AwsError::new("Resource.AlreadyAssociated", message));
    }
    check_free(ec2, &id)?;
    detach(ec2, &id);
    // An interface has one address: the one that it had before is free again.
    let before = ec2.interfaces.get(&interface_id).and_then(|interface| interface.public.as_ref()?.elastic.clone());
    if let Some(before) = before {
        unmap(ec2, &before.allocation_id);
    }
    map(ec2, &id, &interface_id, &association_id)?;
    Ok(json!({"return": true, "associationId": association_id}))
}

/// The VPC needs an internet gateway, and an instance must be past `pending`.
fn check_reachable(ec2: &State, interface_id: &str) -> Result<(), AwsError> {
    let interface = ec2.interfaces.find(interface_id)?;
    let vpc_id = &interface.vpc_id;
    if !ec2.internet_gateways.values().any(|gateway| gateway.vpc_id.as_ref() == Some(vpc_id)) {
        let message = format!("Network {vpc_id} is not attached to any internet gateway");
        return Err(AwsError::new("Gateway.NotAttached", message));
    }
    if interface.holder.is_service() {
        return Err(not_permitted());
    }
    let instance = interface.holder.instance_id().and_then(|id| ec2.instances.get(id));
    if instance.is_some_and(|instance| instance.stage == Stage::Pending) {
        let message = format!(
            "The pending-instance-creation instance to which '{interface_id}' is attached is not in a valid state for \
             this operation"
        );
        return Err(AwsError::new("IncorrectInstanceState", message));
    }
    Ok(())
}

/// An address that a NAT gateway holds is the gateway's until it is deleted.
fn check_free(ec2: &State, id: &str) -> Result<(), AwsError> {
    let holder = ec2.addresses.find(id)?.interface_id.as_deref().and_then(|holder| ec2.interfaces.get(holder));
    if holder.is_some_and(|interface| interface.holder.is_service()) { Err(not_permitted()) } else { Ok(()) }
}

fn not_permitted() -> AwsError {
    AwsError::new("AuthFailure", "You do not have permission to access the specified resource.")
}

pub(super) fn disassociate(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let ec2 = &mut context.region().ec2;
    let id = match (input.text("AssociationId"), input.text("PublicIp")) {
        (Some(association_id), _) => {
            let elastics = ec2.interfaces.values().filter_map(|interface| interface.public.as_ref()?.elastic.as_ref());
            let found = elastics.into_iter().find(|elastic| elastic.association_id == association_id);
            found.map(|elastic| elastic.allocation_id.clone()).ok_or_else(|| {
                let message = format!("The association ID '{association_id}' does not exist");
                AwsError::new("InvalidAssociationID.NotFound", message)
            })?
        }
        (None, Some(ip)) => id_of(ec2, ip)?.to_owned(),
        (None, None) => return Err(input.missing("AssociationId")),
    };
    check_free(ec2, &id)?;
    detach(ec2, &id);
    Ok(json!({"return": true}))
}

/// Maps an elastic address to an interface.
pub(super) fn map(ec2: &mut State, id: &str, interface_id: &str, association_id: &str) -> Result<Ipv4Addr, AwsError> {
    let address = ec2.addresses.find_mut(id)?;
    address.interface_id = Some(interface_id.to_owned());
    let ip = address.public_ip;
    let elastic = Elastic { allocation_id: id.to_owned(), association_id: association_id.to_owned() };
    ec2.interfaces.find_mut(interface_id)?.public = Some(PublicAddress { ip, elastic: Some(elastic) });
    Ok(ip)
}

/// Maps an elastic address, which must be free, to an interface that a service made.
pub(crate) fn map_to_managed(context: &mut Context<'_>, id: &str, interface_id: &str) -> Result<(), AwsError> {
    let association_id = context.id("eipassoc");
    map(&mut context.region().ec2, id, interface_id, &association_id).map(drop)
}

/// Whether there is an elastic address of that id which is mapped to nothing.
pub(crate) fn is_free(ec2: &State, id: &str) -> Option<bool> {
    ec2.addresses.get(id).map(|address| address.interface_id.is_none())
}

/// The address's side of a mapping that ends.
pub(super) fn unmap(ec2: &mut State, id: &str) {
    if let Some(address) = ec2.addresses.get_mut(id) {
        address.interface_id = None;
    }
}

/// A public address that nobody has had before.
pub(super) fn draw(context: &mut Context<'_>) -> Ipv4Addr {
    let drawn = &mut context.region().ec2.public_addresses_drawn;
    *drawn = (*drawn + 1) % PUBLIC_ADDRESSES;
    Ipv4Addr::from(FIRST_PUBLIC + *drawn)
}

fn detach(ec2: &mut State, id: &str) {
    let interface_id = ec2.addresses.get(id).and_then(|address| address.interface_id.clone());
    if let Some(interface) = interface_id.and_then(|interface_id| ec2.interfaces.get_mut(&interface_id)) {
        interface.public = None;
    }
    unmap(ec2, id);
}

/// The values under a filter, which ask about the interface too.
fn field(ec2: &State, address: &Address, filter: &str, owner: &str, region: &str) -> Option<Vec<String>> {
    let interface = address.interface_id.as_deref().and_then(|id| ec2.interfaces.get(id));
    let of_interface =
        |pick: &dyn Fn(&Interface) -> Option<String>| Some(interface.and_then(pick).into_iter().collect());
    match filter {
        "association-id" => {
            of_interface(&|interface| Some(interface.public.as_ref()?.elastic.as_ref()?.association_id.clone()))
        }
        "instance-id" => of_interface(&|interface| interface.holder.instance_id().map(str::to_owned)),
        "network-interface-owner-id" => of_interface(&|_| Some(owner.to_owned())),
        "private-ip-address" => of_interface(&|interface| Some(interface.private_ip.to_string())),
        "network-border-group" => one(region),
        _ => address.field(filter),
    }
}

fn render(ec2: &State, address: &Address, owner: &str, region: &str) -> Value {
    let interface = address.interface_id.as_deref().and_then(|id| ec2.interfaces.get(id));
    let elastic = interface.and_then(|interface| interface.public.as_ref()?.elastic.as_ref());
    json!({
        "allocationId": address.allocation_id,
        "publicIp": address.public_ip,
        "domain": "vpc",
        "publicIpv4Pool": "amazon",
        "networkBorderGroup": region,
        "associationId": elastic.map(|elastic| elastic.association_id.as_str()),
        "networkInterfaceId": interface.map(|interface| interface.id.as_str()),
        "networkInterfaceOwnerId": interface.map(|_| owner),
        "privateIpAddress": interface.map(|interface| interface.private_ip),
        "instanceId": interface.and_then(|interface| interface.holder.instance_id()),
        "tagSet": tagging::tag_set(&address.tags),
    })
}
