//! Creating, showing and deleting zones.

use serde_json::json;

use super::vpc_association::{self, Vpc};
use super::zone::Zone;
use super::{change, domain_name, invalid};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

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
    if let Some(vpc) = &vpc {
        vpc_association::check_free(&context.account().route53, vpc, &name)?;
    }
    let mut zone = Zone::new(&mut context.world.ids, &name, reference, vpc);
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
