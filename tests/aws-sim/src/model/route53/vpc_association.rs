//! Which VPCs see a private zone.

use serde_json::{Value, json};

use super::{State, change};
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

    fn named(input: &Input<'_>) -> Result<Self, AwsError> {
        let vpc = input.part("VPC");
        Ok(Self { id: vpc.required("VPCId")?.to_owned(), region: vpc.required("VPCRegion")?.to_owned() })
    }

    pub(super) fn render(&self) -> Value {
        json!({"VPCRegion": self.region, "VPCId": self.id})
    }
}

/// A VPC sees one zone of a name.
pub(super) fn check_free(route53: &State, vpc: &Vpc, name: &str) -> Result<(), AwsError> {
    let taken = route53.zones.values().find(|zone| zone.name == name && zone.vpcs.contains(vpc));
    taken.map_or(Ok(()), |zone| {
        let message = format!(
            "The VPC {} in region {} has already been associated with the hosted zone {} with the same domain name.",
            vpc.id, vpc.region, zone.id
        );
        Err(AwsError::new("ConflictingDomainExists", message))
    })
}

/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_AssociateVPCWithHostedZone.html>
pub(super) fn associate(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let vpc = Vpc::read(context, input)?;
    let route53 = &mut context.account().route53;
    let zone = route53.zone(input, "HostedZoneId")?;
    if !zone.is_private() {
        let message = format!("The hosted zone {} is a public hosted zone.", zone.id);
        return Err(AwsError::new("PublicZoneVPCAssociation", message));
    }
    check_free(route53, &vpc, &zone.name)?;
    route53.zone_mut(input, "HostedZoneId")?.vpcs.push(vpc);
    Ok(json!({ "ChangeInfo": change::submit(context, input.text("Comment")) }))
}

/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_DisassociateVPCFromHostedZone.html>
pub(super) fn disassociate(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let vpc = Vpc::named(input)?;
    let zone = context.account().route53.zone_mut(input, "HostedZoneId")?;
    if !zone.vpcs.contains(&vpc) {
        let message = format!("The VPC {} is not associated with the hosted zone {}.", vpc.id, zone.id);
        return Err(AwsError::new("VPCAssociationNotFound", message).with_status(404));
    }
    if zone.vpcs.len() == 1 {
        let message = format!("Cannot remove last VPC association for the private zone {}", zone.id);
        return Err(AwsError::new("LastVPCAssociation", message));
    }
    zone.vpcs.retain(|one| *one != vpc);
    Ok(json!({ "ChangeInfo": change::submit(context, input.text("Comment")) }))
}
