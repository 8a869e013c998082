//! IAM: roles, users and groups, their policies, and instance profiles. Global to the account.

mod access_key;
mod account_alias;
mod assumption;
mod group;
mod holder;
mod instance_profile;
mod listing;
mod managed_policy;
mod oidc_provider;
mod operations;
mod policy;
mod policy_document;
mod policy_listing;
mod policy_version;
mod quota;
mod refusal;
mod role;
mod role_calls;
mod service_linked_role;
mod tagging;
mod user;

use std::collections::BTreeMap;

pub(crate) use assumption::{TASKS, can_be_assumed_by, is_known_everywhere, profile_known_to_ec2};
pub(crate) use group::Group;
pub(crate) use instance_profile::InstanceProfile;
pub(crate) use operations::handler;
pub(crate) use policy::Policy;
pub(crate) use policy_document::{Caller, Facts, lets_in};
pub(crate) use role::Role;
pub(crate) use service_linked_role::ensure as ensure_service_linked_role;
pub(crate) use user::User;

use super::clock::Moment;
use super::context::Context;
use super::inventory::Item;
use super::world::World;

/// What IAM has in one account; roles, users, groups and profiles by name, policies and providers by ARN.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct State {
    roles: BTreeMap<String, Role>,
    users: BTreeMap<String, User>,
    groups: BTreeMap<String, Group>,
    policies: BTreeMap<String, Policy>,
    instance_profiles: BTreeMap<String, InstanceProfile>,
    oidc_providers: BTreeMap<String, oidc_provider::OidcProvider>,
    alias: Option<String>,
    /// Deletions of service-linked roles, by task.
    deletions: BTreeMap<String, service_linked_role::Deletion>,
}

/// What happens by itself.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) enum Event {
    /// A service-linked role goes, if nothing uses it.
    LinkedRoleGoes { task: String },
}

impl State {
    /// The role with that ARN.
    pub(crate) fn role_by_arn(&self, arn: &str) -> Option<&Role> {
        let name = arn.rsplit('/').next()?;
        self.roles.get(name).filter(|role| role.arn == arn)
    }

    /// The instance profile with that name or ARN.
    pub(crate) fn instance_profile(&self, name_or_arn: &str) -> Option<&InstanceProfile> {
        let name = name_or_arn.rsplit('/').next()?;
        let named = self.instance_profiles.get(name);
        named.filter(|profile| name_or_arn == name || profile.arn == name_or_arn)
    }

    /// Whether the role in a profile has a managed policy of that name attached.
    pub(crate) fn profile_has_policy(&self, profile: &InstanceProfile, policy: &str) -> bool {
        let role = profile.role.as_ref().and_then(|name| self.roles.get(name));
        role.is_some_and(|role| role.permissions.attached.iter().any(|arn| arn.rsplit('/').next() == Some(policy)))
    }
}

/// The role with that ARN, in whatever account.
pub(crate) fn role_anywhere<'a>(world: &'a World, arn: &str) -> Option<&'a Role> {
    let account = arn.strip_prefix("arn:aws:iam::")?.split(':').next()?;
    let (_, found) = world.accounts().find(|(id, _)| ***id == *account)?;
    found.iam.role_by_arn(arn)
}

/// A role has been taken on.
pub(crate) fn role_used(context: &mut Context<'_>, account: &std::sync::Arc<str>, name: &str, at: Moment) {
    let region = context.place.region.to_string();
    if let Some(role) = context.world.account(account).iam.roles.get_mut(name) {
        role.last_used = Some(role::LastUse { at, region });
    }
}

/// Whether there is a role or user with that ARN; sessions count as long as their role exists.
fn principal_exists(world: &World, arn: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let [_, "aws", service @ ("iam" | "sts"), "", account, resource] = parts.as_slice() else { return false };
    let Some((_, found)) = world.accounts().find(|(id, _)| ***id == **account) else { return false };
    match (*service, resource.split_once('/')) {
        ("iam", Some(("role", _))) => found.iam.role_by_arn(arn).is_some(),
        ("iam", Some(("user", _))) => found.iam.users.values().any(|user| user.arn == arn),
        ("sts", Some(("assumed-role", session))) => {
            session.split_once('/').is_some_and(|(role, _)| found.iam.roles.contains_key(role))
        }
        ("sts", Some(("federated-user", _))) => true,
        _ => false,
    }
}

/// Lets an event happen.
pub(crate) fn on_event(context: &mut Context<'_>, event: Event) {
    match event {
        Event::LinkedRoleGoes { task } => service_linked_role::goes(context, &task),
    }
}

/// What exists. Service-linked roles are left out: services make them, and they stay.
pub(crate) fn inventory(state: &State) -> Vec<Item> {
    let roles = state.roles.values().filter(|role| !role.is_service_linked()).map(Role::item);
    let users = state.users.values().map(User::item).chain(state.groups.values().map(Group::item));
    let policies = state.policies.values().map(Policy::item);
    let profiles = state.instance_profiles.values().map(InstanceProfile::item);
    let providers = state.oidc_providers.values().map(oidc_provider::OidcProvider::item);
    roles.chain(users).chain(policies).chain(profiles).chain(providers).collect()
}
