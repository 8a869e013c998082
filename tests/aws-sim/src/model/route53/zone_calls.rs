//! Creating, showing and deleting zones.

use serde_json::json;

use super::vpc_association::Vpc;
use super::zone::Zone;
use super::{change, delegation_set, domain_name, invalid, zone_access};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html>
pub(super) const MOST_ZONES: usize = 500;

/// A caller reference makes a zone once.
/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html>
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (name, reference) = (domain_name::normal(input.required("Name")?)?, input.required("CallerReference")?);
    if context.account().route53.caller_references.contains(reference) {
        let message = "A hosted zone has already been created with the specified caller reference.";
        return Err(AwsError::new("HostedZoneAlreadyExists", message).with_status(409));
    }
    let config = input.part("HostedZoneConfig");
    let vpc = if input.has("VPC") { Some(Vpc::read(context, input)?) } else { None };
    if config.flag("PrivateZone")?.unwrap_or(false) && vpc.is_none() {
        return Err(invalid(
            "When you're creating a private hosted zone (when you specify true for PrivateZone), you must also specify \
             values for VPCId and VPCRegion.",
        ));
    }
    check_public_name(&name, vpc.is_some())?;
    let set = input.text("DelegationSetId").map(delegation_set::set_id);
    if let (Some(_), Some(_)) = (set, &vpc) {
        return Err(invalid("A private hosted zone can't have a reusable delegation set."));
    }
    if let Some(vpc) = &vpc {
        zone_access::check_free(context.world, vpc, &name)?;
    }
    if context.account().route53.zones.len() >= MOST_ZONES {
        let message = "Limits Exceeded: MAX_HOSTED_ZONES_BY_OWNER - Cannot create more hosted zones.";
        return Err(AwsError::new("TooManyHostedZones", message));
    }
    let mut zone = match set {
        Some(set) => with_set(context, &name, reference, set)?,
        None => Zone::new(&mut context.world.ids, &name, reference, vpc),
    };
    zone.comment = config.text("Comment").filter(|comment| !comment.is_empty()).map(str::to_owned);
    let info = change::submit(context, None);
    let answer = json!({
        "HostedZone": zone.render(),
        "ChangeInfo": info,
        "DelegationSet": zone.delegation_set(),
        "VPC": zone.vpcs.first().map(Vpc::render),
        "Location": format!("https://route53.amazonaws.com/2013-04-01/hostedzone/{}", zone.id),
    });
    let route53 = &mut context.account().route53;
    route53.caller_references.insert(reference.to_owned());
    route53.zones.insert(zone.id.clone(), zone);
    Ok(answer)
}

/// A zone with the name servers of a reusable set, which serve one zone of a name.
fn with_set(context: &mut Context<'_>, name: &str, reference: &str, set: &str) -> Result<Zone, AwsError> {
    let route53 = &context.account().route53;
    let servers = route53.delegation_set(set)?.name_servers.clone();
    let shares = |zone: &Zone| zone.name == name && zone.delegation_set.as_deref() == Some(set);
    if route53.zones.values().any(shares) {
        let message = format!(
            "Cannot create hosted zone with DelegationSetId DelegationSetId:{set} as the DNSName {name} conflicts with \
             existing ones sharing the delegation set"
        );
        return Err(AwsError::new("ConflictingDomainExists", message));
    }
    let mut zone = Zone::with_name_servers(&mut context.world.ids, name, reference, None, servers);
    zone.delegation_set = Some(set.to_owned());
    Ok(zone)
}

/// Nobody's public zone is a top-level domain or AWS's own.
fn check_public_name(name: &str, private: bool) -> Result<(), AwsError> {
    if private {
        return Ok(());
    }
    let plain = name.trim_end_matches('.');
    if plain == "amazonaws.com" || plain.ends_with(".amazonaws.com") {
        return Err(AwsError::new("InvalidDomainName", format!("{name} is reserved by AWS!")));
    }
    if !plain.contains('.') {
        let message = format!("{name} is a top-level domain: a public hosted zone can't be created for it.");
        return Err(AwsError::new("InvalidDomainName", message));
    }
    Ok(())
}

/// No zone is signed.
/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetDNSSEC.html>
pub(super) fn dnssec(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let zone = context.account().route53.zone(input, "HostedZoneId")?;
    if zone.is_private() {
        let message = "DNSSEC signing is not supported for private hosted zones.";
        return Err(AwsError::new("InvalidArgument", message));
    }
    Ok(json!({"Status": {"ServeSignature": "NOT_SIGNING"}, "KeySigningKeys": {}}))
}

pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let zone = context.account().route53.zone(input, "Id")?;
    let vpcs: Vec<_> = zone.vpcs.iter().map(Vpc::render).collect();
    Ok(json!({
        "HostedZone": zone.render(),
        "DelegationSet": zone.delegation_set(),
        "VPCs": zone.is_private().then(|| json!({ "VPC": vpcs })),
    }))
}

/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_DeleteHostedZone.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let route53 = &mut context.account().route53;
    let zone = route53.zone(input, "Id")?;
    if zone.added_records().next().is_some() {
        let message = "The specified hosted zone contains non-required resource record sets and so cannot be deleted.";
        return Err(AwsError::new("HostedZoneNotEmpty", message));
    }
    let id = zone.id.clone();
    route53.zones.remove(&id);
    Ok(json!({ "ChangeInfo": change::submit(context, None) }))
}

pub(super) fn update_comment(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let zone = context.account().route53.zone_mut(input, "Id")?;
    zone.comment = input.text("Comment").filter(|comment| !comment.is_empty()).map(str::to_owned);
    Ok(json!({ "HostedZone": zone.render() }))
}

pub(super) fn count(context: &mut Context<'_>, _input: &Input<'_>) -> Answer {
    Ok(json!({ "HostedZoneCount": context.account().route53.zones.len() }))
}
