//! The network interfaces of a launch: what RunInstances says of each, checked.

use std::net::Ipv4Addr;

use super::interface::{self, Attachment, Holder, Wanted};
use super::{State, interface_calls, security_group};
use crate::model::context::Context;
use crate::model::error::AwsError;
use crate::model::input::Input;
use crate::model::tags::Tags;

/// One interface of a new instance.
#[derive(Debug, Clone)]
pub(super) struct Card {
    pub(super) subnet_id: String,
    groups: Vec<String>,
    pub(super) public: bool,
    private_ip: Option<Ipv4Addr>,
    device_index: i64,
    /// An interface that there is already.
    existing: Option<String>,
    delete_on_termination: bool,
    description: String,
}

impl Card {
    /// The interfaces that a call asks for, by device index. A call that lists none asks for one.
    pub(super) fn read_all(context: &mut Context<'_>, input: &Input<'_>) -> Result<Vec<Self>, AwsError> {
        let listed = input.parts("NetworkInterface");
        if listed.is_empty() {
            return Ok(vec![Self::read(&context.region().ec2, input, input, 0)?]);
        }
        let mut cards = Vec::new();
        for part in listed {
            let index = part.int("DeviceIndex")?.unwrap_or(0);
            cards.push(Self::read(&context.region().ec2, input, &part, index)?);
        }
        cards.sort_by_key(|card| card.device_index);
        if cards.iter().enumerate().any(|(place, card)| usize::try_from(card.device_index) != Ok(place)) {
            let message = "Each network interface requires a device index of its own, beginning with 0.";
            return Err(AwsError::new("InvalidParameterValue", message));
        }
        Ok(cards)
    }

    fn read(ec2: &State, input: &Input<'_>, part: &Input<'_>, device_index: i64) -> Result<Self, AwsError> {
        if let Some(id) = part.text("NetworkInterfaceId") {
            let interface = ec2.interfaces.find(id)?;
            if interface.attachment.is_some() {
                return Err(AwsError::new("InvalidNetworkInterface.InUse", format!("Interface: [{id}] in use.")));
            }
            return Ok(Self {
                subnet_id: interface.subnet_id.clone(),
                groups: Vec::new(),
                public: false,
                private_ip: None,
                device_index,
                existing: Some(id.to_owned()),
                delete_on_termination: false,
                description: String::new(),
            });
        }
        let zone = input.part("Placement").text("AvailabilityZone");
        let usual = || ec2.default_subnet(zone).map(|subnet| subnet.id.as_str());
        let subnet_id = part.text("SubnetId").or(input.text("SubnetId")).or_else(usual).ok_or_else(|| {
            let message = "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.";
            AwsError::new("VPCIdNotSpecified", message)
        })?;
        let subnet = ec2.subnets.find(subnet_id)?;
        let mut groups = part.strings("SecurityGroupId");
        for name in part.texts("SecurityGroup") {
            groups.push(security_group::id_of(ec2, &subnet.vpc_id, name)?);
        }
        Ok(Self {
            subnet_id: subnet_id.to_owned(),
            groups: security_group::for_interface(ec2, &subnet.vpc_id, subnet_id, groups)?,
            public: part.flag("AssociatePublicIpAddress")?.unwrap_or(subnet.public_addresses),
            private_ip: interface_calls::private_ip(part)?,
            device_index,
            existing: None,
            delete_on_termination: part.flag("DeleteOnTermination")?.unwrap_or(true),
            description: part.text("Description").unwrap_or_default().to_owned(),
        })
    }

    /// Makes or takes the interface for an instance, and tells its id.
    pub(super) fn plug_in(
        &self,
        context: &mut Context<'_>,
        instance_id: &str,
        tags: &Tags,
    ) -> Result<String, AwsError> {
        let holder = Holder::Instance(instance_id.to_owned());
        let id = match &self.existing {
            Some(id) => id.clone(),
            None => interface::create(
                context,
                Wanted {
                    subnet_id: self.subnet_id.clone(),
                    groups: self.groups.clone(),
                    private_ip: self.private_ip,
                    public: self.public,
                    holder: Holder::Nobody,
                    description: self.description.clone(),
                    tags: tags.clone(),
                },
            )?,
        };
        let attachment = Attachment::new(context, &holder, self.device_index, self.delete_on_termination);
        let interface = context.region().ec2.interfaces.find_mut(&id)?;
        (interface.holder, interface.attachment) = (holder, Some(attachment));
        Ok(id)
    }
}

/// A call that lists interfaces says of them what else it would say of the instance.
pub(super) fn check_combination(input: &Input<'_>) -> Result<(), AwsError> {
    let both = |what: &str| {
        let message =
            format!("Network interfaces and an instance-level {what} may not be specified on the same request");
        Err(AwsError::new("InvalidParameterCombination", message))
    };
    match input.has("NetworkInterface") {
        true if input.has("SubnetId") => both("subnet ID"),
        true if input.has("SecurityGroupId") || input.has("SecurityGroup") => both("security groups"),
        true if input.has("PrivateIpAddress") => both("private address"),
        true | false => Ok(()),
    }
}
