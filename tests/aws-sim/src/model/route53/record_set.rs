//! Resource record sets: a name and a type, and what is answered for them.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde_json::{Value, json};

use super::{domain_name, invalid};
use crate::model::error::AwsError;
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html>
const TYPES: [&str; 17] = [
    "SOA", "A", "TXT", "NS", "CNAME", "MX", "NAPTR", "PTR", "SRV", "SPF", "AAAA", "CAA", "DS", "TLSA", "SSHFP", "SVCB",
    "HTTPS",
];
/// Members that say when a record set is the answer, and only make sense with an identifier.
const ROUTING: [&str; 9] = [
    "Weight",
    "Region",
    "GeoLocation",
    "Failover",
    "MultiValueAnswer",
    "HealthCheckId",
    "TrafficPolicyInstanceId",
    "CidrRoutingConfig",
    "GeoProximityLocation",
];

/// What tells record sets of a zone apart, in the order in which they are listed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub(super) struct Key {
    reversed: String,
    pub(super) kind: String,
    pub(super) identifier: Option<String>,
    pub(super) name: String,
}

/// One record set.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct RecordSet {
    pub(super) key: Key,
    pub(super) answer: Content,
    /// Routing members as they came.
    routing: Vec<(String, Value)>,
}

/// What a record set answers with.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) enum Content {
    Values { ttl: i64, values: Vec<String> },
    Alias { zone_id: String, name: String, health: bool },
}

impl Key {
    pub(super) fn new(name: &str, kind: &str, identifier: Option<&str>) -> Self {
        let (reversed, name) = (domain_name::sort_key(name), name.to_owned());
        Self { reversed, kind: kind.to_owned(), identifier: identifier.map(str::to_owned), name }
    }

    /// As AWS's refusals name a record set.
    pub(super) fn cited(&self) -> String {
        let identifier = self.identifier.as_ref().map(|it| format!(", set identifier='{it}'")).unwrap_or_default();
        format!("[name='{}', type='{}'{identifier}]", self.name, self.kind)
    }
}

impl RecordSet {
    /// Values without routing.
    pub(super) fn plain(name: &str, kind: &str, ttl: i64, values: Vec<String>) -> Self {
        Self { key: Key::new(name, kind, None), answer: Content::Values { ttl, values }, routing: Vec::new() }
    }

    /// Reads one; `action` is cited when it says too much or too little.
    /// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html>
    pub(super) fn read(input: &Input<'_>, action: &str) -> Result<Self, AwsError> {
        let (name, kind) = (domain_name::normal(input.required("Name")?)?, input.required("Type")?);
        if !TYPES.contains(&kind) {
            return Err(invalid(format!(
                "1 validation error detected: Value '{kind}' at 'type' failed to satisfy constraint: Member must satisfy \
                 enum value set: [{}]",
                TYPES.join(", ")
            )));
        }
        let key = Key::new(&name, kind, input.text("SetIdentifier"));
        let values = input.part("ResourceRecords").parts("ResourceRecord");
        let target = input.part("AliasTarget");
        let answer = match (input.int("TTL")?, values.is_empty(), input.has("AliasTarget")) {
            (Some(ttl), false, false) => {
                let values = values.iter().map(|value| value.required("Value").map(str::to_owned));
                Content::Values { ttl, values: values.collect::<Result<_, _>>()? }
            }
            (None, true, true) => Content::Alias {
                zone_id: target.required("HostedZoneId")?.to_owned(),
                name: domain_name::normal(target.required("DNSName")?)?,
                health: target.flag("EvaluateTargetHealth")?.ok_or_else(|| target.missing("EvaluateTargetHealth"))?,
            },
            (ttl, none, alias) => {
                let found = if ttl.is_none() && none && !alias { "found none" } else { "found more or less" };
                return Err(invalid(format!(
                    "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or \
                     TrafficPolicyInstanceId], but {found} in Change with [Action={action}, Name={name}, Type={kind}, \
                     SetIdentifier={}]",
                    key.identifier.as_deref().unwrap_or("null")
                )));
            }
        };
        let routing =
            ROUTING.iter().filter_map(|member| Some(((*member).to_owned(), input.get(member)?.clone()))).collect();
        Ok(Self { key, answer, routing })
    }

    /// What is wrong with the values for the type, if anything is.
    pub(super) fn fault(&self) -> Option<String> {
        let Content::Values { ttl, values } = &self.answer else { return None };
        if !(0..=i64::from(i32::MAX)).contains(ttl) {
            return Some(format!("Invalid TTL {ttl}: it must be between 0 and 2147483647"));
        }
        if self.key.kind == "CNAME" && values.len() != 1 {
            return Some("Invalid Resource Record: a CNAME record must have exactly one value".to_owned());
        }
        let problem = |value: &String| match self.key.kind.as_str() {
            "A" => value
                .parse::<Ipv4Addr>()
                .is_err()
                .then_some("ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)"),
            "AAAA" => value
                .parse::<Ipv6Addr>()
                .is_err()
                .then_some("AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)"),
            "CNAME" => domain_name::normal(value).is_err().then_some("DomainLabelEmpty (Domain label is empty)"),
            "TXT" | "SPF" => (!(value.len() >= 2 && value.starts_with('"') && value.ends_with('"')))
                .then_some("InvalidCharacterString (Value should be enclosed in quotation marks)"),
            _ => None,
        };
        values.iter().find_map(|value| {
            problem(value).map(|problem| {
                format!("Invalid Resource Record: 'FATAL problem: {problem} encountered with '{value}''")
            })
        })
    }

    /// What it answers, if it is no alias.
    pub(super) fn values(&self) -> &[String] {
        match &self.answer {
            Content::Values { values, .. } => values,
            Content::Alias { .. } => &[],
        }
    }

    pub(super) fn render(&self) -> Value {
        let mut tree = json!({"Name": self.key.name, "Type": self.key.kind, "SetIdentifier": self.key.identifier});
        for (member, value) in &self.routing {
            tree[member] = value.clone();
        }
        match &self.answer {
            Content::Values { ttl, values } => {
                let values: Vec<Value> = values.iter().map(|value| json!({ "Value": value })).collect();
                tree["TTL"] = json!(ttl);
                tree["ResourceRecords"] = json!({ "ResourceRecord": values });
            }
            Content::Alias { zone_id, name, health } => {
                let target = json!({"HostedZoneId": zone_id, "DNSName": name, "EvaluateTargetHealth": health});
                tree["AliasTarget"] = target;
            }
        }
        tree
    }
}
