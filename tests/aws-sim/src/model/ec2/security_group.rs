//! Security groups. Their rules are in `security_group_rule`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::interface::Interface;
use super::security_group_rule::{self as rule, Peer, Rule};
use super::table::{Kind, Resource, one};
use super::{State, tagging};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// A set of interfaces with rules of what may reach them.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct SecurityGroup {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) vpc_id: String,
    description: String,
    arn: String,
    pub(super) rules: BTreeMap<String, Rule>,
    tags: Tags,
}

impl Resource for SecurityGroup {
    const KIND: Kind = Kind {
        plural: "security_groups",
        tag_type: "security-group",
        ids: "GroupId",
        set: "securityGroupInfo",
        not_found: ("InvalidGroup.NotFound", "security group"),
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
            "group-id" => one(&self.id),
            "group-name" => one(&self.name),
            "description" => one(&self.description),
            "vpc-id" => one(&self.vpc_id),
            _ => rule::field_of_group(&self.rules, filter),
        }
    }

    fn inventory(&self, item: Item) -> Item {
        let item = item.named(&self.name).with("vpc_id", self.vpc_id.as_str()).with("default", self.is_default());
        item.with("rules", self.rules.len())
    }
}

impl SecurityGroup {
    pub(crate) fn is_default(&self) -> bool {
        self.name == "default"
    }

    pub(super) fn rule_mut(&mut self, id: &str) -> Option<&mut Rule> {
        self.rules.get_mut(id)
    }
}

/// The group that every new VPC has: open among its own members, open to the outside.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html>
pub(super) fn add_default(context: &mut Context<'_>, vpc_id: &str) {
    let mut group = new(context, "default", "default VPC security group", vpc_id, Tags::default());
    let among_members = Rule::everything(false, Peer::Group(group.id.clone()));
    group.rules.insert(context.id("sgr"), among_members);
    context.region().ec2.security_groups.insert(group);
}

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (name, description) = (input.required("GroupName")?, input.required("GroupDescription")?);
    let vpc_id = input.required("VpcId")?;
    check_name(name)?;
    let tags = tagging::of_new(input, SecurityGroup::KIND.tag_type)?;
    let ec2 = &mut context.region().ec2;
    ec2.vpcs.find(vpc_id)?;
    if ec2.security_groups.values().any(|group| group.vpc_id == vpc_id && group.name == name) {
        let message = format!("The security group '{name}' already exists for VPC '{vpc_id}'");
        return Err(AwsError::new("InvalidGroup.Duplicate", message));
    }
    let group = new(context, name, description, vpc_id, tags);
    let answer = json!({
        "groupId": group.id, "securityGroupArn": group.arn, "tagSet": tagging::tag_set(&group.tags),
    });
    context.region().ec2.security_groups.insert(group);
    Ok(answer)
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let owner = context.place.account.clone();
    let ec2 = &context.region().ec2;
    let names = input.texts("GroupName");
    for name in &names {
        if !ec2.security_groups.values().any(|group| group.name == *name) {
            let message = format!("The security group '{name}' does not exist");
            return Err(AwsError::new("InvalidGroup.NotFound", message));
        }
    }
    if names.is_empty() {
        return ec2.security_groups.describe(input, |group| render(group, &owner));
    }
    let selected = ec2.security_groups.select(input)?.into_iter();
    let named = selected.filter(|group| names.contains(&group.name.as_str()));
    Ok(json!({ "securityGroupInfo": named.map(|group| render(group, &owner)).collect::<Vec<_>>() }))
}

/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = input.required("GroupId")?;
    let ec2 = &mut context.region().ec2;
    if ec2.security_groups.find(id)?.is_default() {
        let message = format!("the specified group: \"{id}\" name: \"default\" cannot be deleted by a user");
        return Err(AwsError::new("CannotDelete", message));
    }
    let held = ec2.interfaces.values().any(|interface| interface.groups.iter().any(|group| group == id));
    let referenced =
        ec2.security_groups.values().any(|other| other.id != id && other.rules.values().any(|rule| rule.refers_to(id)));
    if held || referenced {
        let message = format!("resource {id} has a dependent object");
        return Err(AwsError::new("DependencyViolation", message));
    }
    ec2.security_groups.remove(id);
    Ok(json!({ "return": true, "groupId": id }))
}

/// The groups of a new interface: the given ones, checked, or the VPC's default group.
pub(super) fn for_interface(ec2: &State, vpc_id: &str, groups: Vec<String>) -> Result<Vec<String>, AwsError> {
    for id in &groups {
        if ec2.security_groups.find(id)?.vpc_id != vpc_id {
            let message = format!("Security group {id} and the subnet belong to different networks.");
            return Err(AwsError::new("InvalidParameter", message));
        }
    }
    if !groups.is_empty() {
        return Ok(groups);
    }
    let default = ec2.security_groups.values().find(|group| group.vpc_id == vpc_id && group.is_default());
    Ok(default.map(|group| group.id.clone()).into_iter().collect())
}

impl State {
    /// Whether the groups of two interfaces let TCP through from one to a port of the other.
    pub(crate) fn lets_through(&self, from: &Interface, to: &Interface, port: i64) -> bool {
        let rules = |of: &Interface| {
            let groups: Vec<&SecurityGroup> = of.groups.iter().filter_map(|id| self.security_groups.get(id)).collect();
            groups.into_iter().flat_map(|group| group.rules.values())
        };
        rules(from).any(|rule| rule.egress && rule.covers(port, to)) && self.lets_in(from, to, port)
    }

    /// Whether the groups of an interface let TCP in from another, whatever the groups of that one say.
    pub(crate) fn lets_in(&self, from: &Interface, to: &Interface, port: i64) -> bool {
        let groups = to.groups.iter().filter_map(|id| self.security_groups.get(id));
        groups.flat_map(|group| group.rules.values()).any(|rule| !rule.egress && rule.covers(port, from))
    }
}

fn new(context: &mut Context<'_>, name: &str, description: &str, vpc_id: &str, tags: Tags) -> SecurityGroup {
    let id = context.id("sg");
    let outgoing = Rule::everything(true, Peer::Ipv4("0.0.0.0/0".to_owned()));
    SecurityGroup {
        arn: context.arn("ec2", &format!("security-group/{id}")),
        id,
        name: name.to_owned(),
        vpc_id: vpc_id.to_owned(),
        description: description.to_owned(),
        rules: BTreeMap::from([(context.id("sgr"), outgoing)]),
        tags,
    }
}

/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html>
fn check_name(name: &str) -> Result<(), AwsError> {
    let allowed = |character: char| character.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(character);
    if name == "default" {
        return Err(AwsError::new("InvalidParameterValue", "Cannot use reserved security group name: default"));
    }
    if name.starts_with("sg-") {
        let message =
            format!("Value ({name}) for parameter GroupName is invalid. Group names may not be in the format sg-*");
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    if name.chars().count() > 255 || !name.chars().all(allowed) {
        let message = format!(
            "Value ({name}) for parameter GroupName is invalid. Character sets beyond ASCII are not supported."
        );
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    Ok(())
}

fn render(group: &SecurityGroup, owner: &str) -> Value {
    json!({
        "groupId": group.id,
        "groupName": group.name,
        "groupDescription": group.description,
        "securityGroupArn": group.arn,
        "ownerId": owner,
        "vpcId": group.vpc_id,
        "ipPermissions": rule::permissions(&group.rules, false, owner),
        "ipPermissionsEgress": rule::permissions(&group.rules, true, owner),
        "tagSet": tagging::tag_set(&group.tags),
    })
}
