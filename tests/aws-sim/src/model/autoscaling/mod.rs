//! Auto Scaling groups.

use crate::model::context::{Context, Handler};
use crate::model::inventory::Item;

/// What Auto Scaling has in one region.
#[derive(Debug, Clone, Default)]
pub(crate) struct State {}

/// What happens by itself.
#[derive(Debug, Clone)]
pub(crate) enum Event {}

/// Lets an event happen.
pub(crate) fn on_event(_context: &mut Context<'_>, event: Event) {
    match event {}
}

/// An instance runs.
pub(crate) fn instance_running(_context: &mut Context<'_>, _instance_id: &str) {}

/// An instance is gone.
pub(crate) fn instance_terminated(_context: &mut Context<'_>, _instance_id: &str) {}

/// The operation of that name, if it is simulated.
pub(crate) fn handler(_operation: &str) -> Option<Handler> {
    None
}

/// What exists.
pub(crate) fn inventory(_state: &State) -> Vec<Item> {
    Vec::new()
}
