//! Zones of other accounts, and which VPCs see a zone of which name.

use std::sync::Arc;

use super::vpc_association::Vpc;
use super::zone::Zone;
use crate::model::error::AwsError;
use crate::model::world::World;

/// The account that owns a zone.
pub(super) fn owner(world: &World, zone_id: &str) -> Option<Arc<str>> {
    world.accounts().find(|(_, account)| account.route53.zones.contains_key(zone_id)).map(|(id, _)| id.clone())
}

/// A VPC sees one zone of a name, whosever it is.
pub(super) fn check_free(world: &World, vpc: &Vpc, name: &str) -> Result<(), AwsError> {
    let mut zones = world.accounts().flat_map(|(_, account)| account.route53.zones.values());
    let taken = zones.find(|zone: &&Zone| zone.name == name && zone.vpcs.contains(vpc));
    taken.map_or(Ok(()), |zone| {
        let message = format!(
            "The VPC {} in region {} has already been associated with the hosted zone {} with the same domain name.",
            vpc.id, vpc.region, zone.id
        );
        Err(AwsError::new("ConflictingDomainExists", message))
    })
}
