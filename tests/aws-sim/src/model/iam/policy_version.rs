//! The versions of managed policies: up to five, one of which is in force.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html>

use serde_json::{Value, json};

use super::listing::paged;
use super::policy::{self, Found, Policy, Version};
use super::policy_document::{self, Purpose};
use super::quota;
use super::refusal::{delete_conflict, limit_exceeded, no_such_entity, validation};
use crate::model::clock::iso;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let document = input.required("PolicyDocument")?;
    let becomes_default = input.flag("SetAsDefault")?.unwrap_or(false);
    let now = context.now;
    let policy = policy::own_mut(&mut context.account().iam, input)?;
    policy_document::check(document, Purpose::Permissions)?;
    quota::check_managed_size(document)?;
    if policy.versions.len() == quota::VERSIONS_PER_POLICY {
        return Err(limit_exceeded(
            "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing \
             version.",
        ));
    }
    policy.numbered += 1;
    policy.updated = now;
    if becomes_default {
        policy.default = policy.numbered;
    }
    let version = Version { document: document.to_owned(), created: now };
    policy.versions.insert(policy.numbered, version.clone());
    Ok(json!({ "PolicyVersion": render(policy, policy.numbered, &version) }))
}

pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let wanted = input.required("VersionId")?;
    let shown = match policy::find(&context.account().iam, input)? {
        Found::Own(policy) => {
            let number = number(policy, wanted)?;
            let version = policy.versions.get(&number).ok_or_else(|| no_such_version(&policy.arn, wanted))?;
            let mut shown = render(policy, number, version);
            shown["Document"] = json!(policy_document::encoded(&version.document));
            shown
        }
        Found::Aws(policy) if policy.version == wanted => {
            let mut shown = policy.render_version();
            shown["Document"] = json!(policy_document::encoded(&policy.document()));
            shown
        }
        Found::Aws(policy) => return Err(no_such_version(&policy.arn(), wanted)),
    };
    Ok(json!({ "PolicyVersion": shown }))
}

/// Newest first.
pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let rows = match policy::find(&context.account().iam, input)? {
        Found::Own(policy) => {
            let newest_first = policy.versions.iter().rev();
            let key = |number: &u64| format!("{:020}", u64::MAX - number);
            newest_first.map(|(number, version)| (key(number), render(policy, *number, version))).collect()
        }
        Found::Aws(policy) => vec![(policy.version.clone(), policy.render_version())],
    };
    paged(input, "Versions", rows)
}

pub(super) fn set_default(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let wanted = input.required("VersionId")?;
    let now = context.now;
    let policy = policy::own_mut(&mut context.account().iam, input)?;
    policy.default = number(policy, wanted)?;
    policy.updated = now;
    Ok(Value::Null)
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let wanted = input.required("VersionId")?;
    let now = context.now;
    let policy = policy::own_mut(&mut context.account().iam, input)?;
    let number = number(policy, wanted)?;
    if number == policy.default {
        return Err(delete_conflict("Cannot delete the default version of a policy."));
    }
    policy.versions.remove(&number);
    policy.updated = now;
    Ok(Value::Null)
}

/// The number in `v3`, if there is such a version.
fn number(policy: &Policy, wanted: &str) -> Result<u64, AwsError> {
    let digits = wanted.strip_prefix('v').filter(|digits| digits.starts_with(|one: char| ('1'..='9').contains(&one)));
    let number = digits.and_then(|digits| digits.parse::<u64>().ok()).ok_or_else(|| {
        let pattern = "v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?";
        let constraint = format!("Member must satisfy regular expression pattern: {pattern}");
        validation("versionId", wanted, &constraint)
    })?;
    if !policy.versions.contains_key(&number) {
        return Err(no_such_version(&policy.arn, wanted));
    }
    Ok(number)
}

fn render(policy: &Policy, number: u64, version: &Version) -> Value {
    json!({
        "VersionId": format!("v{number}"),
        "IsDefaultVersion": number == policy.default,
        "CreateDate": iso(version.created),
    })
}

fn no_such_version(arn: &str, version: &str) -> AwsError {
    no_such_entity(format!("Policy {arn} version {version} does not exist or is not attachable."))
}
