//! What ECS does with Cloud Map: tasks of services are instances of a service here while they run.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-discovery.html>

use std::collections::BTreeMap;

use super::instance::{self, Instance};
use super::namespace::{Kind, Namespace};
use crate::model::context::Context;

/// Whether the service of that ARN exists, and whether it has records of type SRV, for which tasks bring their ports.
pub(crate) fn wants_ports(context: &mut Context<'_>, arn: &str) -> Option<bool> {
    Some(context.region().servicediscovery.service(arn).ok()?.has("SRV"))
}

/// Whether there is a namespace of that name or ARN.
pub(crate) fn has_namespace(context: &mut Context<'_>, name_or_arn: &str) -> bool {
    let state = &context.region().servicediscovery;
    state.namespace(name_or_arn).is_ok() || state.namespaces.values().any(|one| one.name == name_or_arn)
}

/// The ARN of the namespace that a cluster names as its default. One that is not there is made, for calls only.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ClusterServiceConnectDefaultsRequest.html>
pub(crate) fn default_namespace(context: &mut Context<'_>, name: &str) -> String {
    let state = &context.region().servicediscovery;
    if let Some(known) = state.namespaces.values().find(|one| one.name == name) {
        return known.arn.clone();
    }
    let id = format!("ns-{}", context.world.ids.hex(16));
    let arn = context.arn("servicediscovery", &format!("namespace/{id}"));
    let namespace = Namespace::new(&id, &arn, name, Kind::Http, context.now);
    context.region().servicediscovery.namespaces.insert(id, namespace);
    arn
}

/// A task has come up.
pub(crate) fn register(context: &mut Context<'_>, arn: &str, id: &str, attributes: BTreeMap<String, String>) {
    let instance = Instance { id: id.to_owned(), creator: None, attributes, is_healthy: true };
    if let Err(error) = instance::add(context, super::last(arn), instance) {
        tracing::debug!(arn, id, %error, "a task could not be registered");
    }
}

/// A task is about to end.
pub(crate) fn deregister(context: &mut Context<'_>, arn: &str, id: &str) {
    instance::remove(context, super::last(arn), id);
}
