//! Classic load balancers.

use crate::model::context::{Context, Handler};
use crate::model::inventory::Item;

/// What one elb state holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct State {}

/// What happens by itself.
#[derive(Debug, Clone)]
pub(crate) enum Event {}

/// Whether there is a load balancer of that name in the region.
pub(crate) fn exists(_context: &mut Context<'_>, _name: &str) -> bool {
    false
}

/// Another service registers an instance, as ECS does when a task with a load balancer runs. Nothing happens if there is
/// no such load balancer, or if the instance is registered already.
pub(crate) fn register(_context: &mut Context<'_>, _load_balancer: &str, _instance_id: &str) {}

/// Another service deregisters an instance, as ECS does when the last task there ends.
pub(crate) fn deregister(_context: &mut Context<'_>, _load_balancer: &str, _instance_id: &str) {}

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
