//! Alias records, whose targets must exist.
//!
//! <https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html>

use super::record_set::{Content, Key, RecordSet};
use super::zone::Zone;
use super::zone_id;
use crate::model::elb;
use crate::model::world::World;

/// What is wrong with the target, if the record is an alias and anything is.
pub(super) fn fault(world: &World, zone: &Zone, record: &RecordSet) -> Option<String> {
    let Content::Alias { zone_id: target_zone, name, .. } = &record.answer else { return None };
    let target_zone = zone_id(target_zone);
    let found = if target_zone == zone.id {
        zone.records.contains_key(&Key::new(name, &record.key.kind, None))
    } else {
        elb::has_dns_name(world, target_zone, name)
    };
    let kind = &record.key.kind;
    (!found).then(|| {
        format!(
            "Tried to create an alias that targets {name}, type {kind} in zone {target_zone}, but that target was not found"
        )
    })
}
