//! ECS: clusters, container instances, task definitions, services, tasks.

use crate::model::context::{Context, Handler};
use crate::model::inventory::Item;

/// What ECS has in one region.
#[derive(Debug, Clone, Default)]
pub(crate) struct State {}

/// What happens by itself.
#[derive(Debug, Clone)]
pub(crate) enum Event {}

/// An EC2 instance whose ECS agent has started and reaches ECS.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Agent {
    /// The cluster's name out of the instance's user data.
    pub(crate) cluster: String,
    pub(crate) instance_id: String,
    pub(crate) instance_type: String,
    pub(crate) image_id: String,
    /// `x86_64` or `arm64`.
    pub(crate) architecture: &'static str,
    /// CPU units: 1024 for each vCPU.
    pub(crate) cpu: i64,
    /// MiB that the agent registers, which is less than the instance has.
    pub(crate) memory: i64,
    pub(crate) zone: String,
    pub(crate) subnet_id: String,
    pub(crate) vpc_id: String,
    pub(crate) private_ip: String,
}

/// An agent joins its cluster. Nothing happens if there is no such cluster.
pub(crate) fn instance_joined(_context: &mut Context<'_>, _agent: &Agent) {}

/// An EC2 instance stops or is terminated: its agent disconnects, its tasks end, its container instance goes.
pub(crate) fn instance_gone(_context: &mut Context<'_>, _instance_id: &str) {}

/// Whether a container on that EC2 instance listens on a host port. Load balancers ask it.
pub(crate) fn listens(_context: &mut Context<'_>, _instance_id: &str, _host_port: u16) -> bool {
    false
}

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
