//! Security groups. Their rules are in `security_group_rule`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::interface::Interface;
use super::security_group_rule::{self as rule, Peer, Rule};
use super::table::{Kind, Resource, identified, one};
use super::{State, describing, tagging};
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
    };
    identified!(id);

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
    check_name(name)?;
    check_text("GroupDescription", description)?;
    let tags = tagging::of_new(input, SecurityGroup::KIND.tag_type)?;
    let ec2 = &context.region().ec2;
    let vpc_id = input.text("VpcId").or(ec2.default_vpc()).map(str::to_owned);
    let vpc_id = vpc_id.ok_or_else(|| AwsError::new("VPCIdNotSpecified", "No default VPC for this user"))?;
    ec2.vpcs.find(&vpc_id)?;
    if ec2.security_groups.values().any(|group| group.vpc_id == vpc_id && group.name == name) {
        let message = format!("The security group '{name}' already exists for VPC '{vpc_id}'");
        return Err(AwsError::new("InvalidGroup.Duplicate", message));
    }
    if ec2.security_groups.len() >= ec2.quotas.security_groups {
        let message = format!("The maximum number of security groups for VPC '{vpc_id}' has been reached.");
        return Err(AwsError::new("SecurityGroupLimitExceeded", message));
    }
    let group = new(context, name, description, &vpc_id, tags);
    let answer = json!({
        "return": true, "groupId": group.id, "securityGroupArn": group.arn, "tagSet": tagging::tag_set(&group.tags),
    });
    context.region().ec2.security_groups.insert(group);
    Ok(answer)
}

/// The id of the group that a call gives by id, or by name in the default VPC.
pub(super) fn named(ec2: &State, input: &Input<'_>) -> Result<String, AwsError> {
    match (input.text("GroupId"), input.text("GroupName"), ec2.default_vpc()) {
        (Some(id), ..) => Ok(ec2.security_groups.find(id)?.id.clone()),
        (None, Some(name), Some(vpc_id)) => id_of(ec2, vpc_id, name),
        (None, Some(name), None) => {
            let message = format!("The security group '{name}' does not exist in default VPC 'none'");
            Err(AwsError::new("InvalidGroup.NotFound", message))
        }
        (None, None, _) => {
            let message = "The request must contain the parameter groupName or groupId";
            Err(AwsError::new("MissingParameter", message))
        }
    }
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
    let selected = ec2.security_groups.select(input)?.into_iter();
    let named = selected.filter(|group| names.is_empty() || names.contains(&group.name.as_str()));
    let rows = named.map(|group| (group.id.clone(), group)).collect();
    describing::paged(input, SecurityGroup::KIND.set, rows, |group| render(group, &owner))
}

/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = &*named(&context.region().ec2, input)?;
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

/// The id of a VPC's group of that name.
pub(super) fn id_of(ec2: &State, vpc_id: &str, name: &str) -> Result<String, AwsError> {
    let found = ec2.security_groups.values().find(|group| group.vpc_id == vpc_id && group.name == name);
    found.map(|group| group.id.clone()).ok_or_else(|| {
        let message = format!("The security group '{name}' does not exist in VPC '{vpc_id}'");
        AwsError::new("InvalidGroup.NotFound", message)
    })
}

/// The groups of an interface: the given ones, checked, or the VPC's default group.
pub(super) fn for_interface(
    ec2: &State,
    vpc_id: &str,
    subnet_id: &str,
    groups: Vec<String>,
) -> Result<Vec<String>, AwsError> {
    for id in &groups {
        if ec2.security_groups.find(id)?.vpc_id != vpc_id {
            let message = format!("Security group {id} and subnet {subnet_id} belong to different networks.");
            return Err(AwsError::new("InvalidParameter", message));
        }
    }
    if groups.len() > ec2.quotas.groups_on_interface {
        let message = "The maximum number of security groups per interface has been reached.";
        return Err(AwsError::new("SecurityGroupsPerInterfaceLimitExceeded", message));
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
    if name == "default" {
        return Err(AwsError::new("InvalidParameterValue", "Cannot use reserved security group name: default"));
    }
    if name.starts_with("sg-") {
        let message =
            format!("Value ({name}) for parameter GroupName is invalid. Group names may not be in the format sg-*");
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    check_text("GroupName", name)
}

fn check_text(parameter: &str, text: &str) -> Result<(), AwsError> {
    if text.chars().count() <= 255 && text.chars().all(is_plain) {
        return Ok(());
    }
    let why = if text.is_ascii() {
        "Invalid characters or length."
    } else {
        "Character sets beyond ASCII are not supported."
    };
    let message = format!("Value ({text}) for parameter {parameter} is invalid. {why}");
    Err(AwsError::new("InvalidParameterValue", message))
}

/// What names and descriptions are made of.
pub(super) fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(character)
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
