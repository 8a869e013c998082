//! Where services find each other.
//!
//! Makes        one private hosted zone `<district>.bcn`, seen by the VPC
//! Repeat-safe  found again by its name and the caller reference, which is this step's token; then tagged
//! Undo         deletes the one that this operation made

use super::parts;
use crate::aws::Seen;
use crate::engine::{Failure, Found, Ready, Resource};
use crate::workflows::DistrictCx;

/// Makes the private zone.
pub(crate) struct CreatePrivateZone;

impl CreatePrivateZone {
    fn name(cx: &DistrictCx) -> String {
        cx.aws.names.private_zone(&cx.district)
    }
}

impl Resource for CreatePrivateZone {
    type Cx = DistrictCx;
    /// The zone's id.
    type Output = String;
    const NAME: &'static str = "create_private_zone";

    fn ids(zone: &String) -> Vec<String> {
        vec![zone.clone()]
    }

    async fn find(&self, cx: &DistrictCx) -> Result<Found<String>, Failure> {
        let name = Self::name(cx);
        let token = cx.run.token(self).to_string();
        let zones = cx.aws.route53.find_private_zones(&name).await?.into_iter().map(|zone| {
            // The creating call takes no tags: a zone that was left before it was tagged is known by its reference.
            let tags = if zone.caller_reference == token { cx.owner.tags(&name) } else { zone.tags };
            Seen { thing: zone.id, tags, going: false }
        });
        let ours: Vec<_> = zones.filter(|seen| cx.owner.covers(&seen.tags)).collect();
        Ok(cx.owner.found(&ours))
    }

    async fn create(&self, cx: &DistrictCx) -> Result<String, Failure> {
        let (name, token) = (Self::name(cx), cx.run.token(self));
        Ok(cx.aws.route53.create_private_zone(&name, &parts::vpc(cx)?, &cx.aws.region, token).await?)
    }

    async fn ready(&self, cx: &DistrictCx, zone: &String) -> Result<Ready, Failure> {
        cx.aws.route53.tag_zone(zone, &cx.owner.tags(&Self::name(cx))).await?;
        Ok(Ready::Yes)
    }

    async fn delete(&self, cx: &DistrictCx, zone: String) -> Result<(), Failure> {
        Ok(cx.aws.route53.delete_zone(&zone).await?)
    }
}
