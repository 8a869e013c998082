//! Event patterns: which events a rule wants.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html>

use ipnet::IpNet;
use serde_json::Value;

use crate::model::error::AwsError;

/// The comparisons that a pattern may ask for.
const OPERATORS: [&str; 9] =
    ["prefix", "suffix", "anything-but", "numeric", "exists", "equals-ignore-case", "wildcard", "cidr", "$or"];

/// Reads a pattern, or says as EventBridge does why it is none.
pub(super) fn check(text: &str) -> Result<Value, AwsError> {
    let refused = |reason: &str| {
        AwsError::new("InvalidEventPatternException", format!("Event pattern is not valid. Reason: {reason}"))
    };
    match serde_json::from_str(text) {
        Ok(pattern @ Value::Object(_)) => check_members(&pattern).map_err(refused).map(|()| pattern),
        Ok(_) => Err(refused("Filter is not an object")),
        Err(error) => Err(refused(&error.to_string())),
    }
}

fn check_members(pattern: &Value) -> Result<(), &'static str> {
    let Some(members) = pattern.as_object() else { return Ok(()) };
    if members.is_empty() {
        return Err("Empty objects are not allowed");
    }
    for (name, value) in members {
        match value {
            Value::Object(_) => check_members(value)?,
            Value::Array(alternatives) if alternatives.is_empty() => return Err("Empty arrays are not allowed"),
            Value::Array(alternatives) if name == "$or" => alternatives.iter().try_for_each(check_members)?,
            Value::Array(alternatives) => alternatives.iter().try_for_each(check_alternative)?,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                return Err("\"match\" must be an object or an array");
            }
        }
    }
    Ok(())
}

fn check_alternative(alternative: &Value) -> Result<(), &'static str> {
    let Some(members) = alternative.as_object() else { return Ok(()) };
    match members.keys().all(|name| OPERATORS.contains(&name.as_str())) && members.len() == 1 {
        true => Ok(()),
        false => Err("Unrecognized match type"),
    }
}

