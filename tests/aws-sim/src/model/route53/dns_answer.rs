//! What DNS answers out of the simulator's own records.

use serde_json::json;

use super::record_set::{Content, RecordSet};
use super::zone::Zone;
use super::{domain_name, invalid, zone_id};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::world::World;

/// How many aliases are followed.
const LONGEST_WAY: usize = 8;

/// What public DNS answers: the values of a record in the nearest public zone of any account. Whether the zone is delegated
/// to is not asked, as there is nobody else to do so.
pub(crate) fn public_values(world: &World, name: &str, kind: &str) -> Vec<String> {
    let Ok(name) = domain_name::normal(name) else { return Vec::new() };
    let zones = world.accounts().flat_map(|(_, account)| account.route53.zones.values());
    let public = zones.filter(|zone| !zone.is_private() && domain_name::is_within(&name, &zone.name));
    // Of zones of one name the one that has the record answers: which is delegated to cannot be told.
    let mut nearest: Vec<&Zone> = public.collect();
    nearest.sort_by_key(|zone| std::cmp::Reverse(zone.name.len()));
    let found = nearest.into_iter().filter_map(|zone| find(zone, &name, kind).map(|record| (zone, record)));
    let mut answers = found.map(|(zone, record)| values(zone, record).unwrap_or_default());
    answers.find(|values| !values.is_empty()).unwrap_or_default()
}

/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_TestDNSAnswer.html>
pub(super) fn test(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (id, kind) = (zone_id(input.required("hostedzoneid")?), input.required("recordtype")?);
    let name = domain_name::normal(input.required("recordname")?)?;
    let route53 = &context.account().route53;
    let zone = route53.zones.get(id).ok_or_else(|| super::no_such_zone(id))?;
    if zone.is_private() {
        return Err(invalid("This operation is not supported for private hosted zones."));
    }
    let (code, values) = match find(zone, &name, kind).or_else(|| find(zone, &name, "CNAME")) {
        _ if !domain_name::is_within(&name, &zone.name) => ("REFUSED", Vec::new()),
        Some(record) => ("NOERROR", values(zone, record).ok_or_else(not_simulated)?),
        None if exists(zone, &name) => ("NOERROR", Vec::new()),
        None => ("NXDOMAIN", Vec::new()),
    };
    Ok(json!({
        "Nameserver": zone.name_servers[0],
        "RecordName": name,
        "RecordType": kind,
        "RecordData": {"RecordDataEntry": values},
        "ResponseCode": code,
        "Protocol": "UDP",
    }))
}

/// The record of a name, or that of a wildcard above it if the name itself has none at all.
fn find<'z>(zone: &'z Zone, name: &str, kind: &str) -> Option<&'z RecordSet> {
    if exists(zone, name) {
        return picked(zone, name, kind);
    }
    let mut above = name.to_owned();
    while !exists(zone, &above) && domain_name::is_within(&above, &zone.name) {
        let star = domain_name::wildcard(&above)?;
        if exists(zone, &star) {
            return picked(zone, &star, kind);
        }
        above = above.split_once('.')?.1.to_owned();
    }
    None
}

/// Of several record sets the one that is weighed most, or the first.
fn picked<'z>(zone: &'z Zone, name: &str, kind: &str) -> Option<&'z RecordSet> {
    let weight = |record: &RecordSet| {
        let weight = record.routed_by("Weight");
        weight.and_then(|weight| weight.as_i64().or_else(|| weight.as_str()?.parse().ok())).unwrap_or_default()
    };
    let records = zone.records.values().filter(|record| record.key.name == name && record.key.kind == kind);
    records.reduce(|best, other| if weight(other) > weight(best) { other } else { best })
}

fn exists(zone: &Zone, name: &str) -> bool {
    zone.records.keys().any(|key| key.name == name)
}

/// The values, by way of aliases within the zone. None if the way leads to a load balancer.
fn values(zone: &Zone, record: &RecordSet) -> Option<Vec<String>> {
    let mut record = record;
    for _ in 0..LONGEST_WAY {
        match &record.answer {
            Content::Values { values, .. } => return Some(values.clone()),
            Content::Alias { zone_id: target, name, .. } if zone_id(target) == zone.id => {
                let Some(next) = find(zone, name, &record.key.kind) else { return Some(Vec::new()) };
                record = next;
            }
            Content::Alias { .. } => return None,
        }
    }
    Some(Vec::new())
}

fn not_simulated() -> AwsError {
    let message = "aws-sim does not know the addresses behind an alias to a load balancer";
    AwsError::new("NotSimulated", message).with_status(501)
}
