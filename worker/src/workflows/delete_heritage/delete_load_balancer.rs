//! A service's load balancer goes.
//!
//! Makes        nothing: deletes the load balancer, and waits until its network interfaces are gone, which hold subnets
//! Repeat-safe  a load balancer that is gone is done
//! Undo         cannot be undone

use shared::heritage::ServiceSpec;

use super::final_once_begun;
use crate::engine::{Failure, Step, Turn, Undone, Wait};
use crate::workflows::HeritageCx;

/// Deletes the load balancer of a service.
pub(crate) struct DeleteLoadBalancer(pub(crate) ServiceSpec);

impl Step for DeleteLoadBalancer {
    type Cx = HeritageCx;
    type Output = String;
    const NAME: &'static str = "delete_load_balancer";

    fn of(&self) -> Option<&str> {
        Some(self.0.name.as_str())
    }

    fn resources(name: &String) -> Vec<String> {
        vec![name.clone()]
    }

    async fn run(&self, cx: &HeritageCx) -> Result<Turn<String>, Failure> {
        let name = cx.load_balancer(&self.0.name);
        if let Some(seen) = cx.aws.elb.find_load_balancer(&name).await? {
            // Of another owner: it is not ours to wait for.
            if cx.owned("load balancer", &name, Some(seen), |seen| &seen.tags).is_none() {
                return Ok(Turn::Done(name));
            }
            cx.run.intent(self, &name).await?;
            cx.aws.elb.delete_load_balancer(&name).await?;
        }
        let left = cx.aws.ec2.interfaces_of_load_balancer(&name).await?;
        if left == 0 {
            return Ok(Turn::Done(name));
        }
        Ok(Turn::Wait(Wait::for_aws(format!("{name}: network interfaces left: {left}"))))
    }

    async fn left(&self, cx: &HeritageCx) -> Result<Option<Vec<String>>, Failure> {
        let name = cx.load_balancer(&self.0.name);
        let seen = cx.aws.elb.find_load_balancer(&name).await?.filter(|seen| cx.owner.covers(&seen.tags));
        Ok(Some(seen.map(|seen| seen.thing.name).into_iter().collect()))
    }

    async fn undo(&self, cx: &HeritageCx) -> Result<Undone, Failure> {
        final_once_begun(cx, self)
    }
}
