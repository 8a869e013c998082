//! The container instances.
//!
//! Makes        nothing; lets the instances take no more tasks, deletes the group with them, waits until they are terminated
//! Repeat-safe  looks again what is left; absent is fine
//! Undo         none: a deletion stops where it is and can be repeated

use std::time::Duration;

use shared::problem::Code;

use crate::engine::{Failure, Step, Turn, Undone, Wait};
use crate::workflows::DistrictCx;
use crate::workflows::provision_district::parts;

pub(super) struct DeleteAutoScalingGroup;

impl Step for DeleteAutoScalingGroup {
    type Cx = DistrictCx;
    type Output = ();
    const NAME: &'static str = "delete_auto_scaling_group";
    const LIMIT: Duration = Duration::from_secs(1200);

    async fn run(&self, cx: &DistrictCx) -> Result<Turn<()>, Failure> {
        let name = parts::cluster_name(cx);
        let found = cx.aws.autoscaling.find_group(&name).await?;
        let stranger = found.as_ref().is_some_and(|group| !group.going && !cx.owner.covers(&group.tags));
        let group = found.filter(|group| cx.owner.covers(&group.tags));
        if group.as_ref().is_some_and(|group| !group.going) {
            drain(cx, &name).await?;
            cx.aws.autoscaling.delete_group(&name).await?;
        }
        let instances = cx.aws.ec2.find_instances(&cx.owner).await?;
        if group.is_none() && instances.is_empty() {
            if stranger {
                cx.run.warn(format!("Auto Scaling group {name} does not carry the district's tags; it stays"));
            }
            return Ok(Turn::Done(()));
        }
        if stranger {
            // It would make anew what is terminated here.
            return Err(Failure::permanent(Code::InUse, untagged(&name)));
        }
        if group.is_none() {
            // Instances that somebody took out of their group.
            let standing = instances.iter().filter(|seen| !seen.going).map(|seen| seen.thing.id.clone()).collect();
            cx.aws.ec2.terminate_instances(standing).await?;
        }
        let headline = match instances.len() {
            0 => "the Auto Scaling group is being deleted".to_owned(),
            left => format!("instances being terminated: {left}"),
        };
        Ok(Turn::Wait(Wait::for_aws(headline)))
    }

    async fn left(&self, cx: &DistrictCx) -> Result<Option<Vec<String>>, Failure> {
        let name = parts::cluster_name(cx);
        let group = cx.aws.autoscaling.find_group(&name).await?.filter(|group| cx.owner.covers(&group.tags));
        let instances = cx.aws.ec2.find_instances(&cx.owner).await?.into_iter().map(|seen| seen.thing.id);
        Ok(Some(group.map(|_| name).into_iter().chain(instances).collect()))
    }

    async fn undo(&self, _cx: &DistrictCx) -> Result<Undone, Failure> {
        Ok(Undone::Done(vec![]))
    }
}

fn untagged(name: &str) -> String {
    format!("Auto Scaling group {name} does not carry the district's tags, but the district's instances stand")
}

async fn drain(cx: &DistrictCx, cluster: &str) -> Result<(), Failure> {
    let instances = cx.aws.ecs.container_instances(cluster).await?;
    let arns: Vec<_> = instances.into_iter().filter(|it| !it.is_draining).map(|it| it.arn).collect();
    Ok(cx.aws.ecs.drain(cluster, &arns).await?)
}
