//! The calls that make, change, show and delete roles.

use serde_json::{Value, json};

use super::holder::Holder;
use super::listing::{self, paged};
use super::refusal::{already_exists, delete_conflict, no_such_entity};
use super::role::{Role, check_trust, session_duration};
use super::{policy, quota, tagging};
use crate::model::context::Context;
use crate::model::error::Answer;
use crate::model::input::Input;
use crate::model::sts;

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html>
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = listing::name(input, "RoleName", 64)?;
    let trust = input.required("AssumeRolePolicyDocument")?;
    let (path, longest_session) = (listing::path(input)?, session_duration(input)?.unwrap_or(3600));
    let (description, tags) = (listing::description(input)?, tagging::read(input)?);
    check_trust(context, trust)?;
    let boundary = policy::boundary(&context.account().iam, input)?;
    if quota::is_taken(context.account().iam.roles.keys(), name) {
        return Err(already_exists(format!("Role with name {name} already exists.")));
    }
    quota::check_room(context.account().iam.counted_roles(), "RolesPerAccount", quota::ROLES)?;
    let role = Role { longest_session, description, boundary, tags, ..Role::new(context, name, &path, trust) };
    let mut shown = role.render_whole();
    // A role that has just been made has not been used, and CreateRole does not say so.
    shown["RoleLastUsed"] = Value::Null;
    context.account().iam.roles.insert(name.to_owned(), role);
    Ok(json!({ "Role": shown }))
}

pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    Ok(json!({ "Role": Role::find(&context.account().iam, input)?.render_whole() }))
}

pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let prefix = input.text("PathPrefix").unwrap_or("/");
    let roles = context.account().iam.roles.values().filter(|role| role.path.starts_with(prefix));
    paged(input, "Roles", roles.map(|role| (role.name.clone(), role.render())).collect())
}

/// Description and longest session; what is not given is taken away.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html>
pub(super) fn update(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (description, longest_session) = (listing::description(input)?, session_duration(input)?);
    let role = Role::find_mut(&mut context.account().iam, input)?;
    if input.has("Description") {
        role.description = description;
    }
    role.longest_session = longest_session.unwrap_or(3600);
    Ok(json!({}))
}

pub(super) fn update_description(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    input.required("Description")?;
    let description = listing::description(input)?;
    let role = Role::find_mut(&mut context.account().iam, input)?;
    role.description = description;
    Ok(json!({ "Role": role.render() }))
}

pub(super) fn update_assume_role_policy(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let document = input.required("PolicyDocument")?;
    Role::find_mut(&mut context.account().iam, input)?;
    check_trust(context, document)?;
    document.clone_into(&mut Role::find_mut(&mut context.account().iam, input)?.trust);
    Ok(Value::Null)
}

/// Its sessions end with it.
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let iam = &mut context.account().iam;
    let role = Role::find_mut(iam, input)?.clone();
    if iam.instance_profiles.values().any(|profile| profile.role.as_ref() == Some(&role.name)) {
        return Err(delete_conflict("Cannot delete entity, must remove roles from instance profile first."));
    }
    role.permissions.check_none()?;
    iam.roles.remove(&role.name);
    sts::end_sessions_of(context.world, &role.id);
    Ok(Value::Null)
}

pub(super) fn put_boundary(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    input.required("PermissionsBoundary")?;
    let boundary = policy::boundary(&context.account().iam, input)?;
    Role::find_mut(&mut context.account().iam, input)?.boundary = boundary;
    Ok(Value::Null)
}

pub(super) fn delete_boundary(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let role = Role::find_mut(&mut context.account().iam, input)?;
    let missing = || no_such_entity(format!("The role {} has no permissions boundary.", role.name));
    role.boundary.take().map(|_| Value::Null).ok_or_else(missing)
}
