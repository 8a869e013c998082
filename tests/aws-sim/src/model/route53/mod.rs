//! Hosted zones and their records.

use crate::model::context::{Context, Handler};
use crate::model::inventory::Item;

/// What one route53 state holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct State {}

/// What happens by itself.
#[derive(Debug, Clone)]
pub(crate) enum Event {}

/// Lets an event happen.
pub(crate) fn on_event(_context: &mut Context<'_>, event: Event) {
    match event {}
}

/// The operation of that name, if it is simulated.
pub(crate) fn handler(_operation: &str) -> Option<Handler> {
    None
}

/// What exists.
pub(crate) fn inventory(_state: &State) -> Vec<Item> {
    Vec::new()
}
