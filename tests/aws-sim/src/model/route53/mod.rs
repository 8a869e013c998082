//! Route53: hosted zones and their records. Global to the account.

mod alias;
mod change;
mod change_batch;
mod domain_name;
mod record_listing;
mod record_set;
mod tagging;
mod vpc_association;
mod zone;
mod zone_calls;
mod zone_listing;

use std::collections::{BTreeMap, BTreeSet};

use change::Change;
use record_set::Key;
use zone::Zone;

use super::context::Handler;
use super::error::AwsError;
use super::input::Input;
use super::inventory::Item;
use super::world::World;

/// What Route53 has in one account.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct State {
    /// By id.
    zones: BTreeMap<String, Zone>,
    changes: BTreeMap<String, Change>,
    /// Every caller reference that a zone was made with, deleted zones included.
    caller_references: BTreeSet<String>,
}

impl State {
    /// The zone that a member names, with or without the path before its id.
    fn zone(&self, input: &Input<'_>, member: &str) -> Result<&Zone, AwsError> {
        let id = zone_id(input.required(member)?);
        self.zones.get(id).ok_or_else(|| no_such_zone(id))
    }

    fn zone_mut(&mut self, input: &Input<'_>, member: &str) -> Result<&mut Zone, AwsError> {
        let id = zone_id(input.required(member)?);
        self.zones.get_mut(id).ok_or_else(|| no_such_zone(id))
    }
}

/// The operation of that name, if it is simulated.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CreateHostedZone" => zone_calls::create,
        "GetHostedZone" => zone_calls::get,
        "DeleteHostedZone" => zone_calls::delete,
        "UpdateHostedZoneComment" => zone_calls::update_comment,
        "GetHostedZoneCount" => zone_calls::count,
        "ListHostedZones" => zone_listing::list,
        "ListHostedZonesByName" => zone_listing::by_name,
        "ListHostedZonesByVPC" => zone_listing::by_vpc,
        "AssociateVPCWithHostedZone" => vpc_association::associate,
        "DisassociateVPCFromHostedZone" => vpc_association::disassociate,
        "ChangeResourceRecordSets" => change_batch::change,
        "ListResourceRecordSets" => record_listing::list,
        "GetChange" => change::get,
        "ChangeTagsForResource" => tagging::change,
        "ListTagsForResource" => tagging::list,
        "ListTagsForResources" => tagging::list_several,
        _ => return None,
    })
}

/// What exists. The records that every zone must have are part of their zone.
pub(crate) fn inventory(state: &State) -> Vec<Item> {
    state.zones.values().flat_map(Zone::items).collect()
}

/// What public DNS answers: the values of a record in any public zone of any account. Whether the zone is delegated to is
/// not asked, as there is nobody else to do so.
pub(crate) fn public_values(world: &World, name: &str, kind: &str) -> Vec<String> {
    let key = Key::new(&format!("{}.", name.trim_end_matches('.').to_ascii_lowercase()), kind, None);
    let zones = world.accounts().flat_map(|(_, account)| account.route53.zones.values());
    let public = zones.filter(|zone| !zone.is_private() && domain_name::is_within(&key.name, &zone.name));
    let records = public.filter_map(|zone| zone.records.get(&key));
    records.flat_map(|record| record.values().iter().cloned()).collect()
}

fn zone_id(id_or_path: &str) -> &str {
    id_or_path.trim_start_matches('/').trim_start_matches("hostedzone/")
}

fn no_such_zone(id: &str) -> AwsError {
    AwsError::new("NoSuchHostedZone", format!("No hosted zone found with ID: {id}")).with_status(404)
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidInput", message)
}

/// The member `maxitems`, which these lists give back as text.
fn page_size(input: &Input<'_>, largest: usize) -> Result<usize, AwsError> {
    let Some(given) = input.int("maxitems")? else { return Ok(largest) };
    let size = usize::try_from(given).ok().filter(|size| *size > 0);
    size.map(|size| size.min(largest)).ok_or_else(|| invalid("The value of maxitems must be positive"))
}
