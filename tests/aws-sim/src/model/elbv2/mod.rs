//! Application and network load balancers: target groups, listeners, rules and the health of targets.

use super::context::Handler;
use super::inventory::Item;

/// What ELBv2 has in one region.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct State {}

/// The operation of that name, if it is simulated.
pub(crate) fn handler(_operation: &str) -> Option<Handler> {
    None
}

/// What exists.
pub(crate) fn inventory(_state: &State) -> Vec<Item> {
    Vec::new()
}
