//! Policies that let other services of AWS write lines. They are kept, not evaluated.

use serde_json::{Value, json};

use super::{invalid, paged};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html>
const MOST: usize = 10;

/// A policy of the account in a region.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct ResourcePolicy {
    document: String,
    /// Milliseconds since 1970.
    updated: i64,
}

impl ResourcePolicy {
    fn render(&self, name: &str) -> Value {
        json!({
            "policyName": name, "policyDocument": self.document, "lastUpdatedTime": self.updated,
            "policyScope": "ACCOUNT",
        })
    }
}

pub(super) fn put(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (name, document) = (input.required("policyName")?, input.required("policyDocument")?);
    if serde_json::from_str::<Value>(document).is_ok_and(|policy| policy["Statement"].is_array()) {
        let policy = ResourcePolicy { document: document.to_owned(), updated: context.now.timestamp_millis() };
        let policies = &mut context.region().logs.resource_policies;
        if !policies.contains_key(name) && policies.len() >= MOST {
            return Err(AwsError::new("LimitExceededException", "Resource limit exceeded."));
        }
        let shown = policy.render(name);
        policies.insert(name.to_owned(), policy);
        return Ok(json!({ "resourcePolicy": shown }));
    }
    Err(invalid("Invalid resource policy: the policy document is not a valid JSON policy."))
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let policies = context.region().logs.resource_policies.iter();
    let rows = policies.map(|(name, policy)| (name.clone(), policy.render(name))).collect();
    paged(input, "resourcePolicies", rows, 50)
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("policyName")?;
    let absent = || AwsError::new("ResourceNotFoundException", format!("Policy with name [{name}] does not exist"));
    context.region().logs.resource_policies.remove(name).map(|_| Value::Null).ok_or_else(absent)
}
