//! Route53: hosted zones and their records. Global to the account.

mod alias;
mod change;
mod change_batch;
mod delegation_set;
mod dns_answer;
mod domain_name;
mod health_check;
mod limit;
mod record_listing;
mod record_set;
mod record_value;
mod routing;
mod tagging;
mod vpc_association;
mod vpc_authorization;
mod zone;
mod zone_access;
mod zone_calls;
mod zone_listing;

use std::collections::{BTreeMap, BTreeSet};

use change::Change;
use delegation_set::DelegationSet;
pub(crate) use dns_answer::public_values;
use health_check::HealthCheck;
use zone::Zone;

use super::context::Handler;
use super::error::AwsError;
use super::input::Input;
use super::inventory::Item;

/// What Route53 has in one account.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct State {
    /// By id.
    zones: BTreeMap<String, Zone>,
    changes: BTreeMap<String, Change>,
    /// Every caller reference that a zone was made with, deleted zones included.
    caller_references: BTreeSet<String>,
    /// By id.
    delegation_sets: BTreeMap<String, DelegationSet>,
    /// By id.
    health_checks: BTreeMap<String, HealthCheck>,
    /// Every caller reference that a health check was made with.
    health_check_references: BTreeSet<String>,
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
        "CreateVPCAssociationAuthorization" => vpc_authorization::create,
        "DeleteVPCAssociationAuthorization" => vpc_authorization::delete,
        "ListVPCAssociationAuthorizations" => vpc_authorization::list,
        "CreateReusableDelegationSet" => delegation_set::create,
        "GetReusableDelegationSet" => delegation_set::get,
        "ListReusableDelegationSets" => delegation_set::list,
        "DeleteReusableDelegationSet" => delegation_set::delete,
        "GetAccountLimit" => limit::of_account,
        "GetHostedZoneLimit" => limit::of_zone,
        "GetReusableDelegationSetLimit" => limit::of_delegation_set,
        "GetDNSSEC" => zone_calls::dnssec,
        "TestDNSAnswer" => dns_answer::test,
        "CreateHealthCheck" => health_check::create,
        "GetHealthCheck" => health_check::get,
        "ListHealthChecks" => health_check::list,
        "UpdateHealthCheck" => health_check::update,
        "DeleteHealthCheck" => health_check::delete,
        "GetHealthCheckCount" => health_check::count,
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
    let zones = state.zones.values().flat_map(Zone::items);
    zones.chain(state.health_checks.values().map(HealthCheck::item)).collect()
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
