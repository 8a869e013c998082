//! CloudWatch Logs groups.

use crate::model::context::Handler;
use crate::model::inventory::Item;

/// What one logs state holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct State {}

/// The operation of that name, if it is simulated.
pub(crate) fn handler(_operation: &str) -> Option<Handler> {
    None
}

/// What exists.
pub(crate) fn inventory(_state: &State) -> Vec<Item> {
    Vec::new()
}
