//! Which VPCs see a private zone.

use serde_json::{Value, json};

use super::{change, no_such_zone, zone_access, zone_id};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// A VPC that a zone is private to. It may be deleted since; Route53 does not notice.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Vpc {
    pub(super) id: String,
    pub(super) region: String,
}

impl Vpc {
    /// The member `VPC`, which must be one of the account's.
    pub(super) fn read(context: &mut Context<'_>, input: &Input<'_>) -> Result<Self, AwsError> {
        let vpc = Self::named(input)?;
        let account = context.account();
        let known =
            account.regions().any(|(name, region)| **name == vpc.region && region.ec2.vpcs.get(&vpc.id).is_some());
        if !known {
            let message = format!("The VPC: {} in region {} does not exist or is not yours.", vpc.id, vpc.region);
            return Err(AwsError::new("InvalidVPCId", message));
        }
        Ok(vpc)
    }

    /// The member `VPC`, whosever it is.
    pub(super) fn named(input: &Input<'_>) -> Result<Self, AwsError> {
        let vpc = input.part("VPC");
        Ok(Self { id: vpc.required("VPCId")?.to_owned(), region: vpc.required("VPCRegion")?.to_owned() })
    }

    pub(super) fn render(&self) -> Value {
        json!({"VPCRegion": self.region, "VPCId": self.id})
    }
}

/// The zone may be another account's, if that account has authorized the VPC.
/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_AssociateVPCWithHostedZone.html>
pub(super) fn associate(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = zone_id(input.required("HostedZoneId")?);
    let owner = zone_access::owner(context.world, id).ok_or_else(|| no_such_zone(id))?;
    let vpc = Vpc::read(context, input)?;
    let own = owner == context.place.account;
    let zone = context.world.account(&owner).route53.zones.get(id).ok_or_else(|| no_such_zone(id))?;
    if !own && !zone.authorized.contains(&vpc) {
        let message = format!("The VPC: {} has not authorized to associate with your hosted zone.", vpc.id);
        return Err(AwsError::new("NotAuthorizedException", message).with_status(401));
    }
    if !zone.is_private() {
        return Err(AwsError::new(
            "PublicZoneVPCAssociation",
            "You're trying to associate a VPC with a public hosted zone. Amazon Route 53 doesn't support associating a \
             VPC with a public hosted zone.",
        ));
    }
    let name = zone.name.clone();
    zone_access::check_free(context.world, &vpc, &name)?;
    if let Some(zone) = context.world.account(&owner).route53.zones.get_mut(id) {
        zone.vpcs.push(vpc);
    }
    Ok(json!({ "ChangeInfo": change::submit(context, input.text("Comment")) }))
}

/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_DisassociateVPCFromHostedZone.html>
pub(super) fn disassociate(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let vpc = Vpc::named(input)?;
    let id = zone_id(input.required("HostedZoneId")?);
    let owner = zone_access::owner(context.world, id).ok_or_else(|| no_such_zone(id))?;
    if owner != context.place.account {
        Vpc::read(context, input)?;
    }
    let zones = &mut context.world.account(&owner).route53.zones;
    let zone = zones.get_mut(id).ok_or_else(|| no_such_zone(id))?;
    if !zone.vpcs.contains(&vpc) {
        let message = format!("The VPC {} is not associated with the hosted zone {}.", vpc.id, zone.id);
        return Err(AwsError::new("VPCAssociationNotFound", message).with_status(404));
    }
    if zone.vpcs.len() == 1 {
        return Err(AwsError::new(
            "LastVPCAssociation",
            "The VPC that you're trying to disassociate from the private hosted zone is the last VPC that is associated \
             with the hosted zone. Amazon Route 53 doesn't support disassociating the last VPC from a hosted zone.",
        ));
    }
    zone.vpcs.retain(|one| *one != vpc);
    Ok(json!({ "ChangeInfo": change::submit(context, input.text("Comment")) }))
}
