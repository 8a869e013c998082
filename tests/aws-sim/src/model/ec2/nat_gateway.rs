//! NAT gateways: pending for a while, deleting for a while, and still described for an hour after.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::interface::{Holder, Wanted};
use super::table::{Kind, Resource, identified, one};
use super::{Event, State, address, call, interface, interface_calls, tagging};
use crate::model::clock::{Moment, iso};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::event;
use crate::model::input::Input;
use crate::model::inventory::Item;
use crate::model::tags::Tags;
use crate::model::timing;

/// A way out for private subnets.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct NatGateway {
    pub(crate) id: String,
    pub(super) vpc_id: String,
    subnet_id: String,
    zone: String,
    allocation_id: Option<String>,
    association_id: String,
    interface_id: String,
    private_ip: Ipv4Addr,
    public_ip: Option<Ipv4Addr>,
    stage: Stage,
    failure: Option<(String, String)>,
    created: Moment,
    deleted: Option<Moment>,
    tags: Tags,
}

/// Where in its life a gateway is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, serde::Serialize, serde::Deserialize)]
#[strum(serialize_all = "lowercase")]
pub(crate) enum Stage {
    Pending,
    Available,
    Failed,
    Deleting,
    Deleted,
}

impl Resource for NatGateway {
    const KIND: Kind = Kind {
        plural: "nat_gateways",
        tag_type: "natgateway",
        ids: "NatGatewayId",
        set: "natGatewaySet",
        not_found: ("NatGatewayNotFound", "NAT gateway"),
    };
    identified!(id);

    fn field(&self, filter: &str) -> Option<Vec<String>> {
        match filter {
            "nat-gateway-id" => one(&self.id),
            "vpc-id" => one(&self.vpc_id),
            "subnet-id" => one(&self.subnet_id),
            "state" => one(self.state()),
            _ => None,
        }
    }

    fn state(&self) -> &'static str {
        self.stage.into()
    }

    fn is_gone(&self) -> bool {
        self.is_over()
    }

    fn inventory(&self, item: Item) -> Item {
        item.with("vpc_id", self.vpc_id.as_str()).with("subnet_id", self.subnet_id.as_str())
    }
}

impl NatGateway {
    /// Whether it is deleted or failed.
    pub(super) fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Deleted | Stage::Failed)
    }

    /// Whether packets get through.
    pub(crate) fn is_available(&self) -> bool {
        self.stage == Stage::Available
    }
}

/// Repeated with the same client token it answers the same gateway.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNatGateway.html>
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = call::once(context, input, "CreateNatGateway", |context| make(context, input))?;
    let gateway = context.region().ec2.nat_gateways.find(&id)?;
    Ok(json!({ "natGateway": render(gateway), "clientToken": input.text("ClientToken") }))
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    context.region().ec2.nat_gateways.describe(input, render)
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = input.required("NatGatewayId")?;
    let now = context.now;
    let gateway = context.region().ec2.nat_gateways.find_mut(id)?;
    match gateway.stage {
        Stage::Pending | Stage::Available => {
            gateway.stage = Stage::Deleting;
            gateway.deleted = Some(now);
            let deleted = event::Event::Ec2(Event::NatGatewayDeleted(id.to_owned()));
            context.schedule(timing::NAT_GATEWAY_DELETING, deleted);
        }
        Stage::Failed | Stage::Deleting | Stage::Deleted => {}
    }
    Ok(json!({ "natGatewayId": id }))
}

/// `pending` is over: the gateway works, or says why it does not.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html>
pub(super) fn become_ready(context: &mut Context<'_>, id: &str) {
    let now = context.now;
    let ec2 = &mut context.region().ec2;
    let Some(gateway) = ec2.nat_gateways.get_mut(id).filter(|gateway| gateway.stage == Stage::Pending) else { return };
    let attached = ec2.internet_gateways.values().any(|other| other.vpc_id.as_deref() == Some(&gateway.vpc_id));
    if !attached && gateway.allocation_id.is_some() && gateway.failure.is_none() {
        let message = format!("Network {} has no Internet gateway attached", gateway.vpc_id);
        gateway.failure = Some(("Gateway.NotAttached".to_owned(), message));
    }
    if gateway.failure.is_none() {
        gateway.stage = Stage::Available;
        return;
    }
    gateway.stage = Stage::Failed;
    gateway.deleted = Some(now);
    let interface_id = gateway.interface_id.clone();
    interface::delete(ec2, &interface_id);
    context.schedule(timing::STILL_DESCRIBED, event::Event::Ec2(Event::NatGatewayForgotten(id.to_owned())));
}

pub(super) fn become_deleted(context: &mut Context<'_>, id: &str) {
    let ec2 = &mut context.region().ec2;
    let Some(gateway) = ec2.nat_gateways.get_mut(id) else { return };
    gateway.stage = Stage::Deleted;
    let interface_id = gateway.interface_id.clone();
    interface::delete(ec2, &interface_id);
    context.schedule(timing::STILL_DESCRIBED, event::Event::Ec2(Event::NatGatewayForgotten(id.to_owned())));
}

