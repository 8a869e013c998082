//! DHCP option sets, which VPCs hand to their instances.
//!
//! A VPC without one has the id `default`. <https://docs.aws.amazon.com/vpc/latest/userguide/VPC_DHCP_Options.html>

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::table::{Kind, Resource, identified, one};
use super::tagging;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::tags::Tags;

/// The options that there are, and how many values they take.
const OPTIONS: [(&str, usize); 6] = [
    ("domain-name", 1),
    ("domain-name-servers", 4),
    ("ntp-servers", 8),
    ("netbios-name-servers", 4),
    ("netbios-node-type", 1),
    ("ipv6-address-preferred-lease-time", 1),
];
/// What VPCs without options of their own name.
pub(super) const DEFAULT: &str = "default";

/// A set of options.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct DhcpOptions {
    id: String,
    options: IndexMap<String, Vec<String>>,
    tags: Tags,
}

impl Resource for DhcpOptions {
    const KIND: Kind = Kind {
        plural: "dhcp_options",
        tag_type: "dhcp-options",
        ids: "DhcpOptionsId",
        set: "dhcpOptionsSet",
        not_found: ("InvalidDhcpOptionID.NotFound", "dhcpOption ID"),
    };
    identified!(id);

    fn field(&self, filter: &str) -> Option<Vec<String>> {
        match filter {
            "dhcp-options-id" => one(&self.id),
            "key" => Some(self.options.keys().cloned().collect()),
            "value" => Some(self.options.values().flatten().cloned().collect()),
            _ => None,
        }
    }
}

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let tags = tagging::of_new(input, DhcpOptions::KIND.tag_type)?;
    let mut options = IndexMap::new();
    for part in input.parts("DhcpConfiguration") {
        let (key, values) = (part.required("Key")?, part.strings("Value"));
        let Some((_, most)) = OPTIONS.iter().find(|(name, _)| *name == key) else {
            let message = format!("Value ({key}) for parameter dhcpConfiguration is invalid. Unknown DHCP option");
            return Err(AwsError::new("InvalidParameterValue", message));
        };
        if values.is_empty() || values.len() > *most {
            let message =
                format!("Value ({}) for parameter {key} is invalid. Takes 1 to {most} values", values.join(", "));
            return Err(AwsError::new("InvalidParameterValue", message));
        }
        if key == "netbios-node-type" && !matches!(values[0].as_str(), "1" | "2" | "4" | "8") {
            let message = format!("Value ({}) for parameter netbios-node-type is invalid.", values[0]);
            return Err(AwsError::new("InvalidParameterValue", message));
        }
        options.insert(key.to_owned(), values);
    }
    if options.is_empty() {
        return Err(input.missing("dhcpConfiguration"));
    }
    let made = DhcpOptions { id: context.id("dopt"), options, tags };
    let answer = json!({ "dhcpOptions": render(&made, &context.place.account) });
    context.region().ec2.dhcp_options.insert(made);
    Ok(answer)
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let owner = context.place.account.clone();
    context.region().ec2.dhcp_options.describe(input, |options| render(options, &owner))
}

/// Gives a VPC options, or with `default` none.
pub(super) fn associate(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (id, vpc_id) = (input.required("DhcpOptionsId")?, input.required("VpcId")?);
    let ec2 = &mut context.region().ec2;
    if id != DEFAULT {
        ec2.dhcp_options.find(id)?;
    }
    id.clone_into(&mut ec2.vpcs.find_mut(vpc_id)?.dhcp_options_id);
    Ok(json!({"return": true}))
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = input.required("DhcpOptionsId")?;
    let ec2 = &mut context.region().ec2;
    ec2.dhcp_options.find(id)?;
    if ec2.vpcs.values().any(|vpc| vpc.dhcp_options_id == id) {
        let message = format!("The dhcpOptions '{id}' has dependencies and cannot be deleted.");
        return Err(AwsError::new("DependencyViolation", message));
    }
    ec2.dhcp_options.remove(id);
    Ok(json!({"return": true}))
}

fn render(options: &DhcpOptions, owner: &str) -> Value {
    let configuration = options.options.iter().map(|(key, values)| {
        let values: Vec<Value> = values.iter().map(|value| json!({ "value": value })).collect();
        json!({"key": key, "valueSet": values})
    });
    json!({
        "dhcpOptionsId": options.id,
        "ownerId": owner,
        "dhcpConfigurationSet": configuration.collect::<Vec<_>>(),
        "tagSet": tagging::tag_set(&options.tags),
    })
}
