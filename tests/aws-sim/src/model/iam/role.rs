//! Roles: what services, users and sessions of other accounts may take on.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::holder::{Holder, Permissions};
use super::policy_document::{self, Purpose};
use super::refusal::validation;
use super::tagging::{self, Tagged};
use super::{State, quota};
use crate::model::clock::{Moment, iso};
use crate::model::context::Context;
use crate::model::error::AwsError;
use crate::model::input::Input;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// A role.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Role {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(super) path: String,
    /// The trust policy.
    pub(crate) trust: String,
    pub(super) description: Option<String>,
    /// Seconds.
    pub(crate) longest_session: i64,
    pub(crate) created: Moment,
    pub(crate) permissions: Permissions,
    /// ARN of the policy that bounds what the role may do.
    pub(crate) boundary: Option<String>,
    pub(super) last_used: Option<LastUse>,
    pub(crate) tags: Tags,
}

/// When and where a role was taken on last.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct LastUse {
    pub(super) at: Moment,
    pub(super) region: String,
}

impl Role {
    pub(super) fn new(context: &mut Context<'_>, name: &str, path: &str, trust: &str) -> Self {
        Self {
            name: name.to_owned(),
            id: context.world.ids.capitals("AROA", 17),
            arn: context.global_arn("iam", &format!("role{path}{name}")),
            path: path.to_owned(),
            trust: trust.to_owned(),
            description: None,
            longest_session: 3600,
            created: context.now,
            permissions: Permissions::default(),
            boundary: None,
            last_used: None,
            tags: Tags::default(),
        }
    }

    pub(super) fn item(&self) -> Item {
        let item = Item::new("iam", "roles", &self.arn, &self.tags, "available").named(&self.name);
        let (inline, attached) = (self.permissions.inline.len(), self.permissions.attached.len());
        item.with("inline_policies", inline).with("attached_policies", attached)
    }

    /// Whether a service of AWS may take it.
    pub(crate) fn trusts(&self, service: &str) -> bool {
        policy_document::lets_service_in(&self.trust, service)
    }

    /// Whether only AWS may change it.
    pub(super) fn is_service_linked(&self) -> bool {
        self.path.starts_with("/aws-service-role/")
    }

    /// As listings show it: without tags, boundary and last use.
    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html>
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

    pub(super) fn render_whole(&self) -> Value {
        let mut tree = self.render();
        tree["PermissionsBoundary"] = render_boundary(self.boundary.as_deref());
        tree["Tags"] = tagging::shown(&self.tags);
        let used = |last: &LastUse| json!({"LastUsedDate": iso(last.at), "Region": last.region});
        tree["RoleLastUsed"] = self.last_used.as_ref().map_or_else(|| json!({}), used);
        tree
    }
}

impl Holder for Role {
    const KIND: &'static str = "role";
    const MEMBER: &'static str = "RoleName";
    const INLINE_SIZE: usize = quota::ROLE_INLINE_SIZE;

    fn all(state: &State) -> &BTreeMap<String, Self> {
        &state.roles
    }

    fn all_mut(state: &mut State) -> &mut BTreeMap<String, Self> {
        &mut state.roles
    }

    fn permissions(&self) -> &Permissions {
        &self.permissions
    }

    fn permissions_mut(&mut self) -> &mut Permissions {
        &mut self.permissions
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn path(&self) -> &str {
        &self.path
    }

    fn id(&self) -> &str {
        &self.id
    }

    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html>
    fn check_changeable(&self) -> Result<(), AwsError> {
        if !self.is_service_linked() {
            return Ok(());
        }
        let message = format!(
            "Cannot perform the operation on the protected role '{}' - this role is only modifiable by AWS",
            self.name
        );
        Err(AwsError::new("UnmodifiableEntity", message))
    }
}

impl Tagged for Role {
    fn tags<'a>(state: &'a State, input: &Input<'_>) -> Result<&'a Tags, AwsError> {
        Self::find(state, input).map(|role| &role.tags)
    }

    fn tags_mut<'a>(state: &'a mut State, input: &Input<'_>) -> Result<&'a mut Tags, AwsError> {
        Self::find_mut(state, input).map(|role| &mut role.tags)
    }
}

/// The ARN of a boundary as roles and users show it.
pub(super) fn render_boundary(arn: Option<&str>) -> Value {
    arn.map_or(Value::Null, |arn| json!({"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}))
}

/// Checks a trust policy: its size, its grammar, and that those whom it names exist.
pub(super) fn check_trust(context: &mut Context<'_>, document: &str) -> Result<(), AwsError> {
    let parsed = policy_document::check(document, Purpose::Trust)?;
    let world = &context.world;
    policy_document::check_principals(&parsed, |arn| super::principal_exists(world, arn))?;
    quota::check_trust_size(document)
}

pub(super) fn session_duration(input: &Input<'_>) -> Result<Option<i64>, AwsError> {
    let asked = input.int("MaxSessionDuration")?;
    let unfit = |seconds: i64, constraint: &str| validation("maxSessionDuration", &seconds.to_string(), constraint);
    match asked {
        Some(short @ ..3600) => Err(unfit(short, "Member must have value greater than or equal to 3600")),
        Some(long @ 43_201..) => Err(unfit(long, "Member must have value less than or equal to 43200")),
        fine => Ok(fine),
    }
}
