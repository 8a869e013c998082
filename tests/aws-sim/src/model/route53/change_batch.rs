//! Changing records: a batch is done as a whole or not at all.
//!
//! <https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html>

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::record_set::{Key, RecordSet};
use super::zone::Zone;
use super::{alias, change, domain_name, health_check, invalid, record_value, routing};
use crate::model::acm;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// The most values in one batch, and the most characters in them; those of an UPSERT count twice.
/// <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests-changeresourcerecordsets>
const MOST_VALUES: usize = 1000;
const MOST_CHARACTERS: usize = 32_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString)]
#[strum(serialize_all = "UPPERCASE")]
enum Action {
    Create,
    Delete,
    Upsert,
}

pub(super) fn change(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let mut zone = context.account().route53.zone(input, "HostedZoneId")?.clone();
    let batch = input.part("ChangeBatch");
    let changes = read(&batch.part("Changes").parts("Change"))?;
    let set: Vec<RecordSet> =
        changes.iter().filter(|(action, _)| *action != Action::Delete).cloned().map(|it| it.1).collect();
    let mut faults = Vec::new();
    zone.records = applied(&zone, changes, &mut faults);
    faults.extend(set.iter().filter_map(|record| alias::fault(context.world, &zone, record)));
    faults.extend(set.iter().filter_map(|record| health_check::fault(&context.account().route53, record)));
    faults.extend(set.iter().filter_map(|record| routing::fault(&zone.records, record)));
    if !faults.is_empty() {
        return Err(AwsError::new("InvalidChangeBatch", format!("[{}]", faults.join(", "))));
    }
    context.account().route53.zone_mut(input, "HostedZoneId")?.records = zone.records;
    let info = change::submit(context, batch.text("Comment"));
    acm::records_changed(context.world, context.now);
    Ok(json!({ "ChangeInfo": info }))
}

