//! Cloud Map: namespaces, services and the instances that answer for them.
//!
//! Namespaces and instances come and go by operations, which take a while (`operation`). What a namespace in DNS knows is
//! in a zone of Route53 (`dns`). ECS registers the tasks of its services by `registry`.

mod discovery;
mod dns;
mod instance;
mod instance_calls;
mod namespace;
mod namespace_calls;
mod operation;
mod operation_calls;
pub(crate) mod registry;
mod service;
mod service_calls;
mod tagging;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use namespace::Namespace;
use operation::Operation;
use service::Service;

use super::context::{Context, Handler};
use super::error::{Answer, AwsError};
use super::input::Input;
use super::inventory::Item;
use super::page;

/// What Cloud Map has in one region.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct State {
    namespaces: BTreeMap<String, Namespace>,
    services: BTreeMap<String, Service>,
    operations: BTreeMap<String, Operation>,
    /// By what it is about, the operation that is under way.
    pending: BTreeMap<String, String>,
    /// By the request id of its creator, what was asked for and the operation that does it.
    requests: BTreeMap<String, (Value, String)>,
}

/// What happens by itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Event {
    /// An operation is done.
    Done(String),
}

pub(crate) fn on_event(context: &mut Context<'_>, event: Event) {
    match event {
        Event::Done(id) => operation::finish(context, &id),
    }
}

impl State {
    /// By id or ARN.
    fn namespace(&self, id_or_arn: &str) -> Result<&Namespace, AwsError> {
        let missing = || AwsError::new("NamespaceNotFound", format!("Namespace {id_or_arn} not found."));
        self.namespaces.get(last(id_or_arn)).ok_or_else(missing)
    }

    fn service(&self, id_or_arn: &str) -> Result<&Service, AwsError> {
        let missing = || AwsError::new("ServiceNotFound", format!("Service {id_or_arn} not found."));
        self.services.get(last(id_or_arn)).ok_or_else(missing)
    }

    fn service_mut(&mut self, id_or_arn: &str) -> Result<&mut Service, AwsError> {
        self.service(id_or_arn)?;
        let missing = || AwsError::new("ServiceNotFound", format!("Service {id_or_arn} not found."));
        self.services.get_mut(last(id_or_arn)).ok_or_else(missing)
    }
}

/// The operation of that name, if it is simulated.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CreateHttpNamespace" => namespace_calls::create_http,
        "CreatePrivateDnsNamespace" => namespace_calls::create_private,
        "CreatePublicDnsNamespace" => namespace_calls::create_public,
        "GetNamespace" => namespace_calls::get,
        "ListNamespaces" => namespace_calls::list,
        "UpdateHttpNamespace" | "UpdatePrivateDnsNamespace" | "UpdatePublicDnsNamespace" => namespace_calls::update,
        "DeleteNamespace" => namespace_calls::delete,
        "CreateService" => service_calls::create,
        "GetService" => service_calls::get,
        "ListServices" => service_calls::list,
        "UpdateService" => service_calls::update,
        "DeleteService" => service_calls::delete,
        "RegisterInstance" => instance_calls::register,
        "DeregisterInstance" => instance_calls::deregister,
        "GetInstance" => instance_calls::get,
        "ListInstances" => instance_calls::list,
        "GetInstancesHealthStatus" => instance_calls::health,
        "UpdateInstanceCustomHealthStatus" => instance_calls::update_health,
        "DiscoverInstances" => discovery::discover,
        "DiscoverInstancesRevision" => discovery::revision,
        "GetOperation" => operation_calls::get,
        "ListOperations" => operation_calls::list,
        "TagResource" => tagging::tag,
        "UntagResource" => tagging::untag,
        "ListTagsForResource" => tagging::list,
        _ => return None,
    })
}

/// What exists.
pub(crate) fn inventory(state: &State) -> Vec<Item> {
    state.namespaces.values().map(Namespace::item).chain(state.services.values().flat_map(Service::items)).collect()
}

/// The id at the end of an ARN.
fn last(id_or_arn: &str) -> &str {
    id_or_arn.rsplit('/').next().unwrap_or(id_or_arn)
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidInput", message)
}

/// At most a hundred on a page.
/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_ListServices.html>
fn paged(input: &Input<'_>, list: &str, rows: Vec<(String, Value)>) -> Answer {
    let limit = usize::try_from(input.int("MaxResults")?.unwrap_or(100)).ok();
    let page = page::cut(rows, limit, input.text("NextToken"));
    let (page, next) = page.ok_or_else(|| invalid("The value of NextToken is not valid."))?;
    Ok(json!({ list: page, "NextToken": next }))
}

/// Whether a thing is among those that the filters of a list want; `field` tells what it has under a filter's name.
/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_OperationFilter.html>
fn is_wanted(input: &Input<'_>, field: impl Fn(&str) -> Option<String>) -> bool {
    input.parts("Filters").iter().all(|filter| {
        let own = filter.text("Name").and_then(&field).unwrap_or_default();
        let values = filter.texts("Values");
        match filter.text("Condition") {
            Some("BEGINS_WITH") => values.iter().any(|value| own.starts_with(value)),
            Some("BETWEEN") => {
                let number = |text: &str| text.parse::<f64>().unwrap_or_default();
                let bound = |place: usize| values.get(place).map_or(f64::MAX, |value| number(value));
                (bound(0)..=bound(1)).contains(&number(&own))
            }
            Some(_) | None => values.contains(&own.as_str()),
        }
    })
}
