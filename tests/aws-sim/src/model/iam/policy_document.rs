//! The grammar of policy documents, as far as IAM refuses documents that break it.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::model::error::AwsError;

/// Answers carry documents in percent-encoding. <https://www.rfc-editor.org/rfc/rfc3986>
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// What a document is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Who may take a role: statements name principals and no resources.
    Trust,
    /// What a role may do: statements name resources and no principals.
    Permissions,
}

/// Checks a document.
pub(super) fn check(document: &str, purpose: Purpose) -> Result<(), AwsError> {
    let parsed: Value = serde_json::from_str(document).map_err(|_| malformed("This policy contains invalid Json"))?;
    let Some(members) = parsed.as_object() else { return Err(malformed("Syntax errors in policy.")) };
    if let Some(version) = members.get("Version")
        && version != "2012-10-17"
        && version != "2008-10-17"
    {
        return Err(malformed("The policy must contain a valid version string"));
    }
    let statements: Vec<&Value> = match members.get("Statement") {
        Some(Value::Array(statements)) => statements.iter().collect(),
        Some(statement @ Value::Object(_)) => vec![statement],
        Some(_) | None => return Err(malformed("Syntax errors in policy.")),
    };
    statements.into_iter().try_for_each(|statement| check_statement(statement, purpose))
}

/// A document as answers show it.
pub(super) fn encoded(document: &str) -> String {
    utf8_percent_encode(document, KEPT).to_string()
}

/// Whether a trust policy lets a service of AWS take the role. Conditions are not looked at.
pub(super) fn lets_in(document: &str, service: &str) -> bool {
    let parsed: Value = serde_json::from_str(document).unwrap_or_default();
    let statements = match parsed.get("Statement") {
        Some(Value::Array(statements)) => statements.iter().collect(),
        single => Vec::from_iter(single),
    };
    statements.into_iter().filter(|statement| statement["Effect"] == "Allow").any(|statement| {
        let named = &statement["Principal"]["Service"];
        named == service || named.as_array().is_some_and(|names| names.iter().any(|name| name == service))
    })
}

fn check_statement(statement: &Value, purpose: Purpose) -> Result<(), AwsError> {
    let has = |name: &str| statement.get(name).is_some_and(|value| !value.is_null());
    if !matches!(statement["Effect"].as_str(), Some("Allow" | "Deny")) {
        return Err(malformed("Syntax errors in policy."));
    }
    if !has("Action") && !has("NotAction") {
        return Err(malformed("Policy statement must contain actions."));
    }
    match purpose {
        Purpose::Trust if has("Resource") || has("NotResource") => Err(malformed("Has prohibited field Resource")),
        Purpose::Trust if !has("Principal") && !has("NotPrincipal") => {
            Err(malformed("Missing required field Principal"))
        }
        Purpose::Permissions if has("Principal") || has("NotPrincipal") => {
            Err(malformed("Policy document should not specify a principal."))
        }
        Purpose::Permissions if !has("Resource") && !has("NotResource") => {
            Err(malformed("Policy statement must contain resources."))
        }
        Purpose::Trust | Purpose::Permissions => Ok(()),
    }
}

fn malformed(message: &str) -> AwsError {
    AwsError::new("MalformedPolicyDocument", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trust_policy_names_principals_and_a_permission_policy_resources() {
        let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
            "Principal":{"Service":"ecs-tasks.amazonaws.com"}}]}"#;
        let permissions = r#"{"Statement":{"Effect":"Allow","Action":"ssm:GetParameters","Resource":"*"}}"#;
        assert_eq!(check(trust, Purpose::Trust), Ok(()));
        assert_eq!(check(permissions, Purpose::Permissions), Ok(()));
        assert_eq!(check(trust, Purpose::Permissions).unwrap_err().code, "MalformedPolicyDocument");
        assert_eq!(check(permissions, Purpose::Trust).unwrap_err().code, "MalformedPolicyDocument");
    }

    #[test]
    fn a_trust_policy_lets_in_the_services_that_it_names() {
        let one = r#"{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"a.com"}}}"#;
        let two = r#"{"Statement":[{"Effect":"Allow","Principal":{"Service":["b.com","a.com"]}}]}"#;
        assert!(lets_in(one, "a.com") && lets_in(two, "a.com") && !lets_in(one, "b.com"));
    }

    #[test]
    fn what_is_no_policy_is_refused() {
        for document in ["", "[]", "{}", r#"{"Statement":[{"Effect":"Maybe"}]}"#, r#"{"Version":"1","Statement":[]}"#] {
            assert_eq!(check(document, Purpose::Trust).unwrap_err().code, "MalformedPolicyDocument", "{document}");
        }
    }
}
