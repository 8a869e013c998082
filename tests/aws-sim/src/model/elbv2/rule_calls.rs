//! Creating, describing, changing and deleting rules.

use serde_json::{Value, json};

use super::listing::paged;
use super::rule::Rule;
use super::{account_limits, action_checks, association, condition, constraint, invalid, misconfigured, no_rule};
use crate::model::context::Context;
use crate::model::elb;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

pub(super) const LARGEST_PRIORITY: i64 = 50_000;

/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html>
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let listener_arn = input.required("ListenerArn")?;
    let state = &context.region().elbv2;
    let listener = state.listener(listener_arn)?;
    let balancer = state.load_balancer(&listener.load_balancer)?.clone();
    let protocol = listener.protocol;
    if !protocol.is_http() {
        return Err(misconfigured(format!("Rules are unsupported for listeners with the protocol '{protocol}'")));
    }
    let priority = constraint::number(input, "Priority", 1, LARGEST_PRIORITY)?;
    let priority = priority.ok_or_else(|| input.missing("Priority"))?;
    let conditions = condition::read(input)?;
    if conditions.is_empty() {
        return Err(invalid("A condition must be specified"));
    }
    let actions = action_checks::read(input, "Actions", protocol)?;
    if state.rules_of(listener_arn).any(|rule| rule.priority == priority) {
        return Err(AwsError::new("PriorityInUse", format!("Priority '{priority}' is currently in use")));
    }
    let listeners = state.listeners_of(&balancer.arn);
    account_limits::check_rules(listeners.map(|one| state.rules_of(&one.arn).count()).sum())?;
    association::check(state, &balancer, protocol, &actions)?;
    let tags = elb::read_tags(input)?;
    let id = context.world.ids.hex(16);
    let arn = format!("{}/{id}", listener_arn.replacen(":listener/", ":listener-rule/", 1));
    let listener = listener_arn.to_owned();
    let rule = Rule { arn, listener, priority, conditions, actions, tags };
    let answer = json!({ "Rules": [rule.render()] });
    context.region().elbv2.rules.insert(rule.arn.clone(), rule);
    association::settle(context, &balancer.arn);
    Ok(answer)
}

/// In the order of their priorities, the default rule last.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeRules.html>
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let state = &context.region().elbv2;
    let (arns, listener) = (input.texts("RuleArns"), input.text("ListenerArn"));
    if arns.is_empty() == listener.is_none() {
        return Err(invalid(if arns.is_empty() {
            "You must specify either listener rule ARNs or a listener ARN"
        } else {
            "Listener rule ARNs and a listener ARN cannot be specified at the same time"
        }));
    }
    let mut rows: Vec<(String, Value)> = Vec::new();
    let key = |rule: &Rule| format!("{:06} {}", rule.priority, rule.arn);
    if let Some(arn) = listener {
        let listener = state.listener(arn)?;
        rows.extend(state.rules_of(arn).map(|rule| (key(rule), rule.render())));
        rows.push(("default".to_owned(), listener.render_default_rule()));
    }
    for arn in arns {
        let missing = || AwsError::new("RuleNotFound", "One or more rules not found");
        rows.push(match (state.rules.get(arn), state.listener_of_default_rule(arn)) {
            (Some(rule), _) => (key(rule), rule.render()),
            (None, Some(listener)) if listener.default_rule == arn => {
                (format!("default {arn}"), listener.render_default_rule())
            }
            (None, None | Some(_)) => return Err(missing()),
        });
    }
    rows.sort_by(|(one, _), (other, _)| one.cmp(other));
    paged(input, "Rules", rows)
}

/// What is not named stays.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyRule.html>
pub(super) fn modify(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let arn = input.required("RuleArn")?;
    let state = &mut context.region().elbv2;
    if state.listener_of_default_rule(arn).is_some() {
        return Err(AwsError::new("OperationNotPermitted", format!("Default rule '{arn}' cannot be modified")));
    }
    let mut rule = state.rules.get(arn).ok_or_else(|| no_rule(arn))?.clone();
    let listener = state.listener(&rule.listener)?;
    let (protocol, balancer) = (listener.protocol, state.load_balancer(&listener.load_balancer)?.clone());
    let (conditions, has_actions) = (condition::read(input)?, input.has("Actions"));
    if conditions.is_empty() && !has_actions {
        return Err(invalid("Either conditions or actions must be specified"));
    }
    if !conditions.is_empty() {
        rule.conditions = conditions;
    }
    if has_actions {
        rule.actions = action_checks::read(input, "Actions", protocol)?;
        association::check(state, &balancer, protocol, &rule.actions)?;
    }
    let answer = json!({ "Rules": [rule.render()] });
    state.rules.insert(arn.to_owned(), rule);
    association::settle(context, &balancer.arn);
    Ok(answer)
}

/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteRule.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let arn = input.required("RuleArn")?;
    let state = &mut context.region().elbv2;
    if state.listener_of_default_rule(arn).is_some() {
        return Err(AwsError::new("OperationNotPermitted", format!("Default rule '{arn}' cannot be deleted")));
    }
    let listener = state.rules.get(arn).ok_or_else(|| no_rule(arn))?.listener.clone();
    let balancer = state.listener(&listener)?.load_balancer.clone();
    state.rules.remove(arn);
    association::settle(context, &balancer);
    Ok(Value::Null)
}
