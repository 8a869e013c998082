//! Network interfaces: what instances, NAT gateways, load balancers and tasks hold in a subnet.
//!
//! They are why subnets, security groups and gateways cannot be deleted while something uses them.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::table::{Kind, Resource, one};
use super::{State, address, security_group, tagging};
use crate::model::clock::{Moment, iso};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// A place in a subnet with an address of its own.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Interface {
    pub(crate) id: String,
    pub(crate) vpc_id: String,
    pub(crate) subnet_id: String,
    pub(crate) zone: String,
    pub(crate) groups: Vec<String>,
    pub(crate) private_ip: Ipv4Addr,
    pub(crate) public: Option<PublicAddress>,
    pub(crate) holder: Holder,
    description: String,
    attachment_id: String,
    created: Moment,
    tags: Tags,
}

/// What an interface belongs to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Holder {
    Instance(String),
    NatGateway(String),
    /// A service that made it on the account's behalf and alone may delete it.
    Managed(Owner),
}

/// A service that holds interfaces in subnets of its callers.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/requester-managed-eni.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[allow(dead_code, reason = "each is named by the service that it stands for, and not all of them do so yet")]
pub(crate) enum Owner {
    /// Of a classic or an application load balancer.
    LoadBalancer,
    NetworkLoadBalancer,
    /// Of an ECS task on Fargate.
    FargateTask,
    VpcEndpoint,
}

/// A public address that is mapped to an interface.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct PublicAddress {
    pub(crate) ip: Ipv4Addr,
    /// None for an address that came with the interface and goes with it.
    pub(crate) elastic: Option<Elastic>,
}

/// The elastic address behind a mapping.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Elastic {
    pub(crate) allocation_id: String,
    pub(crate) association_id: String,
}

/// What a new interface shall be.
pub(crate) struct Wanted {
    pub(crate) subnet_id: String,
    /// Empty for the VPC's default group.
    pub(crate) groups: Vec<String>,
    pub(crate) private_ip: Option<Ipv4Addr>,
    /// Whether it gets a public address that goes with it.
    pub(crate) public: bool,
    pub(crate) holder: Holder,
    pub(crate) description: String,
}

impl Resource for Interface {
    const KIND: Kind = Kind {
        plural: "network_interfaces",
        tag_type: "network-interface",
        ids: "NetworkInterfaceId",
        set: "networkInterfaceSet",
        not_found: ("InvalidNetworkInterfaceID.NotFound", "networkInterface ID"),
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
            "network-interface-id" => one(&self.id),
            "vpc-id" => one(&self.vpc_id),
            "subnet-id" => one(&self.subnet_id),
            "availability-zone" => one(&self.zone),
            "group-id" => Some(self.groups.clone()),
            "description" => one(&self.description),
            "status" => one("in-use"),
            "interface-type" => one(self.holder.interface_type()),
            "requester-managed" => one(self.holder.is_service()),
            "private-ip-address" | "addresses.private-ip-address" => one(self.private_ip),
            "association.public-ip" => Some(self.public.iter().map(|public| public.ip.to_string()).collect()),
            "attachment.instance-id" => Some(self.holder.instance_id().map(str::to_owned).into_iter().collect()),
            _ => None,
        }
    }

    fn state(&self) -> &'static str {
        "in-use"
    }

    fn inventory(&self, item: Item) -> Item {
        item.with("subnet_id", self.subnet_id.as_str()).with("description", self.description.as_str())
    }
}

impl Interface {
    pub(crate) fn is_public(&self) -> bool {
        self.public.is_some()
    }
}

impl Holder {
    pub(crate) fn instance_id(&self) -> Option<&str> {
        match self {
            Self::Instance(id) => Some(id),
            Self::NatGateway(_) | Self::Managed(_) => None,
        }
    }

    fn is_service(&self) -> bool {
        !matches!(self, Self::Instance(_))
    }

    fn interface_type(&self) -> &'static str {
        match self {
            Self::NatGateway(_) => "nat_gateway",
            Self::Managed(Owner::NetworkLoadBalancer) => "network_load_balancer",
            Self::Managed(Owner::VpcEndpoint) => "vpc_endpoint",
            Self::Instance(_) | Self::Managed(Owner::LoadBalancer | Owner::FargateTask) => "interface",
        }
    }

    /// Attachments that services made are told from those of instances by their ids.
    fn attachment_prefix(&self) -> &'static str {
        if self.is_service() { "ela-attach" } else { "eni-attach" }
    }

    fn requester(&self) -> Option<&'static str> {
        match self {
            Self::Instance(_) => None,
            Self::NatGateway(_) => Some("amazon-nat-gateway"),
            Self::Managed(Owner::LoadBalancer | Owner::NetworkLoadBalancer) => Some("amazon-elb"),
            // Fargate and endpoints act by accounts of AWS, whose numbers differ between regions.
            Self::Managed(Owner::FargateTask) => Some("578734482556"),
            Self::Managed(Owner::VpcEndpoint) => Some("727180483921"),
        }
    }
}