fn make(context: &mut Context<'_>, input: &Input<'_>) -> Result<String, AwsError> {
    let subnet_id = input.required("SubnetId")?.to_owned();
    let tags = tagging::of_new(input, NatGateway::KIND.tag_type)?;
    let allocation_id = allocation(input)?;
    let (id, association_id, created) = (context.id("nat"), context.id("eipassoc"), context.now);
    let ec2 = &mut context.region().ec2;
    let subnet = ec2.subnets.find(&subnet_id)?;
    let (vpc_id, zone) = (subnet.vpc_id.clone(), subnet.zone.clone());
    check_quota(ec2, &zone)?;
    let taken = match &allocation_id {
        Some(allocation_id) => ec2.addresses.find(allocation_id)?.interface_id.is_some(),
        None => false,
    };
    let wanted = Wanted {
        subnet_id: subnet_id.clone(),
        groups: Vec::new(),
        private_ip: interface_calls::private_ip(input)?,
        public: false,
        holder: Holder::NatGateway(id.clone()),
        description: format!("Interface for NAT Gateway {id}"),
        tags: Tags::default(),
    };
    let interface_id = interface::create(context, wanted)?;
    let ec2 = &mut context.region().ec2;
    let private_ip = ec2.interfaces.find(&interface_id)?.private_ip;
    let (mut public_ip, mut failure) = (None, None);
    if let Some(allocation_id) = &allocation_id {
        if taken {
            // AWS finds this out while the gateway is pending.
            let message = format!("Elastic IP address [{allocation_id}] is already associated");
            failure = Some(("Resource.AlreadyAssociated".to_owned(), message));
        } else {
            public_ip = Some(address::map(ec2, allocation_id, &interface_id, &association_id)?);
        }
    }
    ec2.nat_gateways.insert(NatGateway {
        id: id.clone(),
        vpc_id,
        subnet_id,
        zone,
        allocation_id,
        association_id,
        interface_id,
        private_ip,
        public_ip,
        stage: Stage::Pending,
        failure,
        created,
        deleted: None,
        tags,
    });
    context.schedule(timing::NAT_GATEWAY_PENDING, event::Event::Ec2(Event::NatGatewayReady(id.clone())));
    Ok(id)
}

/// The address of a public gateway; a private one takes none.
fn allocation(input: &Input<'_>) -> Result<Option<String>, AwsError> {
    match (input.text("ConnectivityType").unwrap_or("public"), input.text("AllocationId")) {
        ("public", Some(id)) => Ok(Some(id.to_owned())),
        ("public", None) => Err(input.missing("AllocationId")),
        ("private", None) => Ok(None),
        ("private", Some(_)) => {
            let message = "Private NAT gateways cannot have an Elastic IP address.";
            Err(AwsError::new("InvalidParameterCombination", message))
        }
        (other, _) => {
            let message = format!("Value ({other}) for parameter connectivityType is invalid.");
            Err(AwsError::new("InvalidParameterValue", message))
        }
    }
}

/// Gateways that are pending, available or deleting count.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html>
fn check_quota(ec2: &State, zone: &str) -> Result<(), AwsError> {
    let (count, most) = (
        ec2.nat_gateways.values().filter(|gateway| gateway.zone == zone && !gateway.is_over()).count(),
        ec2.quotas.nat_gateways_in_zone,
    );
    if count < most {
        return Ok(());
    }
    let message = format!("Performing this operation would exceed the limit of {most} NAT gateways");
    Err(AwsError::new("NatGatewayLimitExceeded", message))
}

fn render(gateway: &NatGateway) -> Value {
    let address = json!({
        "allocationId": gateway.allocation_id,
        "associationId": gateway.public_ip.map(|_| &gateway.association_id),
        "networkInterfaceId": gateway.interface_id,
        "privateIp": gateway.private_ip,
        "publicIp": gateway.public_ip,
        "isPrimary": true,
        "status": match gateway.stage {
            Stage::Pending => "associating",
            Stage::Available => "succeeded",
            Stage::Failed => "failed",
            Stage::Deleting | Stage::Deleted => "disassociating",
        },
    });
    json!({
        "natGatewayId": gateway.id,
        "vpcId": gateway.vpc_id,
        "subnetId": gateway.subnet_id,
        "state": gateway.state(),
        "connectivityType": if gateway.allocation_id.is_some() { "public" } else { "private" },
        "createTime": iso(gateway.created),
        "deleteTime": gateway.deleted.map(iso),
        "failureCode": gateway.failure.as_ref().map(|(code, _)| code),
        "failureMessage": gateway.failure.as_ref().map(|(_, message)| message),
        "natGatewayAddressSet": [address],
        "tagSet": tagging::tag_set(&gateway.tags),
    })
}
