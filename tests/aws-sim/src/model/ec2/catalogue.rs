//! What AWS offers: regions and zones, and what an account may have in them.

use serde_json::{Value, json};

use super::filter::Filters;
use crate::model::context::{Context, Place};
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::region;

/// The zones of every region.
const ZONES: [&str; 3] = ["a", "b", "c"];

/// Name and id of a zone, given by either; the first zone if none is given.
pub(crate) fn zone(place: &Place, asked: Option<&str>) -> Result<(String, String), AwsError> {
    let found = zones(place).into_iter().find(|(name, id)| asked.is_none_or(|asked| asked == name || asked == id));
    found.ok_or_else(|| {
        let message = format!(
            "Value ({}) for parameter availabilityZone is invalid. Subnets can currently only be created in the \
             following availability zones: {}.",
            asked.unwrap_or_default(),
            zones(place).into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(", ")
        );
        AwsError::new("InvalidParameterValue", message)
    })
}

pub(super) fn describe_zones(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let region = context.place.region.clone();
    let (filters, names, ids) = (Filters::read(input), input.texts("ZoneName"), input.texts("ZoneId"));
    let all = zones(&context.place);
    if let Some(unknown) = names.iter().find(|name| !all.iter().any(|(have, _)| have == *name)) {
        return Err(AwsError::new("InvalidParameterValue", format!("Invalid availability zone: [{unknown}]")));
    }
    let mut set = Vec::new();
    for (name, id) in all {
        let kept = filters.keep_by(|filter| match filter {
            "zone-name" => Some(vec![name.clone()]),
            "zone-id" => Some(vec![id.clone()]),
            "state" => Some(vec!["available".to_owned()]),
            "region-name" | "group-name" => Some(vec![region.to_string()]),
            "zone-type" => Some(vec!["availability-zone".to_owned()]),
            "opt-in-status" => Some(vec!["opt-in-not-required".to_owned()]),
            _ => None,
        });
        let named = (names.is_empty() || names.contains(&&*name)) && (ids.is_empty() || ids.contains(&&*id));
        if kept && named {
            set.push(json!({
                "zoneName": name, "zoneId": id, "zoneState": "available", "regionName": &*region,
                "zoneType": "availability-zone", "optInStatus": "opt-in-not-required", "groupName": &*region,
                "networkBorderGroup": &*region, "messageSet": [],
            }));
        }
    }
    Ok(json!({ "availabilityZoneInfo": set }))
}

/// Regions that the account has, or all of them with `AllRegions`.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html>
pub(super) fn describe_regions(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (filters, names) = (Filters::read(input), input.texts("RegionName"));
    let all = input.flag("AllRegions")?.unwrap_or(false);
    if let Some(unknown) = names.iter().find(|name| region::find(name).is_none()) {
        return Err(AwsError::new("InvalidParameterValue", format!("Invalid region provided: {unknown}")));
    }
    let mut set = Vec::new();
    for region in region::ALL {
        let status = match (region.by_opt_in, context.world.has_opted_in(&context.place.account, region.name)) {
            (false, _) => "opt-in-not-required",
            (true, true) => "opted-in",
            (true, false) => "not-opted-in",
        };
        let kept = filters.keep_by(|filter| match filter {
            "region-name" => Some(vec![region.name.to_owned()]),
            "endpoint" => Some(vec![endpoint(region.name)]),
            "opt-in-status" => Some(vec![status.to_owned()]),
            _ => None,
        });
        let asked = if names.is_empty() { all || status != "not-opted-in" } else { names.contains(&region.name) };
        if kept && asked {
            set.push(json!({
                "regionName": region.name, "regionEndpoint": endpoint(region.name), "optInStatus": status,
            }));
        }
    }
    Ok(json!({ "regionInfo": set }))
}

pub(super) fn describe_account_attributes(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let ec2 = &context.region().ec2;
    let (addresses, groups) = (ec2.quotas.addresses.to_string(), ec2.quotas.groups_on_interface.to_string());
    let attributes = [
        ("supported-platforms", "VPC"),
        ("default-vpc", ec2.default_vpc().unwrap_or("none")),
        ("max-instances", "20"),
        ("vpc-max-security-groups-per-interface", &groups),
        ("max-elastic-ips", &addresses),
        ("vpc-max-elastic-ips", &addresses),
    ];
    let names = input.texts("AttributeName");
    if let Some(unknown) = names.iter().find(|name| !attributes.iter().any(|(have, _)| have == *name)) {
        let message = format!("Value ({unknown}) for parameter attributeName is invalid. Unknown account attribute");
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    let asked = attributes.into_iter().filter(|(name, _)| names.is_empty() || names.contains(name));
    let set: Vec<Value> = asked
        .map(|(name, value)| json!({"attributeName": name, "attributeValueSet": [{"attributeValue": value}]}))
        .collect();
    Ok(json!({ "accountAttributeSet": set }))
}

/// Names and ids of the zones. Which zone a name means differs between accounts.
/// <https://docs.aws.amazon.com/ram/latest/userguide/working-with-az-ids.html>
pub(super) fn zones(place: &Place) -> Vec<(String, String)> {
    let region = &*place.region;
    let short = region::find(region).map_or(region, |region| region.short);
    let digits = place.account.bytes().map(usize::from).sum::<usize>();
    let id = |at: usize| format!("{short}-az{}", (at + digits) % ZONES.len() + 1);
    ZONES.iter().enumerate().map(|(at, letter)| (format!("{region}{letter}"), id(at))).collect()
}

fn endpoint(region: &str) -> String {
    format!("ec2.{region}.amazonaws.com")
}