fn read(parts: &[Input<'_>]) -> Result<Vec<(Action, RecordSet)>, AwsError> {
    let mut changes = Vec::new();
    let (mut values, mut characters) = (0, 0);
    for part in parts {
        let text = part.required("Action")?;
        let action = text.parse().map_err(|_| invalid(format!("Invalid action '{text}'")))?;
        let record = RecordSet::read(&part.part("ResourceRecordSet"), text)?;
        let times = if action == Action::Upsert { 2 } else { 1 };
        values += times * record.values().len().max(1);
        characters += times * record.values().iter().map(|value| value.chars().count()).sum::<usize>();
        changes.push((action, record));
    }
    if changes.is_empty() {
        return Err(invalid("ChangeBatch must contain at least one change"));
    }
    if values > MOST_VALUES {
        let message = format!("[Number of records limit of {MOST_VALUES} exceeded.]");
        return Err(AwsError::new("InvalidChangeBatch", message));
    }
    if characters > MOST_CHARACTERS {
        let message = format!("[Number of characters limit of {MOST_CHARACTERS} exceeded.]");
        return Err(AwsError::new("InvalidChangeBatch", message));
    }
    Ok(changes)
}

/// The records after the changes; `faults` gets what speaks against them.
fn applied(zone: &Zone, changes: Vec<(Action, RecordSet)>, faults: &mut Vec<String>) -> BTreeMap<Key, RecordSet> {
    let mut records = zone.records.clone();
    let mut touched = BTreeSet::new();
    for (action, record) in changes {
        let key = record.key.clone();
        let (cited, before) = (key.cited(), records.get(&key));
        if !domain_name::is_within(&key.name, &zone.name) {
            faults.push(format!("RRSet with DNS name {} is not permitted in zone {}", key.name, zone.name));
        }
        if action != Action::Delete {
            faults.extend(record_value::fault(&record));
        }
        // Deleting and creating the same record in one batch exchanges it; anything else twice is a mistake.
        if !touched.insert((key.clone(), action == Action::Delete)) {
            let message = "The request contains an invalid set of changes for a resource record set";
            faults.push(format!("{message} '{} {}'", key.kind, key.name));
        }
        match (action, before) {
            (Action::Create, Some(_)) => {
                faults.push(format!("Tried to create resource record set {cited} but it already exists"));
            }
            (Action::Create | Action::Upsert, _) => {
                records.insert(key, record);
            }
            (Action::Delete, None) => {
                faults.push(format!("Tried to delete resource record set {cited} but it was not found"));
            }
            (Action::Delete, Some(before)) if *before != record => faults.push(format!(
                "Tried to delete resource record set {cited} but the values provided do not match the current values"
            )),
            (Action::Delete, Some(_)) => {
                records.remove(&key);
            }
        }
    }
    faults.extend(contradictions(zone, &records));
    records
}

/// What the records of a zone may not be together.
fn contradictions(zone: &Zone, records: &BTreeMap<Key, RecordSet>) -> Vec<String> {
    let mut faults = Vec::new();
    let missing = |kind: &str| !records.keys().any(|key| key.name == zone.name && key.kind == kind);
    if missing("SOA") {
        faults.push("A HostedZone must contain exactly one SOA record.".to_owned());
    }
    if missing("NS") {
        faults.push("A HostedZone must contain at least one NS record for the zone itself.".to_owned());
    }
    let aliases = records.keys().filter(|key| key.kind == "CNAME");
    for (name, new) in aliases.map(|key| (&key.name, !zone.records.contains_key(key))) {
        if *name == zone.name {
            faults.push(format!("RRSet of type CNAME with DNS name {name} is not permitted at apex in zone {name}"));
            continue;
        }
        let other = records.keys().find(|other| other.name == *name && other.kind != "CNAME");
        let Some(other) = other else { continue };
        faults.push(if new {
            format!(
                "RRSet of type CNAME with DNS name {name} is not permitted as it conflicts with other records with the \
                 same DNS name in zone {}",
                zone.name
            )
        } else {
            format!(
                "RRSet of type {} with DNS name {name} is not permitted because a conflicting RRSet of type CNAME with \
                 the same DNS name already exists in zone {}",
                other.kind, zone.name
            )
        });
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::Ids;

    fn zone(records: &[RecordSet]) -> Zone {
        let mut zone = Zone::new(&mut Ids::default(), "dev.bcn.", "reference", None);
        zone.records.extend(records.iter().map(|record| (record.key.clone(), record.clone())));
        zone
    }

    fn record(name: &str, kind: &str, value: &str) -> RecordSet {
        RecordSet::plain(name, kind, 60, vec![value.to_owned()])
    }

    fn faults(zone: &Zone, changes: &[(Action, RecordSet)]) -> Vec<String> {
        let mut faults = Vec::new();
        applied(zone, changes.to_vec(), &mut faults);
        faults
    }

    #[test]
    fn a_record_can_be_exchanged_for_another_type_in_one_batch() {
        let (cname, a) = (record("web.dev.bcn.", "CNAME", "elb."), record("web.dev.bcn.", "A", "10.0.0.1"));
        let zone = zone(std::slice::from_ref(&cname));
        assert_eq!(
            faults(&zone, &[(Action::Delete, cname.clone()), (Action::Create, a.clone())]),
            Vec::<String>::new()
        );
        assert!(faults(&zone, &[(Action::Create, a)])[0].contains("conflicting RRSet of type CNAME"));
    }

    #[test]
    fn deleting_needs_the_values_and_creating_needs_the_absence() {
        let one = record("web.dev.bcn.", "CNAME", "elb.");
        let zone = zone(std::slice::from_ref(&one));
        let other = record("web.dev.bcn.", "CNAME", "other.");
        assert!(faults(&zone, &[(Action::Delete, other.clone())])[0].ends_with("do not match the current values"));
        assert!(faults(&zone, &[(Action::Create, one)])[0].ends_with("but it already exists"));
        assert_eq!(faults(&zone, &[(Action::Upsert, other)]), Vec::<String>::new());
        let absent = record("x.dev.bcn.", "CNAME", "elb.");
        assert!(faults(&zone, &[(Action::Delete, absent)])[0].ends_with("but it was not found"));
    }

    #[test]
    fn names_outside_the_zone_and_a_cname_at_its_top_are_refused() {
        let zone = zone(&[]);
        let outside = faults(&zone, &[(Action::Create, record("web.bcn.", "A", "10.0.0.1"))]);
        assert_eq!(outside, ["RRSet with DNS name web.bcn. is not permitted in zone dev.bcn."]);
        let top = faults(&zone, &[(Action::Create, record("dev.bcn.", "CNAME", "elb."))]);
        assert_eq!(top, ["RRSet of type CNAME with DNS name dev.bcn. is not permitted at apex in zone dev.bcn."]);
    }
}
