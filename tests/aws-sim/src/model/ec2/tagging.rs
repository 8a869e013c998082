//! Tags of EC2 resources: given when creating, set and taken away later, and listed for all resources at once.

use serde_json::{Value, json};

use super::filter::Filters;
use super::table::{Resource, Table, not_found};
use super::{
    State, address, instance, interface, internet_gateway, launch_template, nat_gateway, route_table, security_group,
    subnet, vpc,
};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::page;
use crate::model::tags::Tags;

/// The tags that a creating call gives to the kind that it creates.
pub(super) fn of_new(input: &Input<'_>, tag_type: &str) -> Result<Tags, AwsError> {
    let mut tags = Tags::default();
    for specification in input.parts("TagSpecification") {
        let resource_type = specification.required("ResourceType")?;
        if resource_type != tag_type {
            let message = format!("'{resource_type}' is not a valid taggable resource type for this operation.");
            return Err(AwsError::new("InvalidParameterValue", message));
        }
        tags.merge(&checked(&specification)?);
    }
    Ok(tags)
}

/// The member `Tag`, checked by AWS's rules for keys.
pub(super) fn checked(input: &Input<'_>) -> Result<Tags, AwsError> {
    let tags = Tags::read(&input.parts("Tag"), "Key", "Value")?;
    if tags.iter().any(|(key, _)| key.starts_with("aws:")) {
        let message = "Tag keys starting with 'aws:' are reserved for internal use";
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    if tags.iter().any(|(key, value)| key.chars().count() > 128 || value.chars().count() > 256) {
        let message = "Tag key exceeds 128 characters or tag value exceeds 256 characters.";
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    Ok(tags)
}

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let tags = checked(input)?;
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
            "resource-id" => Some(vec![id.clone()]),
            "key" => Some(vec![key.clone()]),
            "value" => Some(vec![value.clone()]),
            _ => name.strip_prefix("tag:").map(|wanted| {
                let same = wanted == key;
                same.then(|| value.clone()).into_iter().collect()
            }),
        })?;
        if kept {
            let row = json!({"resourceType": resource_type, "resourceId": id, "key": key, "value": value});
            rows.push((format!("{id} {key}"), row));
        }
    }
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    let limit = input.int("MaxResults")?.and_then(|limit| usize::try_from(limit).ok());
    let page = page::cut(rows, limit, input.text("NextToken"));
    let (page, next) = page.ok_or_else(|| AwsError::new("InvalidNextToken", "The token is not valid."))?;
    Ok(json!({ "tagSet": page, "nextToken": next }))
}

fn named_resources<'a>(ec2: &mut State, input: &Input<'a>) -> Result<Vec<&'a str>, AwsError> {
    let ids = input.texts("ResourceId");
    if ids.is_empty() {
        return Err(input.missing("resourceIdSet"));
    }
    match ids.iter().find(|id| ec2.tags_of(id).is_none()) {
        None => Ok(ids),
        Some(id) => Err(unknown(id)),
    }
}

/// The refusal of an id, in the words of the kind that its beginning tells.
fn unknown(id: &str) -> AwsError {
    match id.rsplit_once('-').map(|(kind, _)| kind) {
        Some("vpc") => not_found::<vpc::Vpc>(id),
        Some("subnet") => not_found::<subnet::Subnet>(id),
        Some("igw") => not_found::<internet_gateway::InternetGateway>(id),
        Some("rtb") => not_found::<route_table::RouteTable>(id),
        Some("eipalloc") => not_found::<address::Address>(id),
        Some("nat") => not_found::<nat_gateway::NatGateway>(id),
        Some("sg") => not_found::<security_group::SecurityGroup>(id),
        Some("eni") => not_found::<interface::Interface>(id),
        Some("lt") => not_found::<launch_template::LaunchTemplate>(id),
        Some("i") => not_found::<instance::Instance>(id),
        Some(_) | None => AwsError::new("InvalidID", format!("The ID '{id}' is not valid")),
    }
}

impl State {
    /// The tags of the resource with that id, whatever it is.
    fn tags_of(&mut self, id: &str) -> Option<&mut Tags> {
        fn of<'a, T: Resource + 'a>(table: &'a mut Table<T>, id: &str) -> Option<&'a mut Tags> {
            table.get_mut(id).map(Resource::tags_mut)
        }
        match id.rsplit_once('-')?.0 {
            "vpc" => of(&mut self.vpcs, id),
            "subnet" => of(&mut self.subnets, id),
            "igw" => of(&mut self.internet_gateways, id),
            "rtb" => of(&mut self.route_tables, id),
            "eipalloc" => of(&mut self.addresses, id),
            "nat" => of(&mut self.nat_gateways, id),
            "sg" => of(&mut self.security_groups, id),
            "sgr" => self.security_groups.values_mut().find_map(|group| group.rule_mut(id)).map(|rule| &mut rule.tags),
            "eni" => of(&mut self.interfaces, id),
            "lt" => of(&mut self.launch_templates, id),
            "i" => of(&mut self.instances, id),
            _ => None,
        }
    }

    fn all_tags(&self) -> Vec<(&'static str, String, String, String)> {
        fn of<T: Resource>(table: &Table<T>) -> impl Iterator<Item = (&'static str, String, String, String)> {
            table.values().filter(|resource| !resource.is_gone()).flat_map(|resource| {
                let tags = resource.tags().iter();
                tags.map(|(key, value)| (T::KIND.tag_type, resource.id().to_owned(), key.to_owned(), value.to_owned()))
            })
        }
        of(&self.vpcs)
            .chain(of(&self.subnets))
            .chain(of(&self.internet_gateways))
            .chain(of(&self.route_tables))
            .chain(of(&self.addresses))
            .chain(of(&self.nat_gateways))
            .chain(of(&self.security_groups))
            .chain(of(&self.interfaces))
            .chain(of(&self.launch_templates))
            .chain(of(&self.instances))
            .collect()
    }
}

/// The tags as EC2 shows them.
pub(super) fn tag_set(tags: &Tags) -> Value {
    tags.write("key", "value")
}