/// Makes an interface, with an address out of its subnet.
pub(crate) fn create(context: &mut Context<'_>, wanted: Wanted) -> Result<String, AwsError> {
    let (id, attachment_id, created) = (context.id("eni"), context.id(wanted.holder.attachment_prefix()), context.now);
    let public_ip = wanted.public.then(|| address::draw(context));
    let ec2 = &mut context.region().ec2;
    let (vpc_id, zone) = {
        let subnet = ec2.subnets.find(&wanted.subnet_id)?;
        (subnet.vpc_id.clone(), subnet.zone.clone())
    };
    let groups = security_group::for_interface(ec2, &vpc_id, wanted.groups)?;
    let private_ip = ec2.subnets.find_mut(&wanted.subnet_id)?.take_address(wanted.private_ip)?;
    ec2.interfaces.insert(Interface {
        id: id.clone(),
        vpc_id,
        subnet_id: wanted.subnet_id,
        zone,
        groups: if matches!(wanted.holder, Holder::NatGateway(_)) { Vec::new() } else { groups },
        private_ip,
        public: public_ip.map(|ip| PublicAddress { ip, elastic: None }),
        holder: wanted.holder,
        description: wanted.description,
        attachment_id,
        created,
        tags: Tags::default(),
    });
    Ok(id)
}

/// Makes an interface for a service: a load balancer in each of its subnets, a Fargate task, an endpoint. It has a
/// public address only if `public`. Without groups it gets the VPC's default group.
///
/// Refusals are EC2's (`InvalidSubnetID.NotFound`, `InvalidGroup.NotFound`, `InsufficientFreeAddressesInSubnet`).
pub(crate) fn create_managed_interface(
    context: &mut Context<'_>,
    subnet_id: &str,
    groups: Vec<String>,
    description: String,
    owner: Owner,
    public: bool,
) -> Result<Interface, AwsError> {
    let (subnet_id, holder) = (subnet_id.to_owned(), Holder::Managed(owner));
    let id = create(context, Wanted { subnet_id, groups, private_ip: None, public, holder, description })?;
    context.region().ec2.interfaces.find(&id).cloned()
}

/// Deletes what [`create_managed_interface`] made.
pub(crate) fn delete_managed_interface(context: &mut Context<'_>, id: &str) {
    delete(&mut context.region().ec2, id);
}

/// Deletes an interface; its address is free again. One that is gone already stays gone.
pub(crate) fn delete(ec2: &mut State, id: &str) {
    let Some(interface) = ec2.interfaces.remove(id) else { return };
    if let Some(subnet) = ec2.subnets.get_mut(&interface.subnet_id) {
        subnet.give_back(interface.private_ip);
    }
    if let Some(elastic) = interface.public.and_then(|public| public.elastic) {
        address::unmap(ec2, &elastic.allocation_id);
    }
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (owner, region) = (context.place.account.clone(), context.place.region.clone());
    let ec2 = &context.region().ec2;
    ec2.interfaces.describe(input, |interface| render(ec2, interface, &owner, &region))
}

/// The private DNS name of an address. <https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html>
pub(super) fn private_dns_name(region: &str, ip: Ipv4Addr) -> String {
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
pub(super) fn mac_address(interface: &Interface) -> String {
    let [a, b, c, d] = interface.private_ip.octets();
    format!("02:00:{a:02x}:{b:02x}:{c:02x}:{d:02x}")
}

fn render(ec2: &State, interface: &Interface, owner: &str, region: &str) -> Value {
    let attachment = json!({
        "attachmentId": interface.attachment_id,
        "attachTime": iso(interface.created),
        "deleteOnTermination": !interface.holder.is_service(),
        "deviceIndex": i32::from(interface.holder.is_service()),
        "instanceId": interface.holder.instance_id(),
        "instanceOwnerId": interface.holder.requester().unwrap_or(owner),
        "status": "attached",
    });
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
        "status": "in-use",
        "interfaceType": interface.holder.interface_type(),
        "macAddress": mac_address(interface),
        "privateIpAddress": interface.private_ip,
        "privateDnsName": dns_name,
        "sourceDestCheck": !matches!(interface.holder, Holder::NatGateway(_)),
        "groupSet": group_set(ec2, &interface.groups),
        "attachment": attachment,
        "association": association(interface, owner, region),
        "privateIpAddressesSet": [{
            "privateIpAddress": interface.private_ip, "privateDnsName": dns_name, "primary": true,
            "association": association(interface, owner, region),
        }],
        "tagSet": tagging::tag_set(&interface.tags),
    })
}
