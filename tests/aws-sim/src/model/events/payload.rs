//! What a target is sent: the event, a part of it, a text of its own, or one with parts of the event in it.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html>

use serde_json::Value;

/// What `target` gets of `event`.
pub(super) fn of(target: &Value, event: &Value, rule_arn: &str) -> String {
    if let Some(text) = target["Input"].as_str() {
        return text.to_owned();
    }
    if let Some(path) = target["InputPath"].as_str() {
        return at(event, path).to_string();
    }
    let transformer = &target["InputTransformer"];
    match transformer["InputTemplate"].as_str() {
        Some(template) => fill(template, transformer, event, rule_arn),
        // A task's overrides are only what its target says.
        None if target.get("EcsParameters").is_some() => "{}".to_owned(),
        None => event.to_string(),
    }
}

fn fill(template: &str, transformer: &Value, event: &Value, rule_arn: &str) -> String {
    let mut filled = template.replace("<aws.events.rule-arn>", rule_arn);
    filled = filled.replace("<aws.events.event.json>", &event.to_string());
    for (name, path) in transformer["InputPathsMap"].as_object().into_iter().flatten() {
        let value = at(event, path.as_str().unwrap_or_default());
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        filled = filled.replace(&format!("<{name}>"), &text);
    }
    filled
}

/// The value at a path such as `$.detail.containers[0].name`.
fn at<'e>(event: &'e Value, path: &str) -> &'e Value {
    let path = path.strip_prefix('$').unwrap_or(path).replace('[', ".").replace(']', "");
    path.split('.').filter(|part| !part.is_empty()).fold(event, |value, part| match part.parse::<usize>() {
        Ok(index) => value.get(index).unwrap_or(&Value::Null),
        Err(_) => value.get(part).unwrap_or(&Value::Null),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parts_of_an_event_are_found_by_path_and_put_into_a_template() {
        let event = json!({"detail": {"containers": [{"name": "web", "exitCode": 1}]}});
        let target = json!({"InputTransformer": {
            "InputPathsMap": {"name": "$.detail.containers[0].name", "code": "$.detail.containers[0].exitCode"},
            "InputTemplate": "\"<name> ended with <code> by <aws.events.rule-arn>\"",
        }});
        assert_eq!(of(&target, &event, "arn:rule"), "\"web ended with 1 by arn:rule\"");
        assert_eq!(
            of(&json!({"InputPath": "$.detail.containers[0]"}), &event, ""),
            "{\"name\":\"web\",\"exitCode\":1}"
        );
        assert_eq!(of(&json!({"InputPath": "$.none"}), &event, ""), "null");
    }
}
