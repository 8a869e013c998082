//! Listing zones: all, by name, by VPC.

use serde_json::{Value, json};

use super::zone::Zone;
use super::{domain_name, invalid, page_size, zone_id};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::page;

/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListHostedZones.html>
pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let size = page_size(input, 100)?;
    let marker = input.text("marker").map(zone_id);
    let set = input.text("delegationsetid").map(super::delegation_set::set_id);
    if let Some(set) = set {
        context.account().route53.delegation_set(set)?;
    }
    let wanted = |zone: &&Zone| {
        let of_set = set.is_none() || zone.delegation_set.as_deref() == set;
        of_set && (input.text("hostedzonetype") != Some("PrivateHostedZone") || zone.is_private())
    };
    let zones = context.account().route53.zones.values().filter(wanted);
    let mut rest = zones.filter(|zone| marker.is_none_or(|marker| zone.id.as_str() >= marker));
    let page: Vec<Value> = rest.by_ref().take(size).map(Zone::render).collect();
    let next = rest.next();
    Ok(json!({
        "HostedZones": {"HostedZone": page},
        "Marker": marker,
        "IsTruncated": next.is_some(),
        "NextMarker": next.map(|zone| &zone.id),
        "MaxItems": size.to_string(),
    }))
}

/// Begins at a name, and goes on behind it.
/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListHostedZonesByName.html>
pub(super) fn by_name(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let size = page_size(input, 100)?;
    let (name, id) = (input.text("dnsname"), input.text("hostedzoneid").map(zone_id));
    if name.is_none() && id.is_some() {
        return Err(invalid("The input is not valid: hostedzoneid was given without dnsname"));
    }
    let start = name.map(domain_name::normal).transpose()?.map(|name| domain_name::sort_key(&name));
    let start = (start.unwrap_or_default(), id.unwrap_or_default());
    let mut zones: Vec<_> = context
        .account()
        .route53
        .zones
        .values()
        .map(|zone| ((domain_name::sort_key(&zone.name), &*zone.id), zone))
        .collect();
    zones.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut rest = zones.into_iter().filter(|(key, _)| *key >= start).map(|(_, zone)| zone);
    let page: Vec<Value> = rest.by_ref().take(size).map(Zone::render).collect();
    let next = rest.next();
    Ok(json!({
        "HostedZones": {"HostedZone": page},
        "DNSName": name,
        "HostedZoneId": id,
        "IsTruncated": next.is_some(),
        "NextDNSName": next.map(|zone| &zone.name),
        "NextHostedZoneId": next.map(|zone| &zone.id),
        "MaxItems": size.to_string(),
    }))
}

/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListHostedZonesByVPC.html>
pub(super) fn by_vpc(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let size = page_size(input, 100)?;
    let (vpc, region) = (input.required("vpcid")?, input.required("vpcregion")?);
    let accounts = context.world.accounts();
    let mut rows = Vec::new();
    for (owner, account) in accounts {
        for zone in account.route53.zones.values() {
            if zone.vpcs.iter().any(|one| one.id == vpc && one.region == region) {
                let owner = json!({ "OwningAccount": &**owner });
                rows.push((zone.id.clone(), json!({"HostedZoneId": zone.id, "Name": zone.name, "Owner": owner})));
            }
        }
    }
    rows.sort_by(|(one, _), (other, _)| one.cmp(other));
    let page = page::cut(rows, Some(size), input.text("nexttoken"));
    let (page, next) =
        page.ok_or_else(|| AwsError::new("InvalidPaginationToken", "The pagination token is not valid."))?;
    Ok(json!({
        "HostedZoneSummaries": {"HostedZoneSummary": page}, "MaxItems": size.to_string(), "NextToken": next,
    }))
}
