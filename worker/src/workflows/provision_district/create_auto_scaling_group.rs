//! The container instances.
//!
//! Makes        one Auto Scaling group, which launches `cluster_size` instances
//! Repeat-safe  found again by its name and tags
//! Undo         deletes the one that this operation made and waits until its instances are gone

use std::time::Duration;

use super::{CreateLaunchTemplate, parts};
use crate::aws::Seen;
use crate::aws::autoscaling::Change;
use crate::engine::{Failure, Found, Ready, Resource};
use crate::workflows::DistrictCx;

/// Makes the Auto Scaling group.
pub(crate) struct CreateAutoScalingGroup;

impl Resource for CreateAutoScalingGroup {
    type Cx = DistrictCx;
    /// The group's name.
    type Output = String;
    const NAME: &'static str = "create_auto_scaling_group";
    const LIMIT: Duration = Duration::from_secs(900);

    fn ids(name: &String) -> Vec<String> {
        vec![name.clone()]
    }

    async fn find(&self, cx: &DistrictCx) -> Result<Found<String>, Failure> {
        let name = parts::cluster_name(cx);
        let group = cx.aws.autoscaling.find_group(&name).await?;
        let seen = group.map(|group| Seen { thing: name, tags: group.tags, going: group.going });
        Ok(parts::found_by_name(cx, seen))
    }

    async fn create(&self, cx: &DistrictCx) -> Result<String, Failure> {
        let (name, spec) = (parts::cluster_name(cx), &cx.target.spec);
        let wanted = Change {
            template: &cx.run.output_of(&CreateLaunchTemplate)?,
            subnet_ids: &parts::instance_subnets(cx, spec.nat_type)?,
            desired: spec.cluster_size,
            most: spec.cluster_size,
        };
        cx.aws.autoscaling.create_group(&name, &wanted, &cx.owner.tags(&name)).await?;
        Ok(name)
    }

    async fn ready(&self, _cx: &DistrictCx, _name: &String) -> Result<Ready, Failure> {
        // Whether its instances come up is seen where it counts: when they join the cluster.
        Ok(Ready::Yes)
    }

    async fn delete(&self, cx: &DistrictCx, name: String) -> Result<(), Failure> {
        Ok(cx.aws.autoscaling.delete_group(&name).await?)
    }
}
