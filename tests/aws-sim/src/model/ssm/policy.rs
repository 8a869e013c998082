//! Policies of advanced parameters: when one ends, and what shall be told before that.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-policies.html>

use chrono::DateTime;
use serde_json::{Value, json};

use super::invalid;
use crate::model::clock::Moment;
use crate::model::error::AwsError;

const MOST: usize = 10;

/// One policy.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Policy {
    kind: String,
    text: String,
    /// When the parameter ends, for an expiration.
    pub(super) expires: Option<Moment>,
}

impl Policy {
    /// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterInlinePolicy.html>
    pub(super) fn render(&self) -> Value {
        json!({"PolicyText": self.text, "PolicyType": self.kind, "PolicyStatus": "Pending"})
    }
}

/// Reads a list of policies in JSON.
pub(super) fn read(text: &str) -> Result<Vec<Policy>, AwsError> {
    let list: Value = serde_json::from_str(text).map_err(|_| invalid("Policies must be a valid JSON array."))?;
    let list = list.as_array().ok_or_else(|| invalid("Policies must be a valid JSON array."))?;
    if list.len() > MOST {
        let message =
            "You specified more than the maximum number of allowed policies for the parameter. The maximum is 10.";
        return Err(AwsError::new("PoliciesLimitExceededException", message));
    }
    list.iter().map(read_one).collect()
}

fn read_one(policy: &Value) -> Result<Policy, AwsError> {
    let (kind, attributes) = (policy["Type"].as_str().unwrap_or_default(), &policy["Attributes"]);
    let wrong = |what: &str| {
        AwsError::new("InvalidPolicyAttributeException", format!("A policy attribute or its value is invalid: {what}."))
    };
    let number =
        |name: &str| attributes[name].as_str().and_then(|text| text.parse::<u32>().ok()).ok_or_else(|| wrong(name));
    let mut expires = None;
    match kind {
        "Expiration" => {
            let at = attributes["Timestamp"].as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
            expires = Some(at.ok_or_else(|| wrong("Timestamp"))?.to_utc());
        }
        "ExpirationNotification" => {
            number("Before")?;
        }
        "NoChangeNotification" => {
            number("After")?;
        }
        other => {
            let message = format!(
                "The policy type '{other}' isn't supported. Parameter Store supports the following policy types: \
                         Expiration, ExpirationNotification, and NoChangeNotification."
            );
            return Err(AwsError::new("InvalidPolicyTypeException", message));
        }
    }
    if matches!(kind, "ExpirationNotification" | "NoChangeNotification")
        && !matches!(attributes["Unit"].as_str(), Some("Days" | "Hours"))
    {
        return Err(wrong("Unit"));
    }
    Ok(Policy { kind: kind.to_owned(), text: policy.to_string(), expires })
}
