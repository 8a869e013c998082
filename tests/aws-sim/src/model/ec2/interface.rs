//! Network interfaces: what instances, NAT gateways, load balancers and tasks hold in a subnet.
//!
//! They are why subnets, security groups and gateways cannot be deleted while something uses them.

use std::net::Ipv4Addr;

use super::table::{Kind, Resource, identified, one};
use super::{State, address, interface_view, security_group};
use crate::model::clock::Moment;
use crate::model::context::Context;
use crate::model::error::AwsError;
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
    pub(super) description: String,
    pub(super) attachment: Option<Attachment>,
    pub(super) source_dest_check: bool,
    pub(super) tags: Tags,
}

/// That an interface belongs to something.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Attachment {
    pub(super) id: String,
    pub(super) since: Moment,
    pub(super) device_index: i64,
    pub(super) delete_on_termination: bool,
}

/// What an interface belongs to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Holder {
    /// It was made by hand and is attached to nothing.
    Nobody,
    Instance(String),
    NatGateway(String),
    /// A service that made it on the account's behalf and alone may delete it.
    Managed(Owner),
}

/// A service that holds interfaces in subnets of its callers.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/requester-managed-eni.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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
    pub(crate) tags: Tags,
}

impl Resource for Interface {
    const KIND: Kind = Kind {
        plural: "network_interfaces",
        tag_type: "network-interface",
        ids: "NetworkInterfaceId",
        set: "networkInterfaceSet",
        not_found: ("InvalidNetworkInterfaceID.NotFound", "networkInterface ID"),
    };
    identified!(id);

    fn field(&self, filter: &str) -> Option<Vec<String>> {
        match filter {
            "network-interface-id" => one(&self.id),
            "vpc-id" => one(&self.vpc_id),
            "subnet-id" => one(&self.subnet_id),
            "availability-zone" => one(&self.zone),
            "group-id" => Some(self.groups.clone()),
            "description" => one(&self.description),
            "status" => one(self.state()),
            "interface-type" => one(self.holder.interface_type()),
            "requester-managed" => one(self.holder.is_service()),
            "private-ip-address" | "addresses.private-ip-address" => one(self.private_ip),
            "association.public-ip" => Some(self.public.iter().map(|public| public.ip.to_string()).collect()),
            "association.allocation-id" => {
                let elastic = self.public.iter().filter_map(|public| public.elastic.as_ref());
                Some(elastic.map(|elastic| elastic.allocation_id.clone()).collect())
            }
            "mac-address" => one(interface_view::mac_address(self)),
            "source-dest-check" => one(self.source_dest_check),
            "requester-id" => Some(self.holder.requester().map(str::to_owned).into_iter().collect()),
            "attachment.instance-id" => Some(self.holder.instance_id().map(str::to_owned).into_iter().collect()),
            "attachment.attachment-id" => Some(self.attachment.iter().map(|it| it.id.clone()).collect()),
            "attachment.device-index" => Some(self.attachment.iter().map(|it| it.device_index.to_string()).collect()),
            "attachment.delete-on-termination" => {
                Some(self.attachment.iter().map(|it| it.delete_on_termination.to_string()).collect())
            }
            "attachment.status" => Some(self.attachment.iter().map(|_| "attached".to_owned()).collect()),
            "addresses.primary" => one(true),
            _ => None,
        }
    }

    fn state(&self) -> &'static str {
        if self.attachment.is_some() { "in-use" } else { "available" }
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
            Self::Nobody | Self::NatGateway(_) | Self::Managed(_) => None,
        }
    }

    /// Whether a service made it, so that its callers cannot change it.
    pub(super) fn is_service(&self) -> bool {
        !matches!(self, Self::Nobody | Self::Instance(_))
    }

    pub(super) fn interface_type(&self) -> &'static str {
        match self {
            Self::NatGateway(_) => "nat_gateway",
            Self::Managed(Owner::NetworkLoadBalancer) => "network_load_balancer",
            Self::Managed(Owner::VpcEndpoint) => "vpc_endpoint",
            Self::Nobody | Self::Instance(_) | Self::Managed(Owner::LoadBalancer | Owner::FargateTask) => "interface",
        }
    }

    /// Attachments that services made are told from those of instances by their ids.
    fn attachment_prefix(&self) -> &'static str {
        if self.is_service() { "ela-attach" } else { "eni-attach" }
    }

    pub(super) fn requester(&self) -> Option<&'static str> {
        match self {
            Self::Nobody | Self::Instance(_) => None,
            Self::NatGateway(_) => Some("amazon-nat-gateway"),
            Self::Managed(Owner::LoadBalancer | Owner::NetworkLoadBalancer) => Some("amazon-elb"),
            // Fargate and endpoints act by accounts of AWS, whose numbers differ between regions.
            Self::Managed(Owner::FargateTask) => Some("578734482556"),
            Self::Managed(Owner::VpcEndpoint) => Some("727180483921"),
        }
    }
}

impl Attachment {
    /// An attachment that begins now; instances' first interfaces go with them.
    pub(super) fn new(context: &mut Context<'_>, holder: &Holder, device_index: i64, delete: bool) -> Self {
        let (id, since) = (context.id(holder.attachment_prefix()), context.now);
        Self { id, since, device_index, delete_on_termination: delete }
    }
}

/// Makes an interface, with an address out of its subnet.
pub(crate) fn create(context: &mut Context<'_>, wanted: Wanted) -> Result<String, AwsError> {
    let id = context.id("eni");
    let public_ip = wanted.public.then(|| address::draw(context));
    let device_index = i64::from(wanted.holder.is_service());
    let attachment = (wanted.holder != Holder::Nobody)
        .then(|| Attachment::new(context, &wanted.holder, device_index, !wanted.holder.is_service()));
    let ec2 = &mut context.region().ec2;
    let most = ec2.quotas.interfaces;
    ec2.quotas.check(ec2.interfaces.len(), most, "NetworkInterfaceLimitExceeded", "network interfaces")?;
    let (vpc_id, zone) = {
        let subnet = ec2.subnets.find(&wanted.subnet_id)?;
        (subnet.vpc_id.clone(), subnet.zone.clone())
    };
    let groups = security_group::for_interface(ec2, &vpc_id, &wanted.subnet_id, wanted.groups)?;
    let private_ip = ec2.subnets.find_mut(&wanted.subnet_id)?.take_address(wanted.private_ip)?;
    ec2.interfaces.insert(Interface {
        id: id.clone(),
        vpc_id,
        subnet_id: wanted.subnet_id,
        zone,
        groups: if matches!(wanted.holder, Holder::NatGateway(_)) { Vec::new() } else { groups },
        private_ip,
        public: public_ip.map(|ip| PublicAddress { ip, elastic: None }),
        source_dest_check: !matches!(wanted.holder, Holder::NatGateway(_)),
        holder: wanted.holder,
        description: wanted.description,
        attachment,
        tags: wanted.tags,
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
    let id = create(
        context,
        Wanted { subnet_id, groups, private_ip: None, public, holder, description, tags: Tags::default() },
    )?;
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