/// Whether an event has all that the pattern asks for.
pub(super) fn fits(pattern: &Value, event: &Value) -> bool {
    pattern.as_object().into_iter().flatten().all(|(name, wanted)| match wanted {
        Value::Array(alternatives) if name == "$or" => alternatives.iter().any(|one| fits(one, event)),
        Value::Array(alternatives) => alternatives.iter().any(|one| has(event.get(name), one)),
        Value::Object(_) => match event.get(name) {
            Some(Value::Array(items)) => items.iter().any(|item| fits(wanted, item)),
            part => fits(wanted, part.unwrap_or(&Value::Null)),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    })
}

/// Whether a value, or one of a list of values, is what one alternative asks for.
fn has(value: Option<&Value>, wanted: &Value) -> bool {
    if let Some(exists) = wanted.get("exists").and_then(Value::as_bool) {
        return value.is_some_and(|value| !value.is_object()) == exists;
    }
    match value {
        Some(Value::Array(items)) => items.iter().any(|item| is(item, wanted)),
        Some(value) => is(value, wanted),
        None => false,
    }
}

fn is(value: &Value, wanted: &Value) -> bool {
    let Some((operator, operand)) = wanted.as_object().and_then(|members| members.iter().next()) else {
        return equals(value, wanted);
    };
    let (text, against) = (value.as_str(), operand.as_str());
    let compare = |how: fn(&str, &str) -> bool| text.zip(against).is_some_and(|(text, against)| how(text, against));
    match operator.as_str() {
        "prefix" => compare(|text, start| text.starts_with(start)),
        "suffix" => compare(|text, end| text.ends_with(end)),
        "equals-ignore-case" => compare(str::eq_ignore_ascii_case),
        "wildcard" => compare(|text, pattern| wildcard(pattern.as_bytes(), text.as_bytes())),
        "cidr" => compare(|text, range| {
            let address = text.parse::<std::net::IpAddr>().ok();
            range.parse::<IpNet>().ok().zip(address).is_some_and(|(range, address)| range.contains(&address))
        }),
        "anything-but" => match operand {
            Value::Array(excluded) => !excluded.iter().any(|one| equals(value, one)),
            Value::Object(_) => !is(value, operand),
            excluded => !equals(value, excluded),
        },
        "numeric" => value.as_f64().is_some_and(|number| is_in(number, operand)),
        _ => false,
    }
}

fn equals(value: &Value, wanted: &Value) -> bool {
    match (value.as_f64(), wanted.as_f64()) {
        (Some(value), Some(wanted)) => (value - wanted).abs() < f64::EPSILON,
        _ => value == wanted,
    }
}

/// Pairs of a comparison and a number, such as `[">", 0, "<=", 5]`.
fn is_in(number: f64, bounds: &Value) -> bool {
    bounds.as_array().into_iter().flat_map(|bounds| bounds.chunks(2)).all(|pair| {
        let (Some(how), Some(bound)) = (pair[0].as_str(), pair.get(1).and_then(Value::as_f64)) else { return false };
        match how {
            "=" => (number - bound).abs() < f64::EPSILON,
            "<" => number < bound,
            "<=" => number <= bound,
            ">" => number > bound,
            ">=" => number >= bound,
            _ => false,
        }
    })
}

/// Whether a text is what a pattern with stars says. Steps back to the last star only, so that no pattern takes long.
fn wildcard(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut of, mut star) = (0, 0, None);
    while of < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, of));
                at += 1;
            }
            Some(byte) if *byte == text[of] => (at, of) = (at + 1, of + 1),
            Some(_) | None => match star {
                Some((place, taken)) => {
                    star = Some((place, taken + 1));
                    (at, of) = (place + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fitting(pattern: Value) -> bool {
        let event = json!({
            "source": "aws.ecs", "detail-type": "ECS Task State Change", "resources": ["arn:1", "arn:2"],
            "detail": {"lastStatus": "STOPPED", "exit": 137, "ip": "10.0.3.4", "containers": [{"name": "web"}]},
        });
        fits(&check(&pattern.to_string()).unwrap(), &event)
    }

    #[test]
    fn all_members_must_fit_and_one_alternative_of_each() {
        assert!(fitting(json!({"source": ["aws.ec2", "aws.ecs"], "detail": {"lastStatus": ["STOPPED"]}})));
        assert!(!fitting(json!({"source": ["aws.ec2"], "detail": {"lastStatus": ["STOPPED"]}})));
        assert!(fitting(json!({"resources": ["arn:2"], "detail": {"containers": {"name": ["web"]}}})));
        assert!(fitting(json!({"$or": [{"source": ["x"]}, {"detail": {"exit": [{"numeric": [">", 1, "<=", 137]}]}}]})));
    }

    #[test]
    fn operators_compare_as_documented() {
        for wanted in [
            json!({"prefix": "STOP"}),
            json!({"suffix": "PED"}),
            json!({"wildcard": "S*P*D"}),
            json!({"exists": true}),
            json!({"anything-but": ["RUNNING"]}),
            json!({"anything-but": {"prefix": "RUN"}}),
            json!({"equals-ignore-case": "stopped"}),
        ] {
            assert!(fitting(json!({"detail": {"lastStatus": [wanted]}})), "{wanted}");
        }
        assert!(fitting(json!({"detail": {"ip": [{"cidr": "10.0.0.0/16"}], "none": [{"exists": false}]}})));
        assert!(!fitting(json!({"detail": {"lastStatus": [{"anything-but": "STOPPED"}]}})));
        assert!(!fitting(json!({"detail": {"lastStatus": [{"wildcard": "S*X"}]}})));
    }

    #[test]
    fn what_is_no_pattern_is_refused_with_the_reason() {
        for text in ["", "[]", "{}", "{\"a\": []}", "{\"a\": 1}", "{\"a\": [{\"near\": 1}]}", "{\"a\": {}}"] {
            assert!(check(text).is_err_and(|error| error.code == "InvalidEventPatternException"), "{text}");
        }
    }
}
