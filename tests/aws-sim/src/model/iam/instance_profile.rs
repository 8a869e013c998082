//! Instance profiles: how a role gets onto an EC2 instance. One role each.

use serde_json::{Value, json};

use super::State;
use super::listing::{self, paged};
use super::refusal::{already_exists, delete_conflict, limit_exceeded, no_such_entity};
use crate::model::clock::{Moment, iso};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// A holder for one role.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct InstanceProfile {
    name: String,
    id: String,
    pub(crate) arn: String,
    path: String,
    created: Moment,
    pub(super) role: Option<String>,
    tags: Tags,
}

impl InstanceProfile {
    pub(crate) fn has_role(&self) -> bool {
        self.role.is_some()
    }

    pub(super) fn item(&self) -> Item {
        let item = Item::new("iam", "instance_profiles", &self.arn, &self.tags, "available").named(&self.name);
        item.with("role", self.role.clone())
    }
}

impl State {
    fn profile(&self, input: &Input<'_>) -> Result<&InstanceProfile, AwsError> {
        let name = input.required("InstanceProfileName")?;
        self.instance_profiles.get(name).ok_or_else(|| no_such_profile(name))
    }

    fn profile_mut(&mut self, input: &Input<'_>) -> Result<&mut InstanceProfile, AwsError> {
        let name = input.required("InstanceProfileName")?;
        self.instance_profiles.get_mut(name).ok_or_else(|| no_such_profile(name))
    }

    fn render_profile(&self, profile: &InstanceProfile) -> Value {
        let role = profile.role.as_ref().and_then(|name| self.roles.get(name));
        json!({
            "Path": profile.path,
            "InstanceProfileName": profile.name,
            "InstanceProfileId": profile.id,
            "Arn": profile.arn,
            "CreateDate": iso(profile.created),
            "Roles": role.map(super::role::Role::render).into_iter().collect::<Vec<_>>(),
            "Tags": listing::shown_tags(&profile.tags),
        })
    }
}

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = listing::name(input, "InstanceProfileName", 128)?;
    let (path, tags) = (listing::path(input)?, listing::read_tags(input)?);
    let profile = InstanceProfile {
        name: name.to_owned(),
        id: context.world.ids.capitals("AIPA", 17),
        arn: context.global_arn("iam", &format!("instance-profile{path}{name}")),
        path,
        created: context.now,
        role: None,
        tags,
    };
    let iam = &mut context.account().iam;
    if iam.instance_profiles.contains_key(name) {
        return Err(already_exists(format!("Instance Profile {name} already exists.")));
    }
    let answer = json!({ "InstanceProfile": iam.render_profile(&profile) });
    iam.instance_profiles.insert(name.to_owned(), profile);
    Ok(answer)
}

pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let iam = &context.account().iam;
    Ok(json!({ "InstanceProfile": iam.render_profile(iam.profile(input)?) }))
}

pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let prefix = input.text("PathPrefix").unwrap_or("/");
    listed(context, input, |profile| profile.path.starts_with(prefix))
}

pub(super) fn list_for_role(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let role = context.account().iam.role(input)?.name.clone();
    listed(context, input, |profile| profile.role.as_ref() == Some(&role))
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let iam = &mut context.account().iam;
    let profile = iam.profile(input)?;
    if profile.has_role() {
        return Err(delete_conflict("Cannot delete entity, must remove roles from instance profile first."));
    }
    let name = profile.name.clone();
    iam.instance_profiles.remove(&name);
    Ok(Value::Null)
}

pub(super) fn add_role(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let iam = &mut context.account().iam;
    iam.profile(input)?;
    let role = iam.role(input)?.name.clone();
    let profile = iam.profile_mut(input)?;
    if profile.has_role() {
        return Err(limit_exceeded("Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"));
    }
    profile.role = Some(role);
    Ok(Value::Null)
}

pub(super) fn remove_role(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let role = input.required("RoleName")?;
    let profile = context.account().iam.profile_mut(input)?;
    if profile.role.as_deref() != Some(role) {
        let message = format!("The role with name {role} cannot be found in the instance profile {}.", profile.name);
        return Err(no_such_entity(message));
    }
    profile.role = None;
    Ok(Value::Null)
}

pub(super) fn tag(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    listing::set_tags(&mut context.account().iam.profile_mut(input)?.tags, input)?;
    Ok(Value::Null)
}

pub(super) fn untag(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let profile = context.account().iam.profile_mut(input)?;
    input.texts("TagKeys").into_iter().for_each(|key| profile.tags.remove(key));
    Ok(Value::Null)
}

pub(super) fn list_tags(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let profile = context.account().iam.profile(input)?;
    paged(input, "Tags", listing::tag_rows(&profile.tags))
}

fn listed(context: &mut Context<'_>, input: &Input<'_>, keep: impl Fn(&InstanceProfile) -> bool) -> Answer {
    let iam = &context.account().iam;
    let profiles = iam.instance_profiles.values().filter(|profile| keep(profile));
    let rows = profiles.map(|profile| (profile.name.clone(), iam.render_profile(profile))).collect();
    paged(input, "InstanceProfiles", rows)
}

fn no_such_profile(name: &str) -> AwsError {
    no_such_entity(format!("Instance Profile {name} cannot be found."))
}
