//! Internet gateways.

use serde_json::{Value, json};

use super::table::{Kind, Resource, identified, one};
use super::tagging;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// A VPC's way to the internet.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct InternetGateway {
    id: String,
    pub(crate) vpc_id: Option<String>,
    tags: Tags,
}

impl Resource for InternetGateway {
    const KIND: Kind = Kind {
        plural: "internet_gateways",
        tag_type: "internet-gateway",
        ids: "InternetGatewayId",
        set: "internetGatewaySet",
        not_found: ("InvalidInternetGatewayID.NotFound", "internetGateway ID"),
    };
    identified!(id);

    fn field(&self, filter: &str) -> Option<Vec<String>> {
        match filter {
            "internet-gateway-id" => one(&self.id),
            "attachment.vpc-id" => Some(self.vpc_id.clone().into_iter().collect()),
            "attachment.state" => Some(self.vpc_id.iter().map(|_| "available".to_owned()).collect()),
            _ => None,
        }
    }

    fn state(&self) -> &'static str {
        if self.vpc_id.is_some() { "attached" } else { "detached" }
    }

    fn inventory(&self, item: Item) -> Item {
        item.with("vpc_id", self.vpc_id.clone())
    }
}

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let tags = tagging::of_new(input, InternetGateway::KIND.tag_type)?;
    let ec2 = &context.region().ec2;
    let (count, most) = (ec2.internet_gateways.len(), ec2.quotas.internet_gateways);
    ec2.quotas.check(count, most, "InternetGatewayLimitExceeded", "internet gateways")?;
    let id = make(context, None, tags);
    let owner = context.place.account.clone();
    Ok(json!({ "internetGateway": render(context.region().ec2.internet_gateways.find(&id)?, &owner) }))
}

/// A new gateway, attached if a VPC is given.
pub(super) fn make(context: &mut Context<'_>, vpc_id: Option<String>, tags: Tags) -> String {
    let id = context.id("igw");
    context.region().ec2.internet_gateways.insert(InternetGateway { id: id.clone(), vpc_id, tags });
    id
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let owner = context.place.account.clone();
    context.region().ec2.internet_gateways.describe(input, |gateway| render(gateway, &owner))
}

pub(super) fn attach(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (id, vpc_id) = (input.required("InternetGatewayId")?, input.required("VpcId")?);
    let ec2 = &mut context.region().ec2;
    ec2.vpcs.find(vpc_id)?;
    let gateway = ec2.internet_gateways.find(id)?;
    if gateway.vpc_id.is_some() {
        let message = format!("resource {id} is already attached to network {vpc_id}");
        return Err(AwsError::new("Resource.AlreadyAssociated", message));
    }
    if ec2.internet_gateways.values().any(|other| other.vpc_id.as_deref() == Some(vpc_id)) {
        let message = format!("Network {vpc_id} already has an internet gateway attached");
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    ec2.internet_gateways.find_mut(id)?.vpc_id = Some(vpc_id.to_owned());
    Ok(json!({"return": true}))
}

/// Refused while public addresses are mapped in the VPC.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DetachInternetGateway.html>
pub(super) fn detach(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (id, vpc_id) = (input.required("InternetGatewayId")?, input.required("VpcId")?);
    let ec2 = &mut context.region().ec2;
    ec2.vpcs.find(vpc_id)?;
    let gateway = ec2.internet_gateways.find(id)?;
    if gateway.vpc_id.as_deref() != Some(vpc_id) {
        let message = format!("resource {id} is not attached to network {vpc_id}");
        return Err(AwsError::new("Gateway.NotAttached", message));
    }
    if ec2.interfaces.values().any(|interface| interface.vpc_id == vpc_id && interface.is_public()) {
        let message = format!(
            "Network {vpc_id} has some mapped public address(es). Please unmap those public address(es) before \
             detaching the gateway."
        );
        return Err(AwsError::new("DependencyViolation", message));
    }
    ec2.internet_gateways.find_mut(id)?.vpc_id = None;
    Ok(json!({"return": true}))
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = input.required("InternetGatewayId")?;
    let ec2 = &mut context.region().ec2;
    if ec2.internet_gateways.find(id)?.vpc_id.is_some() {
        let message = format!("The internetGateway '{id}' has dependencies and cannot be deleted.");
        return Err(AwsError::new("DependencyViolation", message));
    }
    ec2.internet_gateways.remove(id);
    Ok(json!({"return": true}))
}

fn render(gateway: &InternetGateway, owner: &str) -> Value {
    let attachments: Vec<Value> =
        gateway.vpc_id.iter().map(|vpc_id| json!({"vpcId": vpc_id, "state": "available"})).collect();
    json!({
        "internetGatewayId": gateway.id,
        "ownerId": owner,
        "attachmentSet": attachments,
        "tagSet": tagging::tag_set(&gateway.tags),
    })
}
