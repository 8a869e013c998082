//! Tags of EC2 resources: given when creating, set and taken away later, and listed for all resources at once.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::filter::Filters;
use super::table::{Resource, not_found};
use super::{
    State, address, describing, dhcp_options, egress_only_gateway, endpoint, instance, interface, internet_gateway,
    key_pair, launch_template, nat_gateway, network_acl, route_table, security_group, subnet, volume, vpc,
};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::tags::Tags;

/// The most resources that CreateTags and DeleteTags take at once.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTags.html>
const RESOURCES: usize = 1000;

/// The tags that a creating call gives to the kind that it creates.
pub(super) fn of_new(input: &Input<'_>, tag_type: &str) -> Result<Tags, AwsError> {
    let mut tags = Tags::default();
    for specification in input.parts("TagSpecification") {
        let resource_type = specification.required("ResourceType")?;
        if resource_type != tag_type {
            let message = format!("'{resource_type}' is not a valid taggable resource type for this operation.");
            return Err(AwsError::new("InvalidParameterValue", message));
        }
        if !specification.has("Tag") {
            return Err(AwsError::new("InvalidParameterValue", "Tag specification must have at least one tag"));
        }
        tags.merge(&checked(&specification)?);
    }
    Ok(tags)
}

/// The member `Tag`, checked by AWS's rules.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions>
pub(super) fn checked(input: &Input<'_>) -> Result<Tags, AwsError> {
    let parts = input.parts("Tag");
    let invalid = |message: String| Err(AwsError::new("InvalidParameterValue", message));
    let mut keys = BTreeSet::new();
    for part in &parts {
        let key = part.text("Key").unwrap_or_default();
        let reserved = key.to_ascii_lowercase().starts_with("aws:");
        if reserved || key.is_empty() || key.chars().count() > 128 {
            let what = match (reserved, key.is_empty()) {
                (true, _) => "Tag keys starting with 'aws:' are reserved for internal use",
                (false, true) => "Tag key cannot be null or empty",
                (false, false) => "Tag key exceeds the maximum length of 128 characters",
            };
            return invalid(what.to_owned());
        }
        if part.text("Value").is_some_and(|value| value.chars().count() > 256) {
            return invalid("Tag value exceeds the maximum length of 256 characters".to_owned());
        }
        if !keys.insert(key) {
            return invalid(format!("Duplicate tag key '{key}' specified."));
        }
    }
    if parts.len() > 50 {
        return Err(AwsError::new("TagLimitExceeded", "The maximum number of tags for a resource has been reached."));
    }
    Tags::read(&parts, "Key", "Value")
}

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let tags = checked(input)?;
    if tags.is_empty() {
        return Err(input.missing("tagSet"));
    }
    let ec2 = &mut context.region().ec2;
    let ids = named_resources(ec2, input)?;
    for id in &ids {
        if ec2.tags_of(id).is_some_and(|have| have.too_many_with(&tags)) {
            let message = "The maximum number of tags for a resource has been reached.";
            return Err(AwsError::new("TagLimitExceeded", message));
        }
    }
    for id in ids {
        if let Some(have) = ec2.tags_of(id) {
            have.merge(&tags);
        }
    }
    Ok(json!({"return": true}))
}

/// A tag with a value is deleted only if it has that value; without tags all are deleted.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteTags.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let ec2 = &mut context.region().ec2;
    for id in named_resources(ec2, input)? {
        let Some(tags) = ec2.tags_of(id) else { continue };
        if !input.has("Tag") {
            let keys: Vec<String> = tags.iter().map(|(key, _)| key.to_owned()).collect();
            keys.iter().filter(|key| !key.starts_with("aws:")).for_each(|key| tags.remove(key));
        }
        for tag in input.parts("Tag") {
            let key = tag.required("Key")?;
            if tag.text("Value").is_none_or(|value| tags.get(key) == Some(value)) {
                tags.remove(key);
            }
        }
    }
    Ok(json!({"return": true}))
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let filters = Filters::read(input);
    let mut rows = Vec::new();
    for (resource_type, id, key, value) in context.region().ec2.all_tags() {
        let kept = filters.keep_by(|name| match name {
            "resource-type" => Some(vec![resource_type.to_owned()]),
            "resource-id" => Some(vec![id.to_owned()]),
            "key" => Some(vec![key.to_owned()]),
            "value" => Some(vec![value.to_owned()]),
            _ => name.strip_prefix("tag:").map(|wanted| {
                let same = wanted == key;
                same.then(|| value.to_owned()).into_iter().collect()
            }),
        });
        if kept {
            let row = json!({"resourceType": resource_type, "resourceId": id, "key": key, "value": value});
            rows.push((format!("{id} {key}"), row));
        }
    }
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    describing::paged(input, "tagSet", rows, |row| row)
}

