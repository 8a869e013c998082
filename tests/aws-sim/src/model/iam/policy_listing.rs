//! Which policies there are, and who has them.

use serde_json::{Value, json};

use super::group::Group;
use super::holder::Holder;
use super::listing::paged;
use super::policy::{self, Found};
use super::role::Role;
use super::user::User;
use super::{State, managed_policy};
use crate::model::context::Context;
use crate::model::error::Answer;
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicies.html>
pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let scope = input.text("Scope").unwrap_or("All");
    let (prefix, only_attached) = (input.text("PathPrefix").unwrap_or("/"), input.flag("OnlyAttached")?);
    let usage = input.text("PolicyUsageFilter");
    let iam = &context.account().iam;
    let own = iam.policies.values().filter(|_| scope != "AWS").map(|policy| (&policy.arn, Found::Own(policy)));
    let of_aws = managed_policy::all().filter(|_| scope != "Local").map(|(arn, policy)| (arn, Found::Aws(policy)));
    let is_asked = |arn: &str| {
        let used = match usage {
            Some("PermissionsBoundary") => iam.bounded_by(arn),
            Some(_) | None => iam.attachments(arn),
        };
        managed_policy::path_of(arn).starts_with(prefix) && (only_attached != Some(true) || used > 0)
    };
    let asked = own.chain(of_aws).filter(|(arn, _)| is_asked(arn));
    paged(input, "Policies", asked.map(|(arn, found)| (arn.clone(), found.render(iam))).collect())
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListEntitiesForPolicy.html>
pub(super) fn list_entities(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let arn = input.required("PolicyArn")?;
    let (kind, prefix) = (input.text("EntityFilter"), input.text("PathPrefix").unwrap_or("/"));
    let as_boundary = input.text("PolicyUsageFilter") == Some("PermissionsBoundary");
    let iam = &context.account().iam;
    policy::find(iam, input)?;
    let has = |attached: &[String], boundary: Option<&String>| {
        if as_boundary { boundary.is_some_and(|have| have == arn) } else { attached.iter().any(|have| have == arn) }
    };
    let mut rows = Vec::new();
    if kind.is_none_or(|kind| kind == "Group") {
        let held = iam.groups.values().filter(|group| has(&group.permissions.attached, None));
        rows.extend(entities::<Group>(held, "Group", prefix));
    }
    if kind.is_none_or(|kind| kind == "Role") {
        let held = iam.roles.values().filter(|role| has(&role.permissions.attached, role.boundary.as_ref()));
        rows.extend(entities::<Role>(held, "Role", prefix));
    }
    if kind.is_none_or(|kind| kind == "User") {
        let held = iam.users.values().filter(|user| has(&user.permissions.attached, user.boundary.as_ref()));
        rows.extend(entities::<User>(held, "User", prefix));
    }
    let mut page = paged(input, "Entities", rows)?;
    let entities = page["Entities"].take();
    let of = |kind: &str| -> Vec<Value> {
        entities.as_array().into_iter().flatten().map(|one| one[kind].clone()).filter(|one| !one.is_null()).collect()
    };
    Ok(json!({
        "PolicyGroups": of("Group"), "PolicyUsers": of("User"), "PolicyRoles": of("Role"),
        "IsTruncated": page["IsTruncated"], "Marker": page["Marker"],
    }))
}

fn entities<'a, H: Holder + 'a>(
    holders: impl Iterator<Item = &'a H>,
    kind: &'static str,
    prefix: &str,
) -> Vec<(String, Value)> {
    let asked = holders.filter(|holder| holder.path().starts_with(prefix));
    let render = |holder: &H| {
        let shown = json!({format!("{kind}Name"): holder.name(), format!("{kind}Id"): holder.id()});
        (format!("{kind} {}", holder.name()), json!({ kind: shown }))
    };
    asked.map(render).collect()
}

impl State {
    /// How many roles, users and groups have a policy.
    pub(super) fn attachments(&self, arn: &str) -> usize {
        let roles = self.roles.values().map(|role| &role.permissions);
        let users = self.users.values().map(|user| &user.permissions);
        let groups = self.groups.values().map(|group| &group.permissions);
        roles.chain(users).chain(groups).filter(|held| held.attached.iter().any(|have| have == arn)).count()
    }

    /// How many roles and users a policy bounds.
    pub(super) fn bounded_by(&self, arn: &str) -> usize {
        let roles = self.roles.values().map(|role| &role.boundary);
        let users = self.users.values().map(|user| &user.boundary);
        roles.chain(users).filter(|boundary| boundary.as_deref() == Some(arn)).count()
    }
}
