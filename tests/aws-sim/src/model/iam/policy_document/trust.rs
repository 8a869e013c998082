//! Trust policies: whom they name, and whom they let in.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>

use serde_json::Value;

use super::{Facts, holds, is_like, malformed, statements, texts};
use crate::model::error::AwsError;

/// Who asks to be let in.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Caller<'a> {
    /// A service of AWS, by its principal: `ecs-tasks.amazonaws.com`.
    Service(&'a str),
    /// Somebody of an account: the ARN of the user or session, and for a session that of its role.
    Somebody { account: &'a str, arn: &'a str, role_arn: Option<&'a str> },
}

/// Whether a trust policy lets somebody do something. What it denies wins.
pub(crate) fn lets_in(document: &str, caller: Caller<'_>, action: &str, facts: &Facts) -> bool {
    let parsed: Value = serde_json::from_str(document).unwrap_or_default();
    let statements = statements(&parsed);
    let mut means = statements.into_iter().filter(|statement| {
        names(statement, caller) && is_about(statement, action) && holds(statement.get("Condition"), facts)
    });
    let mut allowed = false;
    means.all(|statement| {
        allowed |= statement["Effect"] == "Allow";
        statement["Effect"] != "Deny"
    }) && allowed
}

/// Whether a trust policy lets a service of AWS take the role. Services fill in what conditions ask for, so these are
/// not looked at.
pub(crate) fn lets_service_in(document: &str, service: &str) -> bool {
    let parsed: Value = serde_json::from_str(document).unwrap_or_default();
    let statements = statements(&parsed);
    statements
        .into_iter()
        .filter(|statement| statement["Effect"] == "Allow")
        .any(|statement| names(statement, Caller::Service(service)) && is_about(statement, "sts:AssumeRole"))
}

/// Checks that a trust policy names principals that there can be; `exists` knows roles and users by their ARN.
pub(in super::super) fn check_principals(document: &Value, exists: impl Fn(&str) -> bool) -> Result<(), AwsError> {
    for statement in statements(document) {
        let principals = statement.get("Principal").or_else(|| statement.get("NotPrincipal"));
        match principals {
            Some(Value::String(all)) if all == "*" => {}
            Some(Value::Object(kinds)) if !kinds.is_empty() => {
                for (kind, named) in kinds {
                    texts(named).into_iter().try_for_each(|name| check_principal(kind, name, &exists))?;
                }
            }
            Some(_) | None => return Err(malformed("Syntax errors in policy.")),
        }
    }
    Ok(())
}

fn check_principal(kind: &str, name: &str, exists: &impl Fn(&str) -> bool) -> Result<(), AwsError> {
    let fine = match kind {
        "AWS" => is_account(name) || name == "*" || exists(name),
        "Service" => name.ends_with(".amazonaws.com") || name.ends_with(".amazonaws.com.cn") || name.ends_with(".aws"),
        "Federated" => name.starts_with("arn:aws:iam::") || name.contains('.'),
        "CanonicalUser" => true,
        _ => return Err(malformed("Syntax errors in policy.")),
    };
    let kind = if kind == "Service" { "SERVICE" } else { kind };
    if fine { Ok(()) } else { Err(malformed(format!("Invalid principal in policy: \"{kind}\":\"{name}\""))) }
}

/// An account, by number or as its root.
fn is_account(name: &str) -> bool {
    let number = name.strip_prefix("arn:aws:iam::").and_then(|rest| rest.strip_suffix(":root")).unwrap_or(name);
    number.len() == 12 && number.bytes().all(|one| one.is_ascii_digit())
}

fn names(statement: &Value, caller: Caller<'_>) -> bool {
    let (principals, meant) = match (statement.get("Principal"), statement.get("NotPrincipal")) {
        (Some(principals), _) => (principals, true),
        (None, Some(others)) => (others, false),
        (None, None) => return false,
    };
    let named = match (principals, caller) {
        (Value::String(all), _) => all == "*",
        (kinds, Caller::Service(service)) => texts(&kinds["Service"]).contains(&service),
        (kinds, Caller::Somebody { account, arn, role_arn }) => texts(&kinds["AWS"]).into_iter().any(|name| {
            let whole_account = name == account || name == format!("arn:aws:iam::{account}:root");
            name == "*" || whole_account || name == arn || role_arn == Some(name)
        }),
    };
    named == meant
}

fn is_about(statement: &Value, action: &str) -> bool {
    let is_among = |patterns: &Value| {
        let action = action.to_ascii_lowercase();
        texts(patterns).into_iter().any(|pattern| is_like(&pattern.to_ascii_lowercase(), &action))
    };
    match (statement.get("Action"), statement.get("NotAction")) {
        (Some(actions), _) => is_among(actions),
        (None, Some(others)) => !is_among(others),
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trust_policy_lets_in_the_services_that_it_names() {
        let one = r#"{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"a.com"}}}"#;
        let two = r#"{"Statement":[{"Effect":"Allow","Action":"sts:*","Principal":{"Service":["b.com","a.com"]}}]}"#;
        assert!(lets_service_in(one, "a.com") && lets_service_in(two, "a.com") && !lets_service_in(one, "b.com"));
    }

    #[test]
    fn what_is_denied_stays_denied() {
        let document = r#"{"Statement":[
            {"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"123456789012"}},
            {"Effect":"Deny","Action":"sts:AssumeRole","Principal":{"AWS":"arn:aws:iam::123456789012:user/eve"}}]}"#;
        let asks = |arn| {
            let caller = Caller::Somebody { account: "123456789012", arn, role_arn: None };
            lets_in(document, caller, "sts:AssumeRole", &Facts::new())
        };
        assert!(asks("arn:aws:iam::123456789012:user/ann") && !asks("arn:aws:iam::123456789012:user/eve"));
    }
}
