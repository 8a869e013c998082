//! EventBridge: rules on buses, by schedule or by pattern, and the targets that they call.

mod bus;
mod bus_calls;
mod firing;
mod pattern;
mod payload;
mod put_events;
mod rule;
mod rule_calls;
mod tagging;
mod target_calls;

use std::collections::BTreeMap;

use bus::Bus;
pub(crate) use firing::{Event, is_heard, on_event, publish};
use rule::Rule;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::context::{Context, Handler};
use super::error::{Answer, AwsError};
use super::input::Input;
use super::inventory::Item;
use super::page;

/// The bus that AWS's own services send to; it is always there.
pub(crate) const DEFAULT_BUS: &str = "default";

/// What EventBridge has in one region.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct State {
    buses: BTreeMap<String, Bus>,
}

impl State {
    fn bus(&mut self, name: &str) -> Result<&mut Bus, AwsError> {
        self.buses.get_mut(name).ok_or_else(|| not_found(format!("Event bus {name} does not exist.")))
    }

    fn rule(&mut self, bus: &str, name: &str) -> Result<&mut Rule, AwsError> {
        let missing = || not_found(format!("Rule {name} does not exist on EventBus {bus}."));
        self.bus(bus)?.rules.get_mut(name).ok_or_else(missing)
    }
}

/// What EventBridge has where the call is made; the default bus is there from the first look at it.
fn state<'c>(context: &'c mut Context<'_>) -> &'c mut State {
    let (arn, now) = (context.arn("events", "event-bus/default"), context.now);
    let state = &mut context.region().events;
    state.buses.entry(DEFAULT_BUS.to_owned()).or_insert_with(|| Bus::new(DEFAULT_BUS, arn, now));
    state
}

/// The operation of that name, if it is simulated.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CreateEventBus" => bus_calls::create,
        "DescribeEventBus" => bus_calls::describe,
        "ListEventBuses" => bus_calls::list,
        "DeleteEventBus" => bus_calls::delete,
        "PutRule" => rule_calls::put,
        "DescribeRule" => rule_calls::describe,
        "ListRules" => rule_calls::list,
        "EnableRule" => rule_calls::enable,
        "DisableRule" => rule_calls::disable,
        "DeleteRule" => rule_calls::delete,
        "PutTargets" => target_calls::put,
        "RemoveTargets" => target_calls::remove,
        "ListTargetsByRule" => target_calls::list,
        "ListRuleNamesByTarget" => target_calls::list_rules,
        "PutEvents" => put_events::put,
        "TestEventPattern" => put_events::test_pattern,
        "TagResource" => tagging::tag,
        "UntagResource" => tagging::untag,
        "ListTagsForResource" => tagging::list,
        _ => return None,
    })
}

/// What exists, without the bus that nobody made.
pub(crate) fn inventory(state: &State) -> Vec<Item> {
    let buses = state.buses.values().filter(|bus| bus.name != DEFAULT_BUS).map(Bus::item);
    buses.chain(state.buses.values().flat_map(|bus| bus.rules.values()).map(Rule::item)).collect()
}

/// The bus that a call is about, by name or by ARN.
fn bus_name<'a>(input: &Input<'a>, member: &str) -> &'a str {
    input.text(member).map_or(DEFAULT_BUS, |bus| bus.rsplit('/').next().unwrap_or(bus))
}

/// A hundred on a page. <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRules.html>
fn paged(input: &Input<'_>, list: &str, rows: Vec<(String, Value)>) -> Answer {
    let limit = input.int("Limit")?.unwrap_or(100);
    if !(1..=100).contains(&limit) {
        return Err(invalid("Limit must be between 1 and 100."));
    }
    let page = page::cut(rows, usize::try_from(limit).ok(), input.text("NextToken"));
    let (page, next) = page.ok_or_else(|| invalid("Parameter NextToken is not valid."))?;
    Ok(json!({ list: page, "NextToken": next }))
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationException", message)
}

fn not_found(message: impl Into<String>) -> AwsError {
    AwsError::new("ResourceNotFoundException", message)
}
