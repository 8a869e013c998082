//! IAM's operations, by name.

use super::group::{self, Group};
use super::holder;
use super::instance_profile::{self, InstanceProfile};
use super::oidc_provider::{self, OidcProvider};
use super::policy::{self, Policy};
use super::role::Role;
use super::user::{self, User};
use super::{
    access_key, account_alias, policy_listing, policy_version, quota, role_calls, service_linked_role, tagging,
};
use crate::model::context::Handler;

/// The operation of that name, if it is simulated.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    role(operation).or_else(|| policy(operation)).or_else(|| user(operation)).or_else(|| other(operation))
}

fn role(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CreateRole" => role_calls::create,
        "GetRole" => role_calls::get,
        "ListRoles" => role_calls::list,
        "UpdateRole" => role_calls::update,
        "UpdateRoleDescription" => role_calls::update_description,
        "UpdateAssumeRolePolicy" => role_calls::update_assume_role_policy,
        "DeleteRole" => role_calls::delete,
        "PutRolePermissionsBoundary" => role_calls::put_boundary,
        "DeleteRolePermissionsBoundary" => role_calls::delete_boundary,
        "TagRole" => tagging::tag::<Role>,
        "UntagRole" => tagging::untag::<Role>,
        "ListRoleTags" => tagging::list::<Role>,
        "PutRolePolicy" => holder::put::<Role>,
        "GetRolePolicy" => holder::get::<Role>,
        "DeleteRolePolicy" => holder::delete::<Role>,
        "ListRolePolicies" => holder::list::<Role>,
        "AttachRolePolicy" => holder::attach::<Role>,
        "DetachRolePolicy" => holder::detach::<Role>,
        "ListAttachedRolePolicies" => holder::list_attached::<Role>,
        "CreateServiceLinkedRole" => service_linked_role::create,
        "DeleteServiceLinkedRole" => service_linked_role::delete,
        "GetServiceLinkedRoleDeletionStatus" => service_linked_role::deletion_status,
        _ => return None,
    })
}

fn policy(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CreatePolicy" => policy::create,
        "GetPolicy" => policy::get,
        "DeletePolicy" => policy::delete,
        "ListPolicies" => policy_listing::list,
        "ListEntitiesForPolicy" => policy_listing::list_entities,
        "CreatePolicyVersion" => policy_version::create,
        "GetPolicyVersion" => policy_version::get,
        "ListPolicyVersions" => policy_version::list,
        "SetDefaultPolicyVersion" => policy_version::set_default,
        "DeletePolicyVersion" => policy_version::delete,
        "TagPolicy" => tagging::tag::<Policy>,
        "UntagPolicy" => tagging::untag::<Policy>,
        "ListPolicyTags" => tagging::list::<Policy>,
        _ => return None,
    })
}

fn user(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CreateUser" => user::create,
        "GetUser" => user::get,
        "ListUsers" => user::list,
        "DeleteUser" => user::delete,
        "PutUserPermissionsBoundary" => user::put_boundary,
        "DeleteUserPermissionsBoundary" => user::delete_boundary,
        "TagUser" => tagging::tag::<User>,
        "UntagUser" => tagging::untag::<User>,
        "ListUserTags" => tagging::list::<User>,
        "PutUserPolicy" => holder::put::<User>,
        "GetUserPolicy" => holder::get::<User>,
        "DeleteUserPolicy" => holder::delete::<User>,
        "ListUserPolicies" => holder::list::<User>,
        "AttachUserPolicy" => holder::attach::<User>,
        "DetachUserPolicy" => holder::detach::<User>,
        "ListAttachedUserPolicies" => holder::list_attached::<User>,
        "CreateAccessKey" => access_key::create,
        "ListAccessKeys" => access_key::list,
        "UpdateAccessKey" => access_key::update,
        "DeleteAccessKey" => access_key::delete,
        "CreateGroup" => group::create,
        "GetGroup" => group::get,
        "ListGroups" => group::list,
        "ListGroupsForUser" => group::list_for_user,
        "DeleteGroup" => group::delete,
        "AddUserToGroup" => group::add_user,
        "RemoveUserFromGroup" => group::remove_user,
        "PutGroupPolicy" => holder::put::<Group>,
        "GetGroupPolicy" => holder::get::<Group>,
        "DeleteGroupPolicy" => holder::delete::<Group>,
        "ListGroupPolicies" => holder::list::<Group>,
        "AttachGroupPolicy" => holder::attach::<Group>,
        "DetachGroupPolicy" => holder::detach::<Group>,
        "ListAttachedGroupPolicies" => holder::list_attached::<Group>,
        _ => return None,
    })
}

fn other(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CreateInstanceProfile" => instance_profile::create,
        "GetInstanceProfile" => instance_profile::get,
        "ListInstanceProfiles" => instance_profile::list,
        "ListInstanceProfilesForRole" => instance_profile::list_for_role,
        "DeleteInstanceProfile" => instance_profile::delete,
        "AddRoleToInstanceProfile" => instance_profile::add_role,
        "RemoveRoleFromInstanceProfile" => instance_profile::remove_role,
        "TagInstanceProfile" => tagging::tag::<InstanceProfile>,
        "UntagInstanceProfile" => tagging::untag::<InstanceProfile>,
        "ListInstanceProfileTags" => tagging::list::<InstanceProfile>,
        "CreateOpenIDConnectProvider" => oidc_provider::create,
        "GetOpenIDConnectProvider" => oidc_provider::get,
        "ListOpenIDConnectProviders" => oidc_provider::list,
        "DeleteOpenIDConnectProvider" => oidc_provider::delete,
        "AddClientIDToOpenIDConnectProvider" => oidc_provider::add_client,
        "RemoveClientIDFromOpenIDConnectProvider" => oidc_provider::remove_client,
        "UpdateOpenIDConnectProviderThumbprint" => oidc_provider::update_thumbprints,
        "TagOpenIDConnectProvider" => tagging::tag::<OidcProvider>,
        "UntagOpenIDConnectProvider" => tagging::untag::<OidcProvider>,
        "ListOpenIDConnectProviderTags" => tagging::list::<OidcProvider>,
        "CreateAccountAlias" => account_alias::create,
        "ListAccountAliases" => account_alias::list,
        "DeleteAccountAlias" => account_alias::delete,
        "GetAccountSummary" => quota::summary,
        _ => return None,
    })
}
