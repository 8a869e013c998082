//! Resource record sets: a name and a type, and what is answered for them.

use serde_json::{Value, json};

use super::{domain_name, invalid, routing};
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
        let answer = match (time_to_live(input)?, values.is_empty(), input.has("AliasTarget")) {
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
        routing::check(input, action, &key)?;
        let routing =
            ROUTING.iter().filter_map(|member| Some(((*member).to_owned(), input.get(member)?.clone()))).collect();
        Ok(Self { key, answer, routing })
    }

    /// What it answers, if it is no alias.
    pub(super) fn values(&self) -> &[String] {
        match &self.answer {
            Content::Values { values, .. } => values,
            Content::Alias { .. } => &[],
        }
    }

    /// A member that says when the record set is the answer.
    pub(super) fn routed_by(&self, member: &str) -> Option<&Value> {
        self.routing.iter().find(|(name, _)| name == member).map(|(_, value)| value)
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

/// The document's schema bounds it.
fn time_to_live(input: &Input<'_>) -> Result<Option<i64>, AwsError> {
    let longest = i64::from(i32::MAX);
    match input.int("TTL")? {
        Some(ttl) if ttl > longest => Err(invalid(format!(
            "Invalid XML ; cvc-maxInclusive-valid: Value '{ttl}' is not facet-valid with respect to maxInclusive \
             '{longest}' for type 'TTL'."
        ))),
        Some(ttl) if ttl < 0 => Err(invalid(format!(
            "Invalid XML ; cvc-minInclusive-valid: Value '{ttl}' is not facet-valid with respect to minInclusive '0' for \
             type 'TTL'."
        ))),
        ttl => Ok(ttl),
    }
}
