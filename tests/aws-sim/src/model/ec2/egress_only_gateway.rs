//! Egress-only internet gateways: a way out for IPv6 that nobody can come in by.

use serde_json::{Value, json};

use super::table::{Kind, Resource, identified};
use super::{call, tagging};
use crate::model::context::Context;
use crate::model::error::Answer;
use crate::model::input::Input;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// A gateway; it is attached to its VPC from the start.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct EgressOnlyGateway {
    id: String,
    pub(super) vpc_id: String,
    tags: Tags,
}

impl Resource for EgressOnlyGateway {
    const KIND: Kind = Kind {
        plural: "egress_only_internet_gateways",
        tag_type: "egress-only-internet-gateway",
        ids: "EgressOnlyInternetGatewayId",
        set: "egressOnlyInternetGatewaySet",
        not_found: ("InvalidEgressOnlyInternetGatewayId.NotFound", "egressOnlyInternetGateway ID"),
    };
    identified!(id);

    fn field(&self, _filter: &str) -> Option<Vec<String>> {
        None
    }

    fn inventory(&self, item: Item) -> Item {
        item.with("vpc_id", self.vpc_id.as_str())
    }
}

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let vpc_id = input.required("VpcId")?.to_owned();
    let tags = tagging::of_new(input, EgressOnlyGateway::KIND.tag_type)?;
    let id = call::once(context, input, "CreateEgressOnlyInternetGateway", |context| {
        context.region().ec2.vpcs.find(&vpc_id)?;
        let id = context.id("eigw");
        context.region().ec2.egress_only_gateways.insert(EgressOnlyGateway { id: id.clone(), vpc_id, tags });
        Ok(id)
    })?;
    let gateway = context.region().ec2.egress_only_gateways.find(&id)?;
    Ok(json!({ "egressOnlyInternetGateway": render(gateway), "clientToken": input.text("ClientToken") }))
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    context.region().ec2.egress_only_gateways.describe(input, render)
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = input.required("EgressOnlyInternetGatewayId")?;
    let gateways = &mut context.region().ec2.egress_only_gateways;
    gateways.find(id)?;
    gateways.remove(id);
    Ok(json!({"returnCode": true}))
}

fn render(gateway: &EgressOnlyGateway) -> Value {
    json!({
        "egressOnlyInternetGatewayId": gateway.id,
        "attachmentSet": [{"vpcId": gateway.vpc_id, "state": "attached"}],
        "tagSet": tagging::tag_set(&gateway.tags),
    })
}
