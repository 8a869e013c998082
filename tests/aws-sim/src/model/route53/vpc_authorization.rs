//! VPCs of other accounts that a private zone may be associated with.
//!
//! <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-associate-vpcs-different-accounts.html>

use serde_json::{Value, json};

use super::vpc_association::Vpc;
use super::{invalid, page_size};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::page;

/// <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html>
const MOST: usize = 1000;

/// Repeating it is no error.
/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateVPCAssociationAuthorization.html>
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let vpc = Vpc::named(input)?;
    let zone = context.account().route53.zone_mut(input, "HostedZoneId")?;
    if !zone.is_private() {
        return Err(invalid("A VPC can be authorized for a private hosted zone alone."));
    }
    if !zone.authorized.contains(&vpc) {
        if zone.authorized.len() >= MOST {
            let message = "You've created the maximum number of authorizations that can be created for the specified \
                           hosted zone.";
            return Err(AwsError::new("TooManyVPCAssociationAuthorizations", message));
        }
        zone.authorized.push(vpc.clone());
    }
    Ok(json!({"HostedZoneId": zone.id, "VPC": vpc.render()}))
}

/// An association that was made stays.
/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_DeleteVPCAssociationAuthorization.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let vpc = Vpc::named(input)?;
    let zone = context.account().route53.zone_mut(input, "HostedZoneId")?;
    let place = zone.authorized.iter().position(|one| *one == vpc).ok_or_else(|| {
        let message = "The VPC that you specified is not authorized to be associated with the hosted zone.";
        AwsError::new("VPCAssociationAuthorizationNotFound", message).with_status(404)
    })?;
    zone.authorized.remove(place);
    Ok(Value::Null)
}

/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListVPCAssociationAuthorizations.html>
pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let size = match input.int("maxresults")? {
        Some(size) => usize::try_from(size).unwrap_or_default().clamp(1, 50),
        None => page_size(input, 50)?,
    };
    let zone = context.account().route53.zone(input, "HostedZoneId")?;
    let rows = zone.authorized.iter().map(|vpc| (vpc.id.clone(), vpc.render())).collect();
    let page = page::cut(rows, Some(size), input.text("nexttoken"));
    let (page, next) =
        page.ok_or_else(|| AwsError::new("InvalidPaginationToken", "The pagination token is not valid."))?;
    Ok(json!({"HostedZoneId": zone.id, "VPCs": {"VPC": page}, "NextToken": next}))
}
