//! Services: what is known of one, and how it is shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::instance::Instance;
use crate::model::clock::{Moment, epoch};
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// What instances answer for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Service {
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) namespace: String,
    pub(super) description: Option<String>,
    /// Null if it is not in DNS.
    pub(super) dns: Value,
    pub(super) kind: Kind,
    /// The health checks of Route53, and those of others, as they were asked for.
    pub(super) health_check: Value,
    pub(super) custom_health: Value,
    pub(super) created: Moment,
    pub(super) creator: Option<String>,
    pub(super) instances: BTreeMap<String, Instance>,
    /// Counts the changes of its instances.
    pub(super) revision: i64,
    pub(super) tags: Tags,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, Serialize, Deserialize)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Kind {
    Http,
    DnsHttp,
}

impl Service {
    /// The types of its records, with their lifetimes.
    pub(super) fn records(&self) -> Vec<(&str, i64)> {
        let parts = self.dns["DnsRecords"].as_array().into_iter().flatten();
        parts.filter_map(|one| Some((one["Type"].as_str()?, one["TTL"].as_i64()?))).collect()
    }

    pub(super) fn has(&self, record: &str) -> bool {
        self.records().iter().any(|(kind, _)| *kind == record)
    }

    /// What UpdateService says of it. Without its parts it loses its records or its health checks.
    pub(super) fn change(&mut self, change: &Value) {
        if let Some(description) = change["Description"].as_str() {
            self.description = Some(description.to_owned());
        }
        match change["DnsConfig"].get("DnsRecords") {
            Some(records) => self.dns["DnsRecords"] = records.clone(),
            None => self.dns = Value::Null,
        }
        self.health_check = change["HealthCheckConfig"].clone();
    }

    pub(super) fn items(&self) -> Vec<Item> {
        let own = Item::new("servicediscovery", "services", &self.id, &self.tags, "ACTIVE").named(&self.name);
        let instances = self.instances.keys().map(|id| {
            let id = format!("{}/{id}", self.id);
            Item::new("servicediscovery", "instances", &id, &Tags::default(), "ACTIVE").named(&self.name)
        });
        std::iter::once(own).chain(instances).collect()
    }

    /// <https://docs.aws.amazon.com/cloud-map/latest/api/API_Service.html>
    pub(super) fn render(&self, account: &str) -> Value {
        let kind: &str = self.kind.into();
        json!({
            "Id": self.id,
            "Arn": self.arn,
            "ResourceOwner": account,
            "CreatedByAccount": account,
            "Name": self.name,
            "NamespaceId": self.namespace,
            "Description": self.description,
            "InstanceCount": self.instances.len(),
            "DnsConfig": if self.dns.is_null() { json!({}) } else { self.dns.clone() },
            "Type": kind,
            "HealthCheckConfig": self.health_check,
            "HealthCheckCustomConfig": self.custom_health,
            "CreateDate": epoch(self.created),
            "CreatorRequestId": self.creator,
        })
    }
}
