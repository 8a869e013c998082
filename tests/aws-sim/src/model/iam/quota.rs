//! How much of everything an account may have, and how large documents may be.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>

use serde_json::{Value, json};

use super::State;
use super::policy_document;
use super::refusal::limit_exceeded;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

pub(super) const ROLES: usize = 1000;
pub(super) const INSTANCE_PROFILES: usize = 1000;
pub(super) const POLICIES: usize = 1500;
pub(super) const USERS: usize = 5000;
pub(super) const GROUPS: usize = 300;
pub(super) const GROUPS_PER_USER: usize = 10;
pub(super) const ACCESS_KEYS_PER_USER: usize = 2;
pub(super) const VERSIONS_PER_POLICY: usize = 5;
/// Characters without white space.
pub(super) const ROLE_INLINE_SIZE: usize = 10_240;
pub(super) const USER_INLINE_SIZE: usize = 2048;
pub(super) const GROUP_INLINE_SIZE: usize = 5120;
const MANAGED_SIZE: usize = 6144;
const TRUST_SIZE: usize = 2048;

/// Whether there is room for one more of what the quota's name says.
pub(super) fn check_room(have: usize, quota: &str, most: usize) -> Result<(), AwsError> {
    if have < most { Ok(()) } else { Err(limit_exceeded(&format!("Cannot exceed quota for {quota}: {most}"))) }
}

pub(super) fn check_managed_size(document: &str) -> Result<(), AwsError> {
    check_size(document, "PolicySize", MANAGED_SIZE)
}

pub(super) fn check_trust_size(document: &str) -> Result<(), AwsError> {
    check_size(document, "ACLSizePerRole", TRUST_SIZE)
}

fn check_size(document: &str, quota: &str, most: usize) -> Result<(), AwsError> {
    if policy_document::size(document) <= most {
        return Ok(());
    }
    Err(limit_exceeded(&format!("Cannot exceed quota for {quota}: {most}")))
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html>
pub(super) fn summary(context: &mut Context<'_>, _input: &Input<'_>) -> Answer {
    let iam = &context.account().iam;
    let versions: usize = iam.policies.values().map(|policy| policy.versions.len()).sum();
    let rows: Vec<Value> = [
        ("AccessKeysPerUserQuota", ACCESS_KEYS_PER_USER),
        ("AccountAccessKeysPresent", 1),
        ("AccountMFAEnabled", 0),
        ("AccountPasswordPresent", 1),
        ("AccountSigningCertificatesPresent", 0),
        ("AssumeRolePolicySizeQuota", TRUST_SIZE),
        ("AttachedPoliciesPerGroupQuota", 10),
        ("AttachedPoliciesPerRoleQuota", 10),
        ("AttachedPoliciesPerUserQuota", 10),
        ("GlobalEndpointTokenVersion", 1),
        ("GroupPolicySizeQuota", GROUP_INLINE_SIZE),
        ("Groups", iam.groups.len()),
        ("GroupsPerUserQuota", GROUPS_PER_USER),
        ("GroupsQuota", GROUPS),
        ("InstanceProfiles", iam.instance_profiles.len()),
        ("InstanceProfilesQuota", INSTANCE_PROFILES),
        ("MFADevices", 0),
        ("MFADevicesInUse", 0),
        ("Policies", iam.policies.len()),
        ("PoliciesQuota", POLICIES),
        ("PolicySizeQuota", MANAGED_SIZE),
        ("PolicyVersionsInUse", versions),
        ("PolicyVersionsInUseQuota", 10_000),
        ("Providers", iam.oidc_providers.len()),
        ("RolePolicySizeQuota", ROLE_INLINE_SIZE),
        ("Roles", iam.roles.len()),
        ("RolesQuota", ROLES),
        ("ServerCertificates", 0),
        ("ServerCertificatesQuota", 20),
        ("SigningCertificatesPerUserQuota", 2),
        ("UserPolicySizeQuota", USER_INLINE_SIZE),
        ("Users", iam.users.len()),
        ("UsersQuota", USERS),
        ("VersionsPerPolicyQuota", VERSIONS_PER_POLICY),
    ]
    .into_iter()
    .map(|(key, value)| json!({"key": key, "value": value}))
    .collect();
    Ok(json!({ "SummaryMap/entry": rows }))
}

/// How many names are taken, without regard to case.
pub(super) fn is_taken<'a>(names: impl IntoIterator<Item = &'a String>, name: &str) -> bool {
    names.into_iter().any(|taken| taken.eq_ignore_ascii_case(name))
}

impl State {
    /// Roles that count towards the quota: those that services made do not.
    pub(super) fn counted_roles(&self) -> usize {
        self.roles.values().filter(|role| !role.is_service_linked()).count()
    }
}
