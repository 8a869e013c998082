//! Managed policies: those that customers make, in up to five versions, next to those of AWS.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::listing;
use super::managed_policy::{self, Managed};
use super::policy_document::{self, Purpose};
use super::refusal::{already_exists, delete_conflict, invalid_input, no_such_entity};
use super::tagging::{self, Tagged};
use super::{State, quota};
use crate::model::clock::{Moment, iso};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// A policy that a customer manages.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Policy {
    pub(super) name: String,
    id: String,
    pub(super) arn: String,
    pub(super) path: String,
    description: Option<String>,
    pub(super) versions: BTreeMap<u64, Version>,
    pub(super) default: u64,
    /// The highest number that any version had; none is given twice.
    pub(super) numbered: u64,
    created: Moment,
    pub(super) updated: Moment,
    tags: Tags,
}

/// One state of a policy's document.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Version {
    pub(super) document: String,
    pub(super) created: Moment,
}

/// A policy, whoever manages it.
pub(super) enum Found<'a> {
    Own(&'a Policy),
    Aws(&'static Managed),
}

impl Policy {
    pub(super) fn item(&self) -> Item {
        Item::new("iam", "policies", &self.arn, &self.tags, "available").named(&self.name)
    }

    fn render(&self, attached: usize, bounded: usize) -> Value {
        json!({
            "PolicyName": self.name,
            "PolicyId": self.id,
            "Arn": self.arn,
            "Path": self.path,
            "DefaultVersionId": format!("v{}", self.default),
            "AttachmentCount": attached,
            "PermissionsBoundaryUsageCount": bounded,
            "IsAttachable": true,
            "CreateDate": iso(self.created),
            "UpdateDate": iso(self.updated),
        })
    }
}

impl Found<'_> {
    pub(super) fn render(&self, state: &State) -> Value {
        match self {
            Self::Own(policy) => policy.render(state.attachments(&policy.arn), state.bounded_by(&policy.arn)),
            Self::Aws(policy) => {
                let arn = policy.arn();
                policy.render(state.attachments(&arn), state.bounded_by(&arn))
            }
        }
    }
}

impl Tagged for Policy {
    fn tags<'a>(state: &'a State, input: &Input<'_>) -> Result<&'a Tags, AwsError> {
        let arn = input.required("PolicyArn")?;
        state.policies.get(arn).map(|policy| &policy.tags).ok_or_else(|| not_found(arn))
    }

    fn tags_mut<'a>(state: &'a mut State, input: &Input<'_>) -> Result<&'a mut Tags, AwsError> {
        own_mut(state, input).map(|policy| &mut policy.tags)
    }
}

/// The policy that a call names.
pub(super) fn find<'a>(state: &'a State, input: &Input<'_>) -> Result<Found<'a>, AwsError> {
    let arn = input.required("PolicyArn")?;
    check_arn(arn)?;
    let own = state.policies.get(arn).map(Found::Own);
    own.or_else(|| managed_policy::find(arn).map(Found::Aws)).ok_or_else(|| not_found(arn))
}

/// The policy that a call wants to change; those of AWS cannot be.
pub(super) fn own_mut<'a>(state: &'a mut State, input: &Input<'_>) -> Result<&'a mut Policy, AwsError> {
    let arn = input.required("PolicyArn")?;
    check_arn(arn)?;
    if managed_policy::is_of_aws(arn) {
        return Err(AwsError::new("AccessDenied", "Policy is outside your own account.").with_status(403));
    }
    state.policies.get_mut(arn).ok_or_else(|| not_found(arn))
}

pub(super) fn check_arn(arn: &str) -> Result<(), AwsError> {
    if arn.starts_with("arn:") && arn.contains(":policy/") {
        return Ok(());
    }
    Err(invalid_input(format!("ARN {arn} is not valid.")))
}

/// Whether roles, users and groups of the account may have it.
pub(super) fn is_attachable(state: &State, arn: &str) -> bool {
    state.policies.contains_key(arn) || managed_policy::find(arn).is_some_and(Managed::is_attachable)
}

/// The boundary that a call sets, which must be there.
pub(super) fn boundary(state: &State, input: &Input<'_>) -> Result<Option<String>, AwsError> {
    let Some(arn) = input.text("PermissionsBoundary") else { return Ok(None) };
    check_arn(arn)?;
    if !is_attachable(state, arn) {
        return Err(no_such_entity(format!("Scope ARN: {arn} does not exist or is not attachable.")));
    }
    Ok(Some(arn.to_owned()))
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html>
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = listing::name(input, "PolicyName", 128)?;
    let document = input.required("PolicyDocument")?;
    let (path, description, tags) = (listing::path(input)?, listing::description(input)?, tagging::read(input)?);
    policy_document::check(document, Purpose::Permissions)?;
    quota::check_managed_size(document)?;
    let (id, now) = (context.world.ids.capitals("ANPA", 17), context.now);
    let arn = context.global_arn("iam", &format!("policy{path}{name}"));
    let policies = &mut context.account().iam.policies;
    if quota::is_taken(policies.values().map(|policy| &policy.name), name) {
        let message = format!("A policy called {name} already exists. Duplicate names are not allowed.");
        return Err(already_exists(message));
    }
    quota::check_room(policies.len(), "PoliciesPerAccount", quota::POLICIES)?;
    let version = Version { document: document.to_owned(), created: now };
    let policy = Policy {
        name: name.to_owned(),
        id,
        arn: arn.clone(),
        path,
        description,
        versions: BTreeMap::from([(1, version)]),
        default: 1,
        numbered: 1,
        created: now,
        updated: now,
        tags,
    };
    let mut shown = policy.render(0, 0);
    shown["Tags"] = tagging::shown(&policy.tags);
    policies.insert(arn, policy);
    Ok(json!({ "Policy": shown }))
}

pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let iam = &context.account().iam;
    let found = find(iam, input)?;
    let mut shown = found.render(iam);
    if let Found::Own(policy) = &found {
        shown["Description"] = json!(policy.description);
    }
    shown["Tags"] = match &found {
        Found::Own(policy) => policy.tags.write("Key", "Value"),
        Found::Aws(_) => json!([]),
    };
    Ok(json!({ "Policy": shown }))
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let iam = &mut context.account().iam;
    let policy = own_mut(iam, input)?;
    let (arn, versions) = (policy.arn.clone(), policy.versions.len());
    if iam.attachments(&arn) + iam.bounded_by(&arn) > 0 {
        return Err(delete_conflict("Cannot delete a policy attached to entities."));
    }
    if versions > 1 {
        return Err(delete_conflict(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. \
             The default version is deleted with the policy.",
        ));
    }
    iam.policies.remove(&arn);
    Ok(Value::Null)
}

pub(super) fn not_found(arn: &str) -> AwsError {
    no_such_entity(format!("Policy {arn} was not found."))
}
