//! How network interfaces are described.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::interface::Interface;
use super::table::Resource;
use super::{State, tagging};
use crate::model::clock::iso;
use crate::model::context::Place;

/// The private DNS name of an address. <https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html>
pub(crate) fn private_dns_name(region: &str, ip: Ipv4Addr) -> String {
    let dashed = ip.to_string().replace('.', "-");
    if region == "us-east-1" {
        format!("ip-{dashed}.ec2.internal")
    } else {
        format!("ip-{dashed}.{region}.compute.internal")
    }
}

/// The public DNS name of an address.
pub(super) fn public_dns_name(region: &str, ip: Ipv4Addr) -> String {
    let dashed = ip.to_string().replace('.', "-");
    if region == "us-east-1" {
        format!("ec2-{dashed}.compute-1.amazonaws.com")
    } else {
        format!("ec2-{dashed}.{region}.compute.amazonaws.com")
    }
}

/// An interface's groups with their names.
pub(super) fn group_set(ec2: &State, groups: &[String]) -> Value {
    groups
        .iter()
        .map(|id| json!({"groupId": id, "groupName": ec2.security_groups.get(id).map(|group| group.name.as_str())}))
        .collect()
}

/// The mapping to a public address, as interfaces and instances show it.
pub(super) fn association(interface: &Interface, owner: &str, region: &str) -> Value {
    let Some(public) = &interface.public else { return Value::Null };
    let elastic = public.elastic.as_ref();
    json!({
        "publicIp": public.ip,
        "publicDnsName": public_dns_name(region, public.ip),
        "ipOwnerId": if elastic.is_some() { owner } else { "amazon" },
        "allocationId": elastic.map(|elastic| elastic.allocation_id.as_str()),
        "associationId": elastic.map(|elastic| elastic.association_id.as_str()),
    })
}

/// The interface's hardware address, made of its private address.
pub(crate) fn mac_address(interface: &Interface) -> String {
    let [a, b, c, d] = interface.private_ip.octets();
    format!("02:00:{a:02x}:{b:02x}:{c:02x}:{d:02x}")
}

/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkInterface.html>
pub(super) fn render(ec2: &State, interface: &Interface, owner: &str, region: &str) -> Value {
    let dns_name = private_dns_name(region, interface.private_ip);
    json!({
        "networkInterfaceId": interface.id,
        "vpcId": interface.vpc_id,
        "subnetId": interface.subnet_id,
        "availabilityZone": interface.zone,
        "description": interface.description,
        "ownerId": owner,
        "requesterId": interface.holder.requester(),
        "requesterManaged": interface.holder.is_service(),
        "status": interface.state(),
        "interfaceType": interface.holder.interface_type(),
        "macAddress": mac_address(interface),
        "privateIpAddress": interface.private_ip,
        "privateDnsName": dns_name,
        "sourceDestCheck": interface.source_dest_check,
        "groupSet": group_set(ec2, &interface.groups),
        "attachment": attachment(interface, owner),
        "association": association(interface, owner, region),
        "ipv6AddressesSet": [],
        "privateIpAddressesSet": [{
            "privateIpAddress": interface.private_ip, "privateDnsName": dns_name, "primary": true,
            "association": association(interface, owner, region),
        }],
        "tagSet": tagging::tag_set(&interface.tags),
    })
}

/// What an interface is attached to; null if to nothing.
pub(super) fn attachment(interface: &Interface, owner: &str) -> Value {
    let Some(attachment) = &interface.attachment else { return Value::Null };
    json!({
        "attachmentId": attachment.id,
        "attachTime": iso(attachment.since),
        "deleteOnTermination": attachment.delete_on_termination,
        "deviceIndex": attachment.device_index,
        "networkCardIndex": interface.holder.instance_id().map(|_| 0),
        "instanceId": interface.holder.instance_id(),
        "instanceOwnerId": interface.holder.requester().unwrap_or(owner),
        "status": "attached",
    })
}

/// An interface as its instance shows it.
pub(super) fn of_instance(ec2: &State, interface: &Interface, place: &Place) -> Value {
    let mut tree = render(ec2, interface, &place.account, &place.region);
    if let Some(members) = tree.as_object_mut() {
        members.retain(|name, _| !matches!(name.as_str(), "availabilityZone" | "requesterManaged" | "tagSet"));
    }
    if let Some(attachment) = tree["attachment"].as_object_mut() {
        attachment.retain(|name, _| !name.starts_with("instance"));
    }
    tree
}
