//! Operations: what was asked for and takes a while.
//!
//! <https://docs.aws.amazon.com/cloud-map/latest/api/API_Operation.html>

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::instance::{self, Instance};
use super::namespace::Namespace;
use super::{Event, dns, namespace_calls};
use crate::model::clock::{Moment, epoch};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::event;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) work: Work,
    pub(super) status: Status,
    created: Moment,
    updated: Moment,
    pub(super) targets: BTreeMap<String, String>,
    /// Code and message of what went wrong.
    fault: Option<(String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, Serialize, Deserialize)]
#[strum(serialize_all = "UPPERCASE")]
pub(super) enum Status {
    Pending,
    Success,
    Fail,
}

/// What is done in the end.
#[derive(Debug, Clone, strum::IntoStaticStr, Serialize, Deserialize)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Work {
    CreateNamespace(Box<Namespace>),
    DeleteNamespace(String),
    /// Description and lifetime of the SOA record, where they change.
    UpdateNamespace(String, Option<String>, Option<i64>),
    /// What the call said of it.
    UpdateService(String, Value),
    RegisterInstance(String, Box<Instance>),
    DeregisterInstance(String, String),
}

impl Work {
    fn targets(&self) -> BTreeMap<String, String> {
        let pairs = match self {
            Self::CreateNamespace(namespace) => vec![("NAMESPACE", namespace.id.clone())],
            Self::DeleteNamespace(id) | Self::UpdateNamespace(id, ..) => vec![("NAMESPACE", id.clone())],
            Self::UpdateService(id, _) => vec![("SERVICE", id.clone())],
            Self::RegisterInstance(service, instance) => {
                vec![("SERVICE", service.clone()), ("INSTANCE", instance.id.clone())]
            }
            Self::DeregisterInstance(service, id) => vec![("SERVICE", service.clone()), ("INSTANCE", id.clone())],
        };
        pairs.into_iter().map(|(kind, id)| (kind.to_owned(), id)).collect()
    }
}

impl Operation {
    pub(super) fn field(&self, filter: &str) -> Option<String> {
        match filter {
            "STATUS" => Some(<&str>::from(self.status).to_owned()),
            "TYPE" => Some(<&str>::from(&self.work).to_owned()),
            "NAMESPACE_ID" => self.targets.get("NAMESPACE").cloned(),
            "SERVICE_ID" => self.targets.get("SERVICE").cloned(),
            "UPDATE_DATE" => Some(epoch(self.updated).to_string()),
            _ => None,
        }
    }

    pub(super) fn render(&self, account: &str) -> Value {
        let (status, kind): (&str, &str) = (self.status.into(), (&self.work).into());
        json!({
            "Id": self.id,
            "OwnerAccount": account,
            "Type": kind,
            "Status": status,
            "ErrorCode": self.fault.as_ref().map(|(code, _)| code),
            "ErrorMessage": self.fault.as_ref().map(|(_, message)| message),
            "CreateDate": epoch(self.created),
            "UpdateDate": epoch(self.updated),
            "Targets": self.targets,
        })
    }
}

/// Begins an operation. While another about the same thing is under way, it is refused.
/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_DeregisterInstance.html>
pub(super) fn begin(context: &mut Context<'_>, work: Work, takes: TimeDelta) -> Answer {
    let targets = work.targets();
    let about = about(&targets);
    if let Some(other) = context.region().servicediscovery.pending.get(&about) {
        let message = format!("The request conflicts with the operation {other}, which is in progress.");
        return Err(AwsError::new("DuplicateRequest", message).with_details(json!({"DuplicateOperationId": other})));
    }
    let id = format!("{}-{}", context.world.ids.hex(32), context.world.ids.hex(8));
    let (created, updated) = (context.now, context.now);
    let operation = Operation { id: id.clone(), work, status: Status::Pending, created, updated, targets, fault: None };
    let state = &mut context.region().servicediscovery;
    state.operations.insert(id.clone(), operation);
    state.pending.insert(about, id.clone());
    context.schedule(takes, event::Event::CloudMap(Event::Done(id.clone())));
    Ok(json!({ "OperationId": id }))
}

fn about(targets: &BTreeMap<String, String>) -> String {
    targets.values().cloned().collect::<Vec<_>>().join("/")
}

/// An operation does what it is for.
pub(super) fn finish(context: &mut Context<'_>, id: &str) {
    let now = context.now;
    let state = &mut context.region().servicediscovery;
    let Some(operation) = state.operations.get(id).cloned() else { return };
    state.pending.remove(&about(&operation.targets));
    let done = perform(context, operation.work);
    if let Some(operation) = context.region().servicediscovery.operations.get_mut(id) {
        operation.updated = now;
        operation.status = if done.is_ok() { Status::Success } else { Status::Fail };
        operation.fault = done.err().map(|error| (error.code.into_owned(), error.message));
    }
}

fn perform(context: &mut Context<'_>, work: Work) -> Result<(), AwsError> {
    match work {
        Work::CreateNamespace(mut namespace) => {
            namespace_calls::check_free(context, &namespace.name)?;
            namespace.zone = dns::make_zone(context, &namespace)?;
            context.region().servicediscovery.namespaces.insert(namespace.id.clone(), *namespace);
        }
        Work::DeleteNamespace(id) => {
            let removed = context.region().servicediscovery.namespaces.remove(&id);
            if let Some(zone) = removed.and_then(|namespace| namespace.zone) {
                dns::remove_zone(context, &zone)?;
            }
        }
        Work::UpdateNamespace(id, description, ttl) => {
            if let Some(namespace) = context.region().servicediscovery.namespaces.get_mut(&id) {
                namespace.description = description.or(namespace.description.take());
                namespace.ttl = ttl.or(namespace.ttl);
            }
        }
        Work::UpdateService(id, change) => {
            let keys: Vec<String> = context.region().servicediscovery.service(&id)?.instances.keys().cloned().collect();
            keys.iter().for_each(|key| dns::withdraw(context, &id, key));
            context.region().servicediscovery.service_mut(&id)?.change(&change);
            keys.iter().try_for_each(|key| dns::announce(context, &id, key))?;
        }
        Work::RegisterInstance(service, made) => instance::add(context, &service, *made)?,
        Work::DeregisterInstance(service, id) => instance::remove(context, &service, &id),
    }
    Ok(())
}
