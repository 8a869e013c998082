//! Instances of services: they come, go, and are in DNS while they are healthy.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::dns;
use crate::model::context::Context;
use crate::model::error::AwsError;

/// Something that answers for a service.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Instance {
    pub(super) id: String,
    pub(super) creator: Option<String>,
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) is_healthy: bool,
}

impl Instance {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    pub(super) fn health(&self) -> &'static str {
        if self.is_healthy { "HEALTHY" } else { "UNHEALTHY" }
    }

    /// <https://docs.aws.amazon.com/cloud-map/latest/api/API_Instance.html>
    pub(super) fn render(&self, account: &str) -> Value {
        json!({
            "Id": self.id,
            "CreatorRequestId": self.creator,
            "Attributes": self.attributes,
            "CreatedByAccount": account,
        })
    }
}

/// An instance that is there already is exchanged.
pub(super) fn add(context: &mut Context<'_>, service: &str, instance: Instance) -> Result<(), AwsError> {
    let id = instance.id.clone();
    dns::withdraw(context, service, &id);
    let found = context.region().servicediscovery.service_mut(service)?;
    found.revision += 1;
    found.instances.insert(id.clone(), instance);
    dns::announce(context, service, &id)
}

pub(super) fn remove(context: &mut Context<'_>, service: &str, id: &str) {
    dns::withdraw(context, service, id);
    if let Ok(found) = context.region().servicediscovery.service_mut(service)
        && found.instances.remove(id).is_some()
    {
        found.revision += 1;
    }
}
