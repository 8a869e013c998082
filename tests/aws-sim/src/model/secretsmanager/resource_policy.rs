//! The policy on a secret that says who else may use it. It is kept, not evaluated.

use serde_json::{Value, json};

use super::secret_calls::cited;
use super::unfit;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

const LONGEST: usize = 20_480;

/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html>
pub(super) fn put(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let text = input.required("ResourcePolicy")?;
    let secret = context.region().secretsmanager.live_mut(input)?;
    let policy = read(text)?;
    if input.flag("BlockPublicPolicy")?.unwrap_or(false) && is_public(&policy) {
        let message = "You set BlockPublicPolicy to true, and the resource policy did not pass validation: it grants \
                       broad access to your secret.";
        return Err(AwsError::new("PublicPolicyException", message));
    }
    secret.policy = Some(text.to_owned());
    Ok(cited(secret))
}

pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let secret = context.region().secretsmanager.live_mut(input)?;
    Ok(json!({"ARN": secret.arn, "Name": secret.name, "ResourcePolicy": secret.policy}))
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let secret = context.region().secretsmanager.live_mut(input)?;
    secret.policy = None;
    Ok(cited(secret))
}

/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ValidateResourcePolicy.html>
pub(super) fn validate(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    if input.has("SecretId") {
        context.region().secretsmanager.named(input)?;
    }
    let policy = read(input.required("ResourcePolicy")?)?;
    let errors = if is_public(&policy) {
        vec![
            json!({"CheckName": "PUBLIC_POLICY", "ErrorMessage": "Resource policy grants broad access to your secret."}),
        ]
    } else {
        Vec::new()
    };
    Ok(json!({"PolicyValidationPassed": errors.is_empty(), "ValidationErrors": errors}))
}

/// A policy must be a JSON object with statements that say effect, principal, action and resource.
fn read(text: &str) -> Result<Value, AwsError> {
    if text.len() > LONGEST {
        return Err(unfit("resourcePolicy", text, "Member must have length less than or equal to 20480"));
    }
    let malformed = |message: &str| AwsError::new("MalformedPolicyDocumentException", message);
    let policy: Value =
        serde_json::from_str(text).map_err(|_| malformed("This resource policy contains invalid Json."))?;
    let complete = |statement: &Value| {
        let has = |name: &str| statement.get(name).is_some() || statement.get(format!("Not{name}")).is_some();
        matches!(statement["Effect"].as_str(), Some("Allow" | "Deny"))
            && has("Principal")
            && has("Action")
            && has("Resource")
    };
    let statements = statements(&policy);
    if statements.is_empty() || !statements.into_iter().all(complete) {
        return Err(malformed("This resource policy contains a syntax error."));
    }
    Ok(policy)
}

fn statements(policy: &Value) -> Vec<&Value> {
    match policy.get("Statement") {
        Some(Value::Array(several)) => several.iter().collect(),
        Some(one @ Value::Object(_)) => vec![one],
        _ => Vec::new(),
    }
}

/// Whether everybody is allowed something without a condition.
fn is_public(policy: &Value) -> bool {
    statements(policy).into_iter().any(|statement| {
        let principal = &statement["Principal"];
        let anybody = principal == "*"
            || principal["AWS"] == "*"
            || principal["AWS"].as_array().is_some_and(|all| all.contains(&json!("*")));
        statement["Effect"] == "Allow" && anybody && statement.get("Condition").is_none()
    })
}
