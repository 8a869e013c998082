//! The grammar that IAM checks when a document is stored, and its sentences for what breaks it.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{condition, malformed, resource, statements, texts};
use crate::model::error::AwsError;

const SYNTAX: &str = "Syntax errors in policy.";
/// Elements of a document and of a statement.
const TOP: [&str; 3] = ["Version", "Id", "Statement"];
const ELEMENTS: [&str; 9] =
    ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];
/// Elements that hold one text or several, and exclude each other.
const EITHER_OR: [(&str, &str); 3] =
    [("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal")];

/// What a document is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Purpose {
    /// Who may take a role: statements name principals and no resources.
    Trust,
    /// What a role or user may do: statements name resources and no principals.
    Permissions,
}

/// Checks a document; answers it parsed.
pub(in super::super) fn check(document: &str, purpose: Purpose) -> Result<Value, AwsError> {
    let parsed: Value = serde_json::from_str(document).map_err(|_| malformed("This policy contains invalid Json"))?;
    check_top(&parsed)?;
    let statements = statements(&parsed);
    for statement in &statements {
        check_elements(statement.as_object().ok_or_else(|| malformed(SYNTAX))?)?;
    }
    if purpose == Purpose::Permissions && parsed["Version"] == "2008-10-17" {
        return Err(malformed("Policy document must be version 2012-10-17 or greater."));
    }
    check_sids(&statements)?;
    for statement in &statements {
        check_principal_is_due(statement, purpose)?;
        check_actions(statement, purpose)?;
        check_resources(statement, purpose)?;
    }
    Ok(parsed)
}

fn check_top(document: &Value) -> Result<(), AwsError> {
    let members = document.as_object().ok_or_else(|| malformed(SYNTAX))?;
    if members.keys().any(|name| !TOP.contains(&name.as_str())) {
        return Err(malformed(SYNTAX));
    }
    match members.get("Version") {
        None => {}
        Some(version) if version == "2012-10-17" || version == "2008-10-17" => {}
        Some(_) => return Err(malformed("The policy must contain a valid version string")),
    }
    match members.get("Statement") {
        Some(Value::Array(statements)) if !statements.is_empty() => Ok(()),
        Some(Value::Object(_)) => Ok(()),
        Some(_) | None => Err(malformed(SYNTAX)),
    }
}

fn check_elements(statement: &Map<String, Value>) -> Result<(), AwsError> {
    let fine = statement.keys().all(|name| ELEMENTS.contains(&name.as_str()))
        && EITHER_OR.iter().all(|(one, other)| !(statement.contains_key(*one) && statement.contains_key(*other)))
        && matches!(statement.get("Effect").and_then(Value::as_str), Some("Allow" | "Deny"))
        && ["Action", "NotAction", "Resource", "NotResource"]
            .iter()
            .filter_map(|name| statement.get(*name))
            .all(is_text_or_texts)
        && statement.get("Sid").is_none_or(Value::is_string);
    if !fine {
        return Err(malformed(SYNTAX));
    }
    statement.get("Condition").map_or(Ok(()), condition::check)
}

fn is_text_or_texts(value: &Value) -> bool {
    value.is_string() || value.as_array().is_some_and(|values| values.iter().all(Value::is_string))
}

fn check_sids(statements: &[&Value]) -> Result<(), AwsError> {
    let mut seen = BTreeSet::new();
    for sid in statements.iter().filter_map(|statement| statement["Sid"].as_str()).filter(|sid| !sid.is_empty()) {
        if !sid.chars().all(|one| one.is_ascii_alphanumeric()) {
            return Err(malformed(
                "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression \
                 [0-9A-Za-z]*",
            ));
        }
        if !seen.insert(sid) {
            return Err(malformed("Statement IDs (SID) in a single policy must be unique."));
        }
    }
    Ok(())
}

fn check_principal_is_due(statement: &Value, purpose: Purpose) -> Result<(), AwsError> {
    let named = statement.get("Principal").or_else(|| statement.get("NotPrincipal"));
    match (purpose, named) {
        (Purpose::Permissions, Some(_)) => Err(malformed("Policy document should not specify a principal.")),
        (Purpose::Trust, None) => Err(malformed("Missing required field Principal")),
        (Purpose::Permissions, None) | (Purpose::Trust, Some(_)) => Ok(()),
    }
}

fn check_actions(statement: &Value, purpose: Purpose) -> Result<(), AwsError> {
    let given = statement.get("Action").or_else(|| statement.get("NotAction")).map(texts).unwrap_or_default();
    if given.is_empty() {
        return Err(malformed("Policy statement must contain actions."));
    }
    for action in given {
        check_action(action)?;
        if purpose == Purpose::Trust && !action.to_ascii_lowercase().starts_with("sts:") {
            return Err(malformed("AssumeRole policy may only specify STS AssumeRole actions."));
        }
    }
    Ok(())
}

fn check_action(action: &str) -> Result<(), AwsError> {
    if action == "*" {
        return Ok(());
    }
    let parts: Vec<&str> = action.split(':').collect();
    match parts.as_slice() {
        [_] => Err(malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")),
        [vendor, _] if vendor.chars().all(|one| one.is_ascii_alphanumeric() || "-.".contains(one)) => Ok(()),
        [vendor, _] => Err(malformed(format!("Vendor {vendor} is not valid"))),
        _ => Err(malformed("Actions/Condition can contain only one colon.")),
    }
}

fn check_resources(statement: &Value, purpose: Purpose) -> Result<(), AwsError> {
    let given = statement.get("Resource").or_else(|| statement.get("NotResource"));
    match (purpose, given) {
        (Purpose::Trust, Some(_)) => Err(malformed("Has prohibited field Resource")),
        (Purpose::Trust, None) => Ok(()),
        (Purpose::Permissions, given) => {
            let given = given.map(texts).unwrap_or_default();
            if given.is_empty() {
                return Err(malformed("Policy statement must contain resources."));
            }
            given.into_iter().try_for_each(resource::check)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(document: &str, purpose: Purpose) -> String {
        check(document, purpose).unwrap_err().message
    }

    #[test]
    fn a_trust_policy_names_principals_and_a_permission_policy_resources() {
        let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
            "Principal":{"Service":"ecs-tasks.amazonaws.com"}}]}"#;
        let permissions = r#"{"Statement":{"Effect":"Allow","Action":"ssm:GetParameters","Resource":"*"}}"#;
        assert!(check(trust, Purpose::Trust).is_ok() && check(permissions, Purpose::Permissions).is_ok());
        assert_eq!(refusal(trust, Purpose::Permissions), "Policy document should not specify a principal.");
        assert_eq!(refusal(permissions, Purpose::Trust), "Missing required field Principal");
    }

    #[test]
    fn what_is_no_policy_is_refused() {
        for document in ["[]", "{}", r#"{"Statement":[{"Effect":"Maybe"}]}"#, r#"{"Statement":[],"Else":1}"#] {
            assert_eq!(refusal(document, Purpose::Trust), SYNTAX, "{document}");
        }
        assert_eq!(refusal("", Purpose::Trust), "This policy contains invalid Json");
    }
}
