//! EC2: networks and instances.

use crate::model::context::{Context, Handler};
use crate::model::inventory::Item;

#[derive(Debug, Clone, Default)]
pub(crate) struct State;

#[derive(Debug, Clone)]
pub(crate) enum Event {}

pub(crate) fn handler(_operation: &str) -> Option<Handler> {
    None
}
pub(crate) fn on_event(_context: &mut Context<'_>, event: Event) {
    match event {}
}
pub(crate) fn inventory(_state: &State) -> Vec<Item> {
    Vec::new()
}
