//! Instance profiles: how a role gets onto an EC2 instance. One role each.

use serde_json::{Value, json};

use super::holder::Holder;
use super::listing::{self, paged};
use super::refusal::{already_exists, delete_conflict, limit_exceeded, no_such_entity};
use super::role::Role;
use super::tagging::{self, Tagged};
use super::{State, quota};
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
    pub(crate) id: String,
    pub(crate) arn: String,
    path: String,
    pub(super) created: Moment,
    pub(crate) role: Option<String>,
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

impl Tagged for InstanceProfile {
    fn tags<'a>(state: &'a State, input: &Input<'_>) -> Result<&'a Tags, AwsError> {
        state.profile(input).map(|profile| &profile.tags)
    }

    fn tags_mut<'a>(state: &'a mut State, input: &Input<'_>) -> Result<&'a mut Tags, AwsError> {
        state.profile_mut(input).map(|profile| &mut profile.tags)
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
            "Roles": role.map(Role::render).into_iter().collect::<Vec<_>>(),
            "Tags": tagging::shown(&profile.tags),
        })
    }
}

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = listing::name(input, "InstanceProfileName", 128)?;
    let (path, tags) = (listing::path(input)?, tagging::read(input)?);
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
    if quota::is_taken(iam.instance_profiles.keys(), name) {
        return Err(already_exists(format!("Instance Profile {name} already exists.")));
    }
    quota::check_room(iam.instance_profiles.len(), "InstanceProfilesPerAccount", quota::INSTANCE_PROFILES)?;
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
    let role = Role::find(&context.account().iam, input)?.name.clone();
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
    let role = Role::find_mut(iam, input)?.name.clone();
    let profile = iam.profile_mut(input)?;
    if profile.has_role() {
        return Err(limit_exceeded("Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"));
    }
    profile.role = Some(role);
    Ok(Value::Null)
}

pub(super) fn remove_role(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let iam = &mut context.account().iam;
    iam.profile(input)?;
    let role = Role::find_mut(iam, input)?.name.clone();
    let profile = iam.profile_mut(input)?;
    if profile.role.as_deref() != Some(&role) {
        let message = format!("The role with name {role} cannot be found in the instance profile {}.", profile.name);
        return Err(no_such_entity(message));
    }
    profile.role = None;
    Ok(Value::Null)
}

fn listed(context: &mut Context<'_>, input: &Input<'_>, keep: impl Fn(&InstanceProfile) -> bool) -> Answer {
    let iam = &context.account().iam;
    let profiles = iam.instance_profiles.values().filter(|profile| keep(profile));
    // Listings show no tags.
    let shown = |profile: &InstanceProfile| {
        let mut tree = iam.render_profile(profile);
        tree["Tags"] = Value::Null;
        (profile.name.clone(), tree)
    };
    paged(input, "InstanceProfiles", profiles.map(shown).collect())
}

fn no_such_profile(name: &str) -> AwsError {
    no_such_entity(format!("Instance Profile {name} cannot be found."))
}
