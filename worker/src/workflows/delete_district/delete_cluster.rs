//! The cluster; instances that are still in it are taken out first.
//!
//! Makes        nothing; removes what carries the district's tags
//! Repeat-safe  looks again what is left; absent is fine
//! Undo         none: a deletion stops where it is and can be repeated

use super::removal::Removal;
use crate::aws::Seen;
use crate::engine::Failure;
use crate::workflows::DistrictCx;
use crate::workflows::provision_district::parts;

pub(super) struct Clusters;

impl Removal for Clusters {
    const NAME: &'static str = "delete_cluster";
    const WHAT: &'static str = "clusters";

    async fn find(&self, cx: &DistrictCx) -> Result<Vec<Seen<String>>, Failure> {
        let seen = cx.aws.ecs.find_cluster(&parts::cluster_name(cx)).await?;
        Ok(seen.into_iter().filter(|seen| cx.owner.covers(&seen.tags)).collect())
    }

    async fn delete(&self, cx: &DistrictCx, id: &str) -> Result<(), Failure> {
        for instance in cx.aws.ecs.container_instances(id).await? {
            cx.aws.ecs.deregister(id, &instance.arn).await?;
        }
        Ok(cx.aws.ecs.delete_cluster(id).await?)
    }
}
