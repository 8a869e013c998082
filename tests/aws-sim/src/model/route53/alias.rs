//! Alias records, whose targets must exist.
//!
//! <https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html>

use super::record_set::{Content, RecordSet};
use super::zone::Zone;
use super::{domain_name, zone_id};
use crate::model::elb;
use crate::model::world::World;

/// What is wrong with the target, if the record is an alias and anything is.
pub(super) fn fault(world: &World, zone: &Zone, record: &RecordSet) -> Option<String> {
    let Content::Alias { zone_id: target_zone, name, .. } = &record.answer else { return None };
    let target_zone = zone_id(target_zone);
    let kind = &record.key.kind;
    let cited = format!("Tried to create an alias that targets {name}, type {kind} in zone {target_zone}, but");
    if target_zone != zone.id {
        let found = matches!(kind.as_str(), "A" | "AAAA") && elb::has_dns_name(world, target_zone, name);
        return (!found).then(|| format!("{cited} that target was not found"));
    }
    if !domain_name::is_within(name, &zone.name) {
        return Some(format!("{cited} the alias target name does not lie within the target zone"));
    }
    let found = zone.records.keys().any(|key| key.name == *name && key.kind == *kind);
    (!found).then(|| format!("{cited} that target was not found"))
}
