//! Namespaces: what is known of one, and how it is shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::model::clock::{Moment, epoch};
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// The names of services; with a zone of Route53 unless it is only for calls.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Namespace {
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) description: Option<String>,
    /// The VPC that a private one is for.
    pub(super) vpc: Option<String>,
    /// Of the SOA record, seconds.
    pub(super) ttl: Option<i64>,
    pub(super) zone: Option<String>,
    pub(super) created: Moment,
    pub(super) creator: Option<String>,
    /// The ids of its services, by name.
    pub(super) services: BTreeMap<String, String>,
    pub(super) tags: Tags,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, Serialize, Deserialize)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Kind {
    Http,
    DnsPrivate,
    DnsPublic,
}

impl Namespace {
    pub(super) fn new(id: &str, arn: &str, name: &str, kind: Kind, created: Moment) -> Self {
        Self {
            id: id.to_owned(),
            arn: arn.to_owned(),
            name: name.to_owned(),
            kind,
            description: None,
            vpc: None,
            ttl: None,
            zone: None,
            created,
            creator: None,
            services: BTreeMap::new(),
            tags: Tags::default(),
        }
    }

    pub(super) fn item(&self) -> Item {
        let kind: &str = self.kind.into();
        Item::new("servicediscovery", "namespaces", &self.id, &self.tags, "ACTIVE").named(&self.name).with("type", kind)
    }

    pub(super) fn field(&self, filter: &str, account: &str) -> Option<String> {
        match filter {
            "TYPE" => Some(<&str>::from(self.kind).to_owned()),
            "NAME" | "HTTP_NAME" => Some(self.name.clone()),
            "RESOURCE_OWNER" => Some(account.to_owned()),
            _ => None,
        }
    }

    /// <https://docs.aws.amazon.com/cloud-map/latest/api/API_Namespace.html>
    pub(super) fn render(&self, account: &str) -> Value {
        let kind: &str = self.kind.into();
        let dns = json!({"HostedZoneId": self.zone, "SOA": {"TTL": self.ttl.unwrap_or(15)}});
        let mut properties = json!({"HttpProperties": {"HttpName": self.name}});
        if self.kind != Kind::Http {
            properties["DnsProperties"] = dns;
        }
        json!({
            "Id": self.id,
            "Arn": self.arn,
            "ResourceOwner": account,
            "Name": self.name,
            "Type": kind,
            "Description": self.description,
            "ServiceCount": self.services.len(),
            "Properties": properties,
            "CreateDate": epoch(self.created),
            "CreatorRequestId": self.creator,
        })
    }
}
