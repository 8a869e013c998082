//! The calls about rules.

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::rule::Rule;
use super::{DEFAULT_BUS, bus_name, firing, invalid, paged, pattern, state, tagging};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::schedule_expression::Expression;
use crate::model::tags::Tags;

/// As many rules as a bus takes. <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html>
const RULES_PER_BUS: usize = 300;

/// Makes a rule, or changes one: what is not said again is taken away, but for targets and tags.
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html>
pub(super) fn put(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (name, bus) = (input.required("Name")?, bus_name(input, "EventBusName"));
    check(input, bus)?;
    let resource = if bus == DEFAULT_BUS { format!("rule/{name}") } else { format!("rule/{bus}/{name}") };
    let arn = context.arn("events", &resource);
    let (created, created_by, tags) = (context.now, context.place.account.to_string(), tagging::read(input)?);
    let rules = &mut state(context).bus(bus)?.rules;
    if rules.len() >= RULES_PER_BUS && !rules.contains_key(name) {
        let message = "The requested resource exceeds the maximum number allowed.";
        return Err(AwsError::new("LimitExceededException", message));
    }
    let new = Rule {
        name: name.to_owned(),
        bus: bus.to_owned(),
        arn: arn.clone(),
        pattern: None,
        expression: None,
        state: String::new(),
        description: None,
        role: None,
        targets: IndexMap::new(),
        created,
        created_by,
        version: 0,
        tags: Tags::default(),
    };
    let rule = rules.entry(name.to_owned()).or_insert(new);
    rule.pattern = input.text("EventPattern").map(str::to_owned);
    rule.expression = input.text("ScheduleExpression").map(str::to_owned);
    input.text("State").unwrap_or("ENABLED").clone_into(&mut rule.state);
    rule.description = input.text("Description").map(str::to_owned);
    rule.role = input.text("RoleArn").map(str::to_owned);
    rule.version += 1;
    // Tags of a rule that exists are only changed by TagResource.
    if rule.version == 1 {
        rule.tags = tags;
    }
    firing::wait(context, bus, name);
    Ok(json!({"RuleArn": arn}))
}

fn check(input: &Input<'_>, bus: &str) -> Result<(), AwsError> {
    let (pattern, expression) = (input.text("EventPattern"), input.text("ScheduleExpression"));
    if pattern.is_none() && expression.is_none() {
        return Err(invalid("Parameter(s) EventPattern or ScheduleExpression must be specified."));
    }
    if expression.is_some() && bus != DEFAULT_BUS {
        return Err(invalid("ScheduleExpression is supported only on the default event bus."));
    }
    let readable = expression.map(Expression::parse).is_none_or(|times| times.is_some_and(|times| !times.is_once()));
    if !readable {
        return Err(invalid("Parameter ScheduleExpression is not valid."));
    }
    pattern.map_or(Ok(()), |pattern| pattern::check(pattern).map(|_| ()))
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (name, bus) = (input.required("Name")?, bus_name(input, "EventBusName"));
    state(context).rule(bus, name).map(|rule| rule.described())
}

pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let prefix = input.text("NamePrefix").unwrap_or_default();
    let bus = state(context).bus(bus_name(input, "EventBusName"))?;
    let rules = bus.rules.values().filter(|rule| rule.name.starts_with(prefix));
    let rows: Vec<(String, Value)> = rules.map(|rule| (rule.name.clone(), rule.render())).collect();
    paged(input, "Rules", rows)
}

pub(super) fn enable(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    switch(context, input, "ENABLED")
}

pub(super) fn disable(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    switch(context, input, "DISABLED")
}

fn switch(context: &mut Context<'_>, input: &Input<'_>, to: &str) -> Answer {
    let (name, bus) = (input.required("Name")?, bus_name(input, "EventBusName"));
    let rule = state(context).rule(bus, name)?;
    to.clone_into(&mut rule.state);
    rule.version += 1;
    firing::wait(context, bus, name);
    Ok(Value::Null)
}

/// Targets go first; a rule that is not there is deleted already.
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteRule.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("Name")?;
    let rules = &mut state(context).bus(bus_name(input, "EventBusName"))?.rules;
    if rules.get(name).is_some_and(|rule| !rule.targets.is_empty()) {
        return Err(invalid("Rule can't be deleted since it has targets."));
    }
    rules.remove(name);
    Ok(Value::Null)
}
