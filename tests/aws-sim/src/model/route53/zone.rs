//! One hosted zone, with the records that it must have.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::record_set::{Key, RecordSet};
use super::vpc_association::Vpc;
use crate::model::ids::Ids;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// A hosted zone.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Zone {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) caller_reference: String,
    pub(super) comment: Option<String>,
    /// Private to these; none for a public zone.
    pub(super) vpcs: Vec<Vpc>,
    /// VPCs of other accounts that may be associated.
    pub(super) authorized: Vec<Vpc>,
    /// The reusable set that the name servers are from.
    pub(super) delegation_set: Option<String>,
    pub(super) name_servers: [String; 4],
    #[serde(with = "crate::model::pairs")]
    pub(super) records: BTreeMap<Key, RecordSet>,
    pub(super) tags: Tags,
}

impl Zone {
    pub(super) fn new(ids: &mut Ids, name: &str, caller_reference: &str, vpc: Option<Vpc>) -> Self {
        let name_servers = if vpc.is_some() { private_name_servers() } else { public_name_servers(ids) };
        Self::with_name_servers(ids, name, caller_reference, vpc, name_servers)
    }

    pub(super) fn with_name_servers(
        ids: &mut Ids,
        name: &str,
        caller_reference: &str,
        vpc: Option<Vpc>,
        name_servers: [String; 4],
    ) -> Self {
        let mut zone = Self {
            id: ids.capitals("Z", 20),
            name: name.to_owned(),
            caller_reference: caller_reference.to_owned(),
            comment: None,
            vpcs: vpc.into_iter().collect(),
            authorized: Vec::new(),
            delegation_set: None,
            name_servers,
            records: BTreeMap::new(),
            tags: Tags::default(),
        };
        for record in zone.required_records() {
            zone.records.insert(record.key.clone(), record);
        }
        zone
    }

    pub(super) fn is_private(&self) -> bool {
        !self.vpcs.is_empty()
    }

    /// Records that somebody added.
    pub(super) fn added_records(&self) -> impl Iterator<Item = &RecordSet> {
        self.records.values().filter(|record| !self.requires(&record.key))
    }

    /// Whether the zone cannot be without a record.
    pub(super) fn requires(&self, key: &Key) -> bool {
        key.name == self.name && matches!(key.kind.as_str(), "NS" | "SOA")
    }

    pub(super) fn items(&self) -> Vec<Item> {
        let zone = Item::new("route53", "hosted_zones", &self.id, &self.tags, "available").named(&self.name);
        let added = self.added_records().map(|record| {
            let id = format!("{}/{}/{}", self.id, record.key.name, record.key.kind);
            Item::new("route53", "record_sets", &id, &Tags::default(), "available").named(&record.key.name)
        });
        let zone = zone.with("private", self.is_private()).with("record_sets", self.records.len());
        std::iter::once(zone).chain(added).collect()
    }

    /// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_HostedZone.html>
    pub(super) fn render(&self) -> Value {
        json!({
            "Id": format!("/hostedzone/{}", self.id),
            "Name": self.name,
            "CallerReference": self.caller_reference,
            "Config": {"Comment": self.comment, "PrivateZone": self.is_private()},
            "ResourceRecordSetCount": self.records.len(),
        })
    }

    /// The name servers of a public zone; private ones show none.
    pub(super) fn delegation_set(&self) -> Value {
        let id = self.delegation_set.as_ref().map(|id| format!("/delegationset/{id}"));
        let servers = json!({"Id": id, "NameServers": {"NameServer": self.name_servers}});
        if self.is_private() { Value::Null } else { servers }
    }

    /// <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html>
    fn required_records(&self) -> [RecordSet; 2] {
        let servers = self.name_servers.iter().map(|server| format!("{server}.")).collect();
        let start = format!("{}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400", self.name_servers[0]);
        [RecordSet::plain(&self.name, "NS", 172_800, servers), RecordSet::plain(&self.name, "SOA", 900, vec![start])]
    }
}

fn private_name_servers() -> [String; 4] {
    ["ns-1536.awsdns-00.co.uk", "ns-0.awsdns-00.com", "ns-1024.awsdns-00.org", "ns-512.awsdns-00.net"]
        .map(str::to_owned)
}

/// Four servers out of the four ranges that AWS has, different for every zone.
pub(super) fn public_name_servers(ids: &mut Ids) -> [String; 4] {
    let mut number = || u32::from_str_radix(&ids.hex(4), 16).unwrap_or_default();
    [("co.uk", 1536), ("com", 0), ("org", 1024), ("net", 512)].map(|(domain, first)| {
        let drawn = number();
        format!("ns-{}.awsdns-{:02}.{domain}", first + drawn % 512, drawn / 512 % 64)
    })
}
