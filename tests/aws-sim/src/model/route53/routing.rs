//! Several record sets of one name and type, of which a rule picks the answer.
//!
//! <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy.html>

use std::collections::BTreeMap;

use serde_json::Value;

use super::invalid;
use super::record_set::{Key, RecordSet};
use crate::model::error::AwsError;
use crate::model::input::Input;

/// The members that say by what rule a record set is picked, with what AWS calls the rule.
const RULES: [(&str, &str); 7] = [
    ("Weight", "weighted"),
    ("Region", "latency"),
    ("Failover", "failover"),
    ("GeoLocation", "geolocation"),
    ("MultiValueAnswer", "multivalue answer"),
    ("CidrRoutingConfig", "IP-based"),
    ("GeoProximityLocation", "geoproximity"),
];

/// A record set has an identifier and one rule, or neither.
pub(super) fn check(input: &Input<'_>, action: &str, key: &Key) -> Result<(), AwsError> {
    let count = RULES.iter().filter(|(member, _)| input.has(member)).count();
    let place = format!(
        "in Change with [Action={action}, Name={}, Type={}, SetIdentifier={}]",
        key.name,
        key.kind,
        key.identifier.as_deref().unwrap_or("null")
    );
    match (&key.identifier, count) {
        (None, 0) | (Some(_), 1) => Ok(()),
        (None, _) => Err(invalid(format!("Invalid request: Missing field 'SetIdentifier' {place}"))),
        (Some(_), 0) => Err(invalid(format!(
            "Invalid request: Expected exactly one of [Weight, Region, Failover, GeoLocation, MultiValueAnswer, \
             CidrRoutingConfig, or GeoProximityLocation], but found none {place}"
        ))),
        (Some(_), _) => Err(invalid(format!(
            "Invalid request: Expected exactly one of [Weight, Region, Failover, GeoLocation, MultiValueAnswer, \
             CidrRoutingConfig, or GeoProximityLocation], but found more than one {place}"
        ))),
    }
}

/// What speaks against a record set beside the others of its name and type, if anything does.
pub(super) fn fault(records: &BTreeMap<Key, RecordSet>, record: &RecordSet) -> Option<String> {
    let others = records.values().filter(|other| {
        other.key.name == record.key.name && other.key.kind == record.key.kind && other.key != record.key
    });
    let cited = format!(
        "RRSet with DNS name {}, type {}, SetIdentifier {}",
        record.key.name,
        record.key.kind,
        record.key.identifier.as_deref().unwrap_or("null")
    );
    for other in others {
        let (Some((member, rule)), Some((other_member, _))) = (rule(record), rule(other)) else {
            return Some(format!("{cited} cannot be created as other RRSets exist with the same name and type."));
        };
        if member != other_member {
            return Some(format!("{cited} cannot be created as it is a {rule} RRSet and others of its name are not."));
        }
        // Weights may be alike; regions, places and failover roles may not.
        let value = record.routed_by(member);
        if matches!(member, "Region" | "Failover" | "GeoLocation" | "CidrRoutingConfig")
            && value == other.routed_by(member)
        {
            let shown = value.map(shown).unwrap_or_default();
            return Some(format!(
                "{cited}, {member} {shown} cannot be created as a {rule} RRSet with the same name, type, and {member} \
                 already exists."
            ));
        }
    }
    None
}

fn rule(record: &RecordSet) -> Option<(&'static str, &'static str)> {
    RULES.into_iter().find(|(member, _)| record.routed_by(member).is_some())
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
