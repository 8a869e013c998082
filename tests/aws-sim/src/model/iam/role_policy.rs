//! What a role may do: inline policies, and managed policies that are attached.

use serde_json::{Value, json};

use super::listing::{self, paged};
use super::managed_policy;
use super::policy_document::{self, Purpose};
use super::refusal::{delete_conflict, limit_exceeded, no_such_entity};
use super::role::Role;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// Managed policies for one role. <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const ATTACHED: usize = 10;

pub(super) fn put(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = listing::name(input, "PolicyName", 128)?;
    let document = input.required("PolicyDocument")?;
    let role = context.account().iam.role_mut(input)?;
    policy_document::check(document, Purpose::Permissions)?;
    role.policies.insert(name.to_owned(), document.to_owned());
    Ok(Value::Null)
}

pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("PolicyName")?;
    let role = context.account().iam.role(input)?;
    let document = role.policies.get(name).ok_or_else(|| no_such_policy(name))?;
    let document = policy_document::encoded(document);
    Ok(json!({ "RoleName": role.name, "PolicyName": name, "PolicyDocument": document }))
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("PolicyName")?;
    let removed = context.account().iam.role_mut(input)?.policies.remove(name);
    removed.map(|_| Value::Null).ok_or_else(|| no_such_policy(name))
}

pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let role = context.account().iam.role(input)?;
    paged(input, "PolicyNames", role.policies.keys().map(|name| (name.clone(), json!(name))).collect())
}

/// Attaching twice is no error.
pub(super) fn attach(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let arn = input.required("PolicyArn")?;
    let role = context.account().iam.role_mut(input)?;
    if !arn.starts_with("arn:") {
        let message = format!("ARN {arn} is not valid.");
        return Err(AwsError::new("InvalidInput", message));
    }
    if !managed_policy::is_known(arn) {
        return Err(no_such_entity(format!("Policy {arn} does not exist or is not attachable.")));
    }
    if !role.attached.iter().any(|have| have == arn) {
        if role.attached.len() == ATTACHED {
            return Err(limit_exceeded("Cannot exceed quota for PoliciesPerRole: 10"));
        }
        role.attached.push(arn.to_owned());
    }
    Ok(Value::Null)
}

pub(super) fn detach(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let arn = input.required("PolicyArn")?;
    let attached = &mut context.account().iam.role_mut(input)?.attached;
    let place = attached.iter().position(|have| have == arn);
    let place = place.ok_or_else(|| no_such_entity(format!("Policy {arn} was not found.")))?;
    attached.remove(place);
    Ok(Value::Null)
}

pub(super) fn list_attached(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let role = context.account().iam.role(input)?;
    let mut arns = role.attached.clone();
    arns.sort();
    let row = |arn: String| {
        let name = arn.rsplit('/').next().unwrap_or_default().to_owned();
        (arn.clone(), json!({ "PolicyName": name, "PolicyArn": arn }))
    };
    paged(input, "AttachedPolicies", arns.into_iter().map(row).collect())
}

/// A role with policies cannot be deleted.
pub(super) fn check_none(role: &Role) -> Result<(), AwsError> {
    if !role.attached.is_empty() {
        return Err(delete_conflict("Cannot delete entity, must detach all policies first."));
    }
    if !role.policies.is_empty() {
        return Err(delete_conflict("Cannot delete entity, must delete policies first."));
    }
    Ok(())
}

fn no_such_policy(name: &str) -> AwsError {
    no_such_entity(format!("The role policy with name {name} cannot be found."))
}
