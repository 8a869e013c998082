//! The district's cluster.
//!
//! Makes        one ECS cluster
//! Repeat-safe  found again by its name and tags
//! Undo         takes instances out that are still in it and deletes it, if this operation made it

use shared::problem::Code;

use super::parts;
use crate::engine::{Failure, Found, Ready, Resource};
use crate::workflows::DistrictCx;

/// Makes the cluster.
pub(crate) struct CreateCluster;

impl Resource for CreateCluster {
    type Cx = DistrictCx;
    /// The cluster's ARN.
    type Output = String;
    const NAME: &'static str = "create_cluster";

    fn ids(arn: &String) -> Vec<String> {
        vec![arn.clone()]
    }

    async fn find(&self, cx: &DistrictCx) -> Result<Found<String>, Failure> {
        Ok(parts::found_by_name(cx, cx.aws.ecs.find_cluster(&parts::cluster_name(cx)).await?))
    }

    async fn create(&self, cx: &DistrictCx) -> Result<String, Failure> {
        let name = parts::cluster_name(cx);
        // CreateCluster answers a cluster that stands as if it had made it.
        if cx.aws.ecs.find_cluster(&name).await?.is_some_and(|seen| !cx.owner.covers(&seen.tags)) {
            let detail = format!("a cluster {name} exists in this account and is not this district's");
            return Err(Failure::permanent(Code::AlreadyExists, detail));
        }
        Ok(cx.aws.ecs.create_cluster(&name, &cx.owner.tags(&name)).await?)
    }

    async fn ready(&self, _cx: &DistrictCx, _arn: &String) -> Result<Ready, Failure> {
        Ok(Ready::Yes)
    }

    async fn delete(&self, cx: &DistrictCx, _arn: String) -> Result<(), Failure> {
        let name = parts::cluster_name(cx);
        for instance in cx.aws.ecs.container_instances(&name).await? {
            cx.aws.ecs.deregister(&name, &instance.arn).await?;
        }
        Ok(cx.aws.ecs.delete_cluster(&name).await?)
    }
}
