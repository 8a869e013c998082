//! A service's tasks stop.
//!
//! Makes        the desired count 0, and waits until nothing runs
//! Repeat-safe  a service that is gone, or never was, is done
//! Undo         cannot be undone

use std::time::Duration;

use shared::heritage::ServiceSpec;

use super::final_once_begun;
use crate::aws::ecs::Status;
use crate::engine::{Failure, Step, Turn, Undone, Wait};
use crate::workflows::HeritageCx;
use crate::workflows::create_heritage::settle;

/// Stops the tasks of a service.
pub(crate) struct ScaleDown(pub(crate) ServiceSpec);

impl Step for ScaleDown {
    type Cx = HeritageCx;
    type Output = String;
    const NAME: &'static str = "scale_down";
    const LIMIT: Duration = settle::LIMIT;

    fn of(&self) -> Option<&str> {
        Some(self.0.name.as_str())
    }

    fn resources(name: &String) -> Vec<String> {
        vec![name.clone()]
    }

    async fn run(&self, cx: &HeritageCx) -> Result<Turn<String>, Failure> {
        let (cluster, name) = (cx.cluster(), cx.service_name(&self.0.name));
        let state = cx.aws.ecs.observe_service(&cluster, &name).await?;
        let Some(state) = state.filter(|it| it.status == Status::Active && cx.owner.covers(&it.tags)) else {
            return Ok(Turn::Done(name));
        };
        if state.desired > 0 {
            cx.run.intent(self, state.desired).await?;
            cx.aws.ecs.scale_to_zero(&cluster, &name).await?;
        }
        if state.running + state.pending == 0 {
            return Ok(Turn::Done(name));
        }
        Ok(Turn::Wait(Wait::for_aws(format!("{}: tasks still running: {}", self.0.name, state.running))))
    }

    /// What its tasks belong to is the service, which another step removes.
    async fn left(&self, _cx: &HeritageCx) -> Result<Option<Vec<String>>, Failure> {
        Ok(Some(vec![]))
    }

    async fn undo(&self, cx: &HeritageCx) -> Result<Undone, Failure> {
        final_once_begun(cx, self)
    }
}
