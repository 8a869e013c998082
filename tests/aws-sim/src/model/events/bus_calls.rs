//! The calls about buses.

use serde_json::{Value, json};

use super::bus::Bus;
use super::{DEFAULT_BUS, bus_name, invalid, paged, state, tagging};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html>
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("Name")?;
    if name.contains('/') {
        return Err(invalid("Event bus name must not contain '/'."));
    }
    let arn = context.arn("events", &format!("event-bus/{name}"));
    let (now, tags) = (context.now, tagging::read(input)?);
    let buses = &mut state(context).buses;
    if buses.contains_key(name) {
        return Err(AwsError::new("ResourceAlreadyExistsException", format!("Event bus {name} already exists.")));
    }
    let description = input.text("Description").map(str::to_owned);
    buses.insert(name.to_owned(), Bus { tags, description, ..Bus::new(name, arn.clone(), now) });
    Ok(json!({"EventBusArn": arn, "Description": input.text("Description")}))
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    state(context).bus(bus_name(input, "Name")).map(|bus| bus.render())
}

pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let prefix = input.text("NamePrefix").unwrap_or_default();
    let buses = state(context).buses.values().filter(|bus| bus.name.starts_with(prefix));
    let rows: Vec<(String, Value)> = buses.map(|bus| (bus.name.clone(), bus.render())).collect();
    paged(input, "EventBuses", rows)
}

/// A bus that is not there is deleted already.
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteEventBus.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = bus_name(input, "Name");
    if name == DEFAULT_BUS {
        return Err(invalid("Cannot delete event bus default."));
    }
    let buses = &mut state(context).buses;
    if buses.get(name).is_some_and(|bus| !bus.rules.is_empty()) {
        return Err(invalid("Event bus can't be deleted since it has rules."));
    }
    buses.remove(name);
    Ok(Value::Null)
}
