//! The cluster; instances that are still in it are taken out first.
//!
//! Makes        nothing; removes what carries the district's tags
//! Repeat-safe  looks again what is left; absent is fine
//! Undo         none: a deletion stops where it is and can be repeated

use super::removal::{Removal, in_use, owned};
use crate::aws::Seen;
use crate::aws::ecs::Status;
use crate::engine::Failure;
use crate::workflows::DistrictCx;
use crate::workflows::provision_district::parts;

pub(super) struct Clusters;

impl Removal for Clusters {
    const NAME: &'static str = "delete_cluster";
    const WHAT: &'static str = "clusters";

    async fn find(&self, cx: &DistrictCx) -> Result<Vec<Seen<String>>, Failure> {
        let seen = cx.aws.ecs.find_cluster(&parts::cluster_name(cx)).await?;
        Ok(owned(cx, "cluster", seen).into_iter().collect())
    }

    async fn delete(&self, cx: &DistrictCx, id: &str) -> Result<(), Failure> {
        for instance in cx.aws.ecs.container_instances(id).await? {
            cx.aws.ecs.deregister(id, &instance.arn).await?;
        }
        match cx.aws.ecs.delete_cluster(id).await {
            Err(error) if error.is("ClusterContainsServicesException") => {
                Err(strangers(cx, id).await?.unwrap_or_else(|| error.into()))
            }
            deleted => Ok(deleted?),
        }
    }
}

/// Services that somebody else put into the cluster: they do not go by being waited for.
async fn strangers(cx: &DistrictCx, id: &str) -> Result<Option<Failure>, Failure> {
    let standing = cx.aws.ecs.find_services(id).await?.into_iter().filter(|it| it.status == Status::Active);
    let others = standing.filter(|it| !cx.owner.covers(&it.tags)).map(|it| it.arn).collect();
    Ok(in_use(&format!("cluster {id}"), others))
}
