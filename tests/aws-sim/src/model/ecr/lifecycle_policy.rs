//! Which images a repository shall let go. The policy is checked and kept; no image is expired by it.
//!
//! <https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html>

use serde_json::{Map, Value, json};

use super::named;
use super::repository::Repository;
use crate::model::clock::epoch;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutLifecyclePolicy.html>
pub(super) fn put(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let text = input.required("lifecyclePolicyText")?;
    let repository = named(context, input)?;
    check(text).map_err(|problem| {
        super::unfit("LifecyclePolicyText", &format!("Lifecycle policy validation failure: {problem}"))
    })?;
    repository.lifecycle_policy = Some(text.to_owned());
    Ok(shown(repository, text))
}

pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let now = context.now;
    let repository = named(context, input)?;
    let text = repository.lifecycle_policy.as_deref().ok_or_else(|| absent(repository))?;
    let mut answer = shown(repository, text);
    answer["lastEvaluatedAt"] = json!(epoch(now));
    Ok(answer)
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let now = context.now;
    let repository = named(context, input)?;
    let text = repository.lifecycle_policy.take().ok_or_else(|| absent(repository))?;
    let mut answer = shown(repository, &text);
    answer["lastEvaluatedAt"] = json!(epoch(now));
    Ok(answer)
}

/// What is wrong with a policy, if anything is.
fn check(text: &str) -> Result<(), String> {
    let unreadable = || "Could not map policyString into LifecyclePolicy.".to_owned();
    let policy: Value = serde_json::from_str(text).map_err(|_| unreadable())?;
    let policy = policy.as_object().ok_or_else(unreadable)?;
    let rules = policy.get("rules").and_then(Value::as_array).ok_or_else(|| missing(&["rules"]))?;
    let mut priorities = Vec::new();
    for rule in rules {
        let rule = rule.as_object().ok_or_else(|| {
            "instance type does not match any allowed primitive type (allowed: [\"object\"])".to_owned()
        })?;
        has_all(rule, &["action", "rulePriority", "selection"])?;
        has_no_other(rule, &["rulePriority", "description", "selection", "action"])?;
        if priorities.contains(&rule["rulePriority"]) {
            return Err("Duplicate rule priorities are not allowed.".to_owned());
        }
        priorities.push(rule["rulePriority"].clone());
        one_of(&rule["action"], "type", &["expire"])?;
        check_selection(&rule["selection"])?;
    }
    Ok(())
}

fn check_selection(selection: &Value) -> Result<(), String> {
    let members = selection.as_object().cloned().unwrap_or_default();
    has_all(&members, &["countNumber", "countType", "tagStatus"])?;
    let known = ["tagStatus", "tagPrefixList", "tagPatternList", "countType", "countUnit", "countNumber"];
    has_no_other(&members, &known)?;
    one_of(selection, "tagStatus", &["any", "tagged", "untagged"])?;
    one_of(selection, "countType", &["imageCountMoreThan", "sinceImagePushed"])?;
    let number = selection["countNumber"].as_i64().unwrap_or_default();
    if number < 1 {
        return Err(format!("numeric instance is lower than the required minimum (minimum: 1, found: {number})"));
    }
    let (unit, since) = (members.contains_key("countUnit"), selection["countType"] == "sinceImagePushed");
    if since && !unit {
        return Err("countUnit is required with countType sinceImagePushed".to_owned());
    }
    if unit {
        one_of(selection, "countUnit", &["days"])?;
    }
    let listed = members.contains_key("tagPrefixList") || members.contains_key("tagPatternList");
    match (selection["tagStatus"] == "tagged", listed) {
        (true, false) => Err("tagPrefixList or tagPatternList is required with tagStatus tagged".to_owned()),
        (false, true) => Err("tagPrefixList and tagPatternList go with tagStatus tagged alone".to_owned()),
        (true, true) | (false, false) => Ok(()),
    }
}

fn has_all(members: &Map<String, Value>, names: &[&str]) -> Result<(), String> {
    let absent: Vec<&str> = names.iter().copied().filter(|name| !members.contains_key(*name)).collect();
    if absent.is_empty() { Ok(()) } else { Err(missing(&absent)) }
}

fn has_no_other(members: &Map<String, Value>, names: &[&str]) -> Result<(), String> {
    match members.keys().find(|name| !names.contains(&name.as_str())) {
        Some(other) => {
            Err(format!("object instance has properties which are not allowed by the schema: ([\"{other}\"])"))
        }
        None => Ok(()),
    }
}

fn one_of(of: &Value, member: &str, allowed: &[&str]) -> Result<(), String> {
    let value = of[member].as_str().unwrap_or_default();
    if allowed.contains(&value) {
        return Ok(());
    }
    Err(format!("instance value (\"{value}\") not found in enum (possible values: {})", json!(allowed)))
}

fn missing(names: &[&str]) -> String {
    format!("object has missing required properties ({})", json!(names))
}

fn shown(repository: &Repository, text: &str) -> Value {
    json!({"registryId": repository.registry, "repositoryName": repository.name, "lifecyclePolicyText": text})
}

fn absent(repository: &Repository) -> AwsError {
    let message = format!(
        "Lifecycle policy does not exist for the repository with name '{}' in the registry with id '{}'",
        repository.name, repository.registry
    );
    AwsError::new("LifecyclePolicyNotFoundException", message)
}