fn named_resources<'a>(ec2: &mut State, input: &Input<'a>) -> Result<Vec<&'a str>, AwsError> {
    let ids = input.texts("ResourceId");
    if ids.is_empty() {
        return Err(input.missing("resourceIdSet"));
    }
    if ids.len() > RESOURCES {
        let message = format!("The maximum number of resources for a call is {RESOURCES}.");
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    match ids.iter().find(|id| ec2.tags_of(id).is_none()) {
        None => Ok(ids),
        Some(id) => Err(unknown(id)),
    }
}

/// Does something with the table of every kind of resource, by the beginning of its ids.
macro_rules! each_table {
    ($each:ident) => {
        $each! {
            "vpc" => vpcs: vpc::Vpc,
            "subnet" => subnets: subnet::Subnet,
            "acl" => network_acls: network_acl::NetworkAcl,
            "dopt" => dhcp_options: dhcp_options::DhcpOptions,
            "igw" => internet_gateways: internet_gateway::InternetGateway,
            "eigw" => egress_only_gateways: egress_only_gateway::EgressOnlyGateway,
            "rtb" => route_tables: route_table::RouteTable,
            "eipalloc" => addresses: address::Address,
            "nat" => nat_gateways: nat_gateway::NatGateway,
            "vpce" => vpc_endpoints: endpoint::Endpoint,
            "sg" => security_groups: security_group::SecurityGroup,
            "eni" => interfaces: interface::Interface,
            "lt" => launch_templates: launch_template::LaunchTemplate,
            "key" => key_pairs: key_pair::KeyPair,
            "i" => instances: instance::Instance,
            "vol" => volumes: volume::Volume,
        }
    };
}

macro_rules! look_up {
    ($($prefix:literal => $table:ident: $resource:ty,)+) => {
        /// The refusal of an id, in the words of the kind that its beginning tells.
        fn unknown(id: &str) -> AwsError {
            match id.rsplit_once('-').map(|(kind, _)| kind) {
                $(Some($prefix) => not_found::<$resource>(id),)+
                Some(_) | None => AwsError::new("InvalidID", format!("The ID '{id}' is not valid")),
            }
        }

        impl State {
            /// The tags of the resource with that id, whatever it is.
            fn tags_of(&mut self, id: &str) -> Option<&mut Tags> {
                match id.rsplit_once('-')?.0 {
                    $($prefix => self.$table.get_mut(id).map(Resource::tags_mut),)+
                    "sgr" => {
                        let rule = self.security_groups.values_mut().find_map(|group| group.rule_mut(id))?;
                        Some(&mut rule.tags)
                    }
                    _ => None,
                }
            }

            /// All tags: the type and id of the resource, and key and value.
            fn all_tags(&self) -> Vec<(&'static str, &str, &str, &str)> {
                let mut all = Vec::new();
                $(for resource in self.$table.values().filter(|resource| !resource.is_gone()) {
                    let tags = resource.tags().iter();
                    all.extend(tags.map(|(key, value)| (<$resource>::KIND.tag_type, resource.id(), key, value)));
                })+
                for (id, rule) in self.security_groups.values().flat_map(|group| &group.rules) {
                    let tags = rule.tags.iter();
                    all.extend(tags.map(|(key, value)| ("security-group-rule", id.as_str(), key, value)));
                }
                all
            }
        }
    };
}

each_table!(look_up);

/// The tags as EC2 shows them.
pub(super) fn tag_set(tags: &Tags) -> Value {
    tags.write("key", "value")
}
