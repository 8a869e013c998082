//! The postcondition of a district with instances.
//!
//! Makes        nothing; waits until `cluster_size` instances have joined the cluster and take tasks
//! Repeat-safe  reads only
//! Undo         none

use std::time::Duration;

use shared::problem::Code;

use super::parts;
use crate::engine::{Failure, Step, Turn, Undone, Wait};
use crate::workflows::DistrictCx;

/// Waits for the instances.
pub(crate) struct AwaitInstances;

impl Step for AwaitInstances {
    type Cx = DistrictCx;
    /// The instances' ids.
    type Output = Vec<String>;
    const NAME: &'static str = "await_instances";
    const LIMIT: Duration = Duration::from_secs(900);
    const LOOKS: bool = true;

    fn resources(instances: &Vec<String>) -> Vec<String> {
        instances.clone()
    }

    async fn run(&self, cx: &DistrictCx) -> Result<Turn<Vec<String>>, Failure> {
        let (name, wanted) = (parts::cluster_name(cx), u64::from(cx.target.spec.cluster_size));
        if wanted == 0 {
            return Ok(Turn::Done(vec![]));
        }
        let instances = cx.aws.ecs.container_instances(&name).await?;
        let joined: Vec<String> =
            instances.into_iter().filter(|instance| instance.is_active).map(|instance| instance.instance_id).collect();
        let done = joined.len() as u64;
        if done >= wanted {
            check_cluster(cx, &name).await?;
            return Ok(Turn::Done(joined));
        }
        check_group(cx, self, &name).await?;
        let failure = cx.aws.autoscaling.last_failure(&name).await?;
        let why = failure.map(|why| format!("; the newest launch failed: {why}")).unwrap_or_default();
        let wait = Wait::for_aws(format!("{done} of {wanted} instances have joined the cluster{why}"));
        Ok(Turn::Wait(wait.progress(done, wanted, "instances")))
    }

    async fn undo(&self, _cx: &DistrictCx) -> Result<Undone, Failure> {
        Ok(Undone::Done(vec![]))
    }
}

/// Instances join by the cluster's name, which somebody else may have given to one of his meanwhile.
async fn check_cluster(cx: &DistrictCx, name: &str) -> Result<(), Failure> {
    match cx.aws.ecs.find_cluster(name).await? {
        Some(seen) if !cx.owner.covers(&seen.tags) => {
            Err(Failure::permanent(Code::AlreadyExists, format!("cluster {name} does not carry the district's tags")))
        }
        Some(_) | None => Ok(()),
    }
}

/// Instances that nobody wants any more would be waited for in vain.
async fn check_group(cx: &DistrictCx, step: &AwaitInstances, name: &str) -> Result<(), Failure> {
    let wanted = cx.target.spec.cluster_size;
    let changed = match cx.aws.autoscaling.find_group(name).await? {
        None => format!("Auto Scaling group {name} is gone"),
        Some(group) if !cx.owner.covers(&group.tags) => format!("Auto Scaling group {name} is not the district's"),
        Some(group) if group.desired < wanted => {
            format!("Auto Scaling group {name} is to have {} instances, and was made for {wanted}", group.desired)
        }
        Some(_) => return Ok(()),
    };
    // A read may be older than the group.
    match cx.run.has_seen_long_enough(step) {
        true => Err(Failure::permanent(Code::Conflict, format!("{changed}: somebody else changed it"))),
        false => Ok(()),
    }
}
