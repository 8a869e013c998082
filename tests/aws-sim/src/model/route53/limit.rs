//! How much there may be, and how much there is.
//!
//! <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html>

use serde_json::json;

use super::{delegation_set, health_check, invalid, zone_calls};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

const MOST_RECORDS: usize = 10_000;
const MOST_VPCS: usize = 300;
const MOST_ZONES_OF_SET: usize = 100;

/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetAccountLimit.html>
pub(super) fn of_account(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let route53 = &context.account().route53;
    let kind = input.required("Type")?;
    let (most, count) = match kind {
        "MAX_HEALTH_CHECKS_BY_OWNER" => (health_check::MOST, route53.health_checks.len()),
        "MAX_HOSTED_ZONES_BY_OWNER" => (zone_calls::MOST_ZONES, route53.zones.len()),
        "MAX_REUSABLE_DELEGATION_SETS_BY_OWNER" => (delegation_set::MOST, route53.delegation_sets.len()),
        "MAX_TRAFFIC_POLICY_INSTANCES_BY_OWNER" => (5, 0),
        "MAX_TRAFFIC_POLICIES_BY_OWNER" => (50, 0),
        other => return Err(invalid(format!("Invalid limit type '{other}'"))),
    };
    Ok(json!({"Limit": {"Type": kind, "Value": most}, "Count": count}))
}

/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHostedZoneLimit.html>
pub(super) fn of_zone(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let kind = input.required("Type")?;
    let zone = context.account().route53.zone(input, "HostedZoneId")?;
    let (most, count) = match kind {
        "MAX_RRSETS_BY_ZONE" => (MOST_RECORDS, zone.records.len()),
        "MAX_VPCS_ASSOCIATED_BY_ZONE" if zone.is_private() => (MOST_VPCS, zone.vpcs.len()),
        "MAX_VPCS_ASSOCIATED_BY_ZONE" => {
            return Err(AwsError::new("HostedZoneNotPrivate", "The specified hosted zone is a public hosted zone."));
        }
        other => return Err(invalid(format!("Invalid limit type '{other}'"))),
    };
    Ok(json!({"Limit": {"Type": kind, "Value": most}, "Count": count}))
}

/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetReusableDelegationSetLimit.html>
pub(super) fn of_delegation_set(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (kind, id) = (input.required("Type")?, delegation_set::set_id(input.required("DelegationSetId")?));
    let route53 = &context.account().route53;
    route53.delegation_set(id)?;
    let count = route53.zones.values().filter(|zone| zone.delegation_set.as_deref() == Some(id)).count();
    Ok(json!({"Limit": {"Type": kind, "Value": MOST_ZONES_OF_SET}, "Count": count}))
}
