//! Where services found each other.
//!
//! Makes        nothing; removes the private zone, and records of others in it only when that was asked for
//! Repeat-safe  looks again what is left; absent is fine
//! Undo         none: a deletion stops where it is and can be repeated

use super::asked;
use super::removal::{Removal, owned};
use crate::aws::Seen;
use crate::aws::route53::Zone;
use crate::engine::Failure;
use crate::workflows::DistrictCx;

pub(super) struct PrivateZones;

impl PrivateZones {
    /// The zones that Barcelona made for the district.
    pub(super) async fn all(cx: &DistrictCx) -> Result<Vec<Zone>, Failure> {
        let mut zones = cx.aws.route53.find_private_zones(&cx.aws.names.private_zone(&cx.district)).await?;
        // Others may have zones of this name for networks of theirs; the one that is recorded was ours.
        let recorded = zones.iter().find(|zone| cx.target.ids.private_zone_id.as_ref() == Some(&zone.id));
        owned(
            cx,
            "private zone",
            recorded.map(|zone| Seen { thing: zone.id.clone(), tags: zone.tags.clone(), going: false }),
        );
        zones.retain(|zone| cx.owner.covers(&zone.tags));
        Ok(zones)
    }
}

impl Removal for PrivateZones {
    const NAME: &'static str = "delete_private_zone";
    const WHAT: &'static str = "private zones";

    async fn find(&self, cx: &DistrictCx) -> Result<Vec<Seen<String>>, Failure> {
        let zones = Self::all(cx).await?;
        Ok(zones.into_iter().map(|zone| Seen { thing: zone.id, tags: zone.tags, going: false }).collect())
    }

    async fn delete(&self, cx: &DistrictCx, id: &str) -> Result<(), Failure> {
        if asked(cx).force {
            for zone in Self::all(cx).await?.iter().filter(|zone| zone.id == id) {
                cx.aws.route53.clear_zone(zone).await?;
            }
        }
        Ok(cx.aws.route53.delete_zone(id).await?)
    }
}
