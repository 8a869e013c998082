//! Changing the order of rules: all of the priorities or none.
//!
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetRulePriorities.html>

use std::collections::BTreeMap;

use serde_json::json;

use super::rule_calls::LARGEST_PRIORITY;
use super::{State, constraint, invalid, no_rule};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

pub(super) fn set(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let state = &mut context.region().elbv2;
    let asked = read(state, input)?;
    check_free(state, &asked)?;
    let mut shown = Vec::new();
    for (arn, priority) in &asked {
        if let Some(rule) = state.rules.get_mut(arn) {
            rule.priority = *priority;
            shown.push(rule.render());
        }
    }
    shown.sort_by_key(|rule| rule["Priority"].as_str().and_then(|text| text.parse::<i64>().ok()));
    Ok(json!({ "Rules": shown }))
}

/// Priorities by the rules' ARNs, each of which must exist.
fn read(state: &State, input: &Input<'_>) -> Result<BTreeMap<String, i64>, AwsError> {
    let mut asked = BTreeMap::new();
    for part in input.parts("RulePriorities") {
        let arn = part.required("RuleArn")?;
        let priority = constraint::number(&part, "Priority", 1, LARGEST_PRIORITY)?;
        let priority = priority.ok_or_else(|| part.missing("Priority"))?;
        if state.listener_of_default_rule(arn).is_some() {
            let message = format!("The priority of default rule '{arn}' cannot be modified");
            return Err(AwsError::new("OperationNotPermitted", message));
        }
        let rule = state.rules.get(arn).ok_or_else(|| no_rule(arn))?;
        let same_listener = |known: &String| state.rules.get(known).is_some_and(|it| it.listener == rule.listener);
        if asked.iter().any(|(known, other)| *other == priority && same_listener(known)) {
            return Err(invalid(format!("Priority '{priority}' was provided multiple times")));
        }
        if asked.insert(arn.to_owned(), priority).is_some() {
            return Err(invalid(format!("Rule '{arn}' was provided multiple times")));
        }
    }
    if asked.is_empty() { Err(input.missing("RulePriorities")) } else { Ok(asked) }
}

/// The priorities must be free once all of the named rules have left theirs.
fn check_free(state: &State, asked: &BTreeMap<String, i64>) -> Result<(), AwsError> {
    for (arn, priority) in asked {
        let Some(rule) = state.rules.get(arn) else { continue };
        let mut staying = state.rules_of(&rule.listener).filter(|other| !asked.contains_key(&other.arn));
        if staying.any(|other| other.priority == *priority) {
            return Err(AwsError::new("PriorityInUse", format!("Priority '{priority}' is currently in use")));
        }
    }
    Ok(())
}
