//! Roles.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::listing::{self, paged};
use super::policy_document::{self, Purpose};
use super::refusal::{already_exists, delete_conflict, no_such_role, validation};
use super::{State, role_policy};
use crate::model::clock::{Moment, iso};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// Something that services and users may take on.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Role {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) arn: String,
    path: String,
    trust: String,
    description: Option<String>,
    longest_session: i64,
    created: Moment,
    /// Inline policies by name.
    pub(super) policies: BTreeMap<String, String>,
    /// ARNs of managed policies.
    pub(super) attached: Vec<String>,
    tags: Tags,
}

impl Role {
    pub(super) fn item(&self) -> Item {
        let item = Item::new("iam", "roles", &self.arn, &self.tags, "available").named(&self.name);
        item.with("inline_policies", self.policies.len()).with("attached_policies", self.attached.len())
    }

    /// Whether a service of AWS may take it.
    pub(crate) fn trusts(&self, service: &str) -> bool {
        policy_document::lets_in(&self.trust, service)
    }

    /// As listings show it: without tags.
    pub(super) fn render(&self) -> Value {
        json!({
            "Path": self.path,
            "RoleName": self.name,
            "RoleId": self.id,
            "Arn": self.arn,
            "CreateDate": iso(self.created),
            "AssumeRolePolicyDocument": policy_document::encoded(&self.trust),
            "Description": self.description,
            "MaxSessionDuration": self.longest_session,
        })
    }

    fn render_whole(&self) -> Value {
        let mut tree = self.render();
        tree["Tags"] = listing::shown_tags(&self.tags);
        tree["RoleLastUsed"] = json!({});
        tree
    }
}

impl State {
    /// The role that the member `RoleName` names.
    pub(super) fn role(&self, input: &Input<'_>) -> Result<&Role, AwsError> {
        let name = input.required("RoleName")?;
        self.roles.get(name).ok_or_else(|| no_such_role(name))
    }

    pub(super) fn role_mut(&mut self, input: &Input<'_>) -> Result<&mut Role, AwsError> {
        let name = input.required("RoleName")?;
        self.roles.get_mut(name).ok_or_else(|| no_such_role(name))
    }
}

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = listing::name(input, "RoleName", 64)?;
    let trust = input.required("AssumeRolePolicyDocument")?;
    let path = listing::path(input)?;
    policy_document::check(trust, Purpose::Trust)?;
    let longest_session = input.int("MaxSessionDuration")?.unwrap_or(3600);
    if !(3600..=43_200).contains(&longest_session) {
        let constraint = "Member must have value between 3600 and 43200";
        return Err(validation("maxSessionDuration", &longest_session.to_string(), constraint));
    }
    let description = input.text("Description").map(str::to_owned);
    let tags = listing::read_tags(input)?;
    let role = Role { longest_session, tags, ..new(context, name, &path, trust, description) };
    add(context, role)
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceLinkedRole.html>
pub(super) fn create_service_linked(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let service = input.required("AWSServiceName")?;
    let short = match service {
        "ecs.amazonaws.com" => "ECS",
        "autoscaling.amazonaws.com" => "AutoScaling",
        "elasticloadbalancing.amazonaws.com" => "ElasticLoadBalancing",
        "ecs.application-autoscaling.amazonaws.com" => "ApplicationAutoScaling_ECSService",
        "spot.amazonaws.com" => "EC2Spot",
        _ => return Err(AwsError::new("InvalidInput", format!("Service {service} has no service-linked role."))),
    };
    let trust = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["sts:AssumeRole"], "Principal": {"Service": [service]}},
    ]});
    let name = format!("AWSServiceRoleFor{short}");
    if context.account().iam.roles.contains_key(&name) {
        let message =
            format!("Service role name {name} has been taken in this account, please try a different suffix.");
        return Err(AwsError::new("InvalidInput", message));
    }
    let path = format!("/aws-service-role/{service}/");
    let role = new(context, &name, &path, &trust.to_string(), input.text("Description").map(str::to_owned));
    add(context, role)
}

pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    Ok(json!({ "Role": context.account().iam.role(input)?.render_whole() }))
}

pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let prefix = input.text("PathPrefix").unwrap_or("/");
    let roles = context.account().iam.roles.values().filter(|role| role.path.starts_with(prefix));
    paged(input, "Roles", roles.map(|role| (role.name.clone(), role.render())).collect())
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let iam = &mut context.account().iam;
    let role = iam.role(input)?;
    if iam.instance_profiles.values().any(|profile| profile.role.as_ref() == Some(&role.name)) {
        return Err(delete_conflict("Cannot delete entity, must remove roles from instance profile first."));
    }
    role_policy::check_none(role)?;
    let name = role.name.clone();
    iam.roles.remove(&name);
    Ok(Value::Null)
}

pub(super) fn update_assume_role_policy(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let document = input.required("PolicyDocument")?;
    policy_document::check(document, Purpose::Trust)?;
    document.clone_into(&mut context.account().iam.role_mut(input)?.trust);
    Ok(Value::Null)
}

pub(super) fn tag(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    listing::set_tags(&mut context.account().iam.role_mut(input)?.tags, input)?;
    Ok(Value::Null)
}

pub(super) fn untag(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let role = context.account().iam.role_mut(input)?;
    input.texts("TagKeys").into_iter().for_each(|key| role.tags.remove(key));
    Ok(Value::Null)
}

pub(super) fn list_tags(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let role = context.account().iam.role(input)?;
    paged(input, "Tags", listing::tag_rows(&role.tags))
}

fn new(context: &mut Context<'_>, name: &str, path: &str, trust: &str, description: Option<String>) -> Role {
    Role {
        name: name.to_owned(),
        id: context.world.ids.capitals("AROA", 17),
        arn: context.global_arn("iam", &format!("role{path}{name}")),
        path: path.to_owned(),
        trust: trust.to_owned(),
        description,
        longest_session: 3600,
        created: context.now,
        policies: BTreeMap::new(),
        attached: Vec::new(),
        tags: Tags::default(),
    }
}

fn add(context: &mut Context<'_>, role: Role) -> Answer {
    let iam = &mut context.account().iam;
    if iam.roles.keys().any(|name| name.eq_ignore_ascii_case(&role.name)) {
        return Err(already_exists(format!("Role with name {} already exists.", role.name)));
    }
    let answer = json!({ "Role": role.render_whole() });
    iam.roles.insert(role.name.clone(), role);
    Ok(answer)
}
