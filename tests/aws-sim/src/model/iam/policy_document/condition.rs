//! Conditions of statements: which operators there are, and whether they hold for what is known of a call.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use std::collections::BTreeMap;

use serde_json::Value;

use super::{is_like, malformed, texts};
use crate::model::error::AwsError;

const OPERATORS: [&str; 27] = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
    "ArnEquals",
    "ArnLike",
    "ArnNotEquals",
    "ArnNotLike",
    "Null",
];

/// What is known of a call, by condition key in lower case: `sts:externalid`.
pub(crate) type Facts = BTreeMap<String, String>;

/// Whether a condition block has the grammar.
pub(super) fn check(block: &Value) -> Result<(), AwsError> {
    let operators = block.as_object().ok_or_else(|| malformed("Syntax errors in policy."))?;
    for (operator, keys) in operators {
        let keys = keys.as_object().ok_or_else(|| malformed("Syntax errors in policy."))?;
        if !OPERATORS.contains(&plain(operator)) && !keys.is_empty() {
            return Err(malformed(format!("Invalid Condition type : {operator}.")));
        }
        for (key, values) in keys {
            if values.is_object() || values.is_null() {
                return Err(malformed("Syntax errors in policy."));
            }
            if !key.contains(':') {
                let message = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
                return Err(malformed(message));
            }
        }
    }
    Ok(())
}

/// Whether all conditions of a block hold. No block always holds; an operator that is not evaluated never does.
pub(crate) fn holds(block: Option<&Value>, facts: &Facts) -> bool {
    let Some(operators) = block.and_then(Value::as_object) else { return true };
    operators.iter().all(|(operator, keys)| {
        let mut keys = keys.as_object().into_iter().flatten();
        keys.all(|(key, wanted)| one_holds(operator, facts.get(&key.to_ascii_lowercase()), wanted))
    })
}

fn one_holds(operator: &str, have: Option<&String>, wanted: &Value) -> bool {
    let wanted: Vec<String> = match wanted {
        Value::Array(_) | Value::String(_) => texts(wanted).into_iter().map(str::to_owned).collect(),
        other => vec![other.to_string()],
    };
    let plain = plain(operator);
    if plain == "Null" {
        return wanted.iter().any(|wanted| (wanted == "true") == have.is_none());
    }
    let Some(have) = have else { return operator.ends_with("IfExists") || plain.contains("Not") };
    let any = |same: &dyn Fn(&str) -> bool| wanted.iter().any(|wanted| same(wanted));
    match plain {
        "StringEquals" => any(&|wanted| wanted == have),
        "StringNotEquals" => !any(&|wanted| wanted == have),
        "StringEqualsIgnoreCase" | "Bool" => any(&|wanted| wanted.eq_ignore_ascii_case(have)),
        "StringNotEqualsIgnoreCase" => !any(&|wanted| wanted.eq_ignore_ascii_case(have)),
        "StringLike" | "ArnLike" | "ArnEquals" => any(&|wanted| is_like(wanted, have)),
        "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => !any(&|wanted| is_like(wanted, have)),
        _ => false,
    }
}

/// The operator without quantifier and without `IfExists`.
fn plain(operator: &str) -> &str {
    let operator = operator.strip_prefix("ForAnyValue:").or(operator.strip_prefix("ForAllValues:")).unwrap_or(operator);
    operator.strip_suffix("IfExists").unwrap_or(operator)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_known_fails_a_condition_unless_it_says_otherwise() {
        let facts = Facts::from([("sts:externalid".to_owned(), "one".to_owned())]);
        let held = |block: Value| holds(Some(&block), &facts);
        assert!(held(json!({"StringEquals": {"sts:ExternalId": ["two", "one"]}})));
        assert!(!held(json!({"StringEquals": {"sts:ExternalId": "two"}})));
        assert!(!held(json!({"StringEquals": {"aws:PrincipalOrgID": "o-1"}})));
        assert!(held(json!({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}})));
        assert!(held(json!({"Null": {"aws:PrincipalOrgID": "true"}})));
    }
}
