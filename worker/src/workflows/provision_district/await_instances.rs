//! The postcondition of a district with instances.
//!
//! Makes        nothing; waits until `cluster_size` instances have joined the cluster and take tasks
//! Repeat-safe  reads only
//! Undo         none

use std::time::Duration;

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
            return Ok(Turn::Done(joined));
        }
        let failure = cx.aws.autoscaling.last_failure(&name).await?;
        let why = failure.map(|why| format!("; the newest launch failed: {why}")).unwrap_or_default();
        let wait = Wait::for_aws(format!("{done} of {wanted} instances have joined the cluster{why}"));
        Ok(Turn::Wait(wait.progress(done, wanted, "instances")))
    }

    async fn undo(&self, _cx: &DistrictCx) -> Result<Undone, Failure> {
        Ok(Undone::Done(vec![]))
    }
}
