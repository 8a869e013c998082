//! Elastic addresses, and the public addresses that interfaces get for as long as they live.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::State;
use super::interface::{Elastic, PublicAddress};
use super::table::{Kind, Resource, one};
use super::tagging;
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
        smallest_page: None,
    };

    fn id(&self) -> &str {
        &self.allocation_id
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }

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
    let public_ips = input.texts("PublicIp");
    for ip in &public_ips {
        if !ec2.addresses.values().any(|address| address.public_ip.to_string() == *ip) {
            return Err(AwsError::new("InvalidAddress.NotFound", format!("Address '{ip}' not found.")));
        }
    }
    let selected = ec2.addresses.select(input)?.into_iter();
    let asked = |address: &&Address| public_ips.is_empty() || public_ips.contains(&&*address.public_ip.to_string());
    let set: Vec<Value> = selected.filter(asked).map(|address| render(ec2, address, &owner, &region)).collect();
    Ok(json!({ "addressesSet": set }))
}

/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReleaseAddress.html>
pub(super) fn release(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = input.required("AllocationId")?;
    let ec2 = &mut context.region().ec2;
    let address = ec2.addresses.find(id)?;
    if address.interface_id.is_some() {
        let message = format!("Address {} is in use.", address.public_ip);
        return Err(AwsError::new("InvalidIPAddress.InUse", message));
    }
    ec2.addresses.remove(id);
    Ok(json!({"return": true}))
}

pub(super) fn associate(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = input.required("AllocationId")?;
    let association_id = context.id("eipassoc");
    let ec2 = &mut context.region().ec2;
    let interface_id = match (input.text("NetworkInterfaceId"), input.text("InstanceId")) {
        (Some(interface), _) => ec2.interfaces.find(interface)?.id.clone(),
        (None, Some(instance)) => ec2.instances.find(instance)?.interface_id.clone(),
        (None, None) => return Err(input.missing("NetworkInterfaceId")),
    };
    let taken = ec2.addresses.find(id)?.interface_id.is_some();
    if taken && !input.flag("AllowReassociation")?.unwrap_or(true) {
        return Err(AwsError::new("Resource.AlreadyAssociated", format!("resource {id} is already associated")));
    }
    detach(ec2, id);
    map(ec2, id, &interface_id, &association_id)?;
    Ok(json!({"return": true, "associationId": association_id}))
}

pub(super) fn disassociate(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let association_id = input.required("AssociationId")?;
    let ec2 = &mut context.region().ec2;
    let elastics = ec2.interfaces.values().filter_map(|interface| interface.public.as_ref()?.elastic.as_ref());
    let found = elastics.into_iter().find(|elastic| elastic.association_id == association_id);
    let Some(allocation_id) = found.map(|elastic| elastic.allocation_id.clone()) else {
        let message = format!("The association ID '{association_id}' does not exist");
        return Err(AwsError::new("InvalidAssociationID.NotFound", message));
    };
    detach(ec2, &allocation_id);
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
