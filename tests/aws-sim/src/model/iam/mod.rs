//! IAM: roles, their policies, and instance profiles. Global to the account.

mod instance_profile;
mod listing;
mod managed_policy;
mod policy_document;
mod refusal;
mod role;
mod role_policy;

use std::collections::BTreeMap;

pub(crate) use instance_profile::InstanceProfile;
pub(crate) use role::Role;

use super::context::Handler;
use super::inventory::Item;

/// What IAM has in one account, by name.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct State {
    roles: BTreeMap<String, Role>,
    instance_profiles: BTreeMap<String, InstanceProfile>,
}

impl State {
    /// The id of the role with that name.
    pub(crate) fn role_id(&self, name: &str) -> Option<String> {
        self.roles.get(name).map(|role| role.id.clone())
    }

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
        role.is_some_and(|role| role.attached.iter().any(|arn| arn.rsplit('/').next() == Some(policy)))
    }
}

/// The operation of that name, if it is simulated.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CreateRole" => role::create,
        "GetRole" => role::get,
        "ListRoles" => role::list,
        "DeleteRole" => role::delete,
        "UpdateAssumeRolePolicy" => role::update_assume_role_policy,
        "CreateServiceLinkedRole" => role::create_service_linked,
        "TagRole" => role::tag,
        "UntagRole" => role::untag,
        "ListRoleTags" => role::list_tags,
        "PutRolePolicy" => role_policy::put,
        "GetRolePolicy" => role_policy::get,
        "DeleteRolePolicy" => role_policy::delete,
        "ListRolePolicies" => role_policy::list,
        "AttachRolePolicy" => role_policy::attach,
        "DetachRolePolicy" => role_policy::detach,
        "ListAttachedRolePolicies" => role_policy::list_attached,
        "CreateInstanceProfile" => instance_profile::create,
        "GetInstanceProfile" => instance_profile::get,
        "ListInstanceProfiles" => instance_profile::list,
        "ListInstanceProfilesForRole" => instance_profile::list_for_role,
        "DeleteInstanceProfile" => instance_profile::delete,
        "AddRoleToInstanceProfile" => instance_profile::add_role,
        "RemoveRoleFromInstanceProfile" => instance_profile::remove_role,
        "TagInstanceProfile" => instance_profile::tag,
        "UntagInstanceProfile" => instance_profile::untag,
        "ListInstanceProfileTags" => instance_profile::list_tags,
        _ => return None,
    })
}

/// What exists.
pub(crate) fn inventory(state: &State) -> Vec<Item> {
    let roles = state.roles.values().map(Role::item);
    roles.chain(state.instance_profiles.values().map(InstanceProfile::item)).collect()
}
