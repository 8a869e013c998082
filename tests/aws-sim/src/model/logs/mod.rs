//! CloudWatch Logs groups.

use crate::model::context::{Context, Handler};
use crate::model::inventory::Item;

/// What one logs state holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct State {}

/// Another service writes a line, as the `awslogs` driver does for containers. The stream is made when it is missing;
/// false if there is no such group.
pub(crate) fn write(_context: &mut Context<'_>, _group: &str, _stream: &str, _line: &str) -> bool {
    false
}

/// The operation of that name, if it is simulated.
pub(crate) fn handler(_operation: &str) -> Option<Handler> {
    None
}

/// What exists.
pub(crate) fn inventory(_state: &State) -> Vec<Item> {
    Vec::new()
}
