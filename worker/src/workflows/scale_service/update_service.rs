//! The service is to run another number of tasks.
//!
//! Makes        a change of the ECS service's count, and of how many tasks a deployment keeps
//! Repeat-safe  asking again for what stands does nothing
//! Undo         changes back to what was noted before the call, and waits until that is stable

use std::time::Duration;

use shared::heritage::ServiceSpec;

use crate::engine::{Failure, Step, Turn, Undone};
use crate::workflows::HeritageCx;
use crate::workflows::create_heritage::settle;
use crate::workflows::create_heritage::settle::Reached;
use crate::workflows::roll_out::{update, update_back};

/// Changes the count of a service.
pub(crate) struct UpdateService(pub(crate) ServiceSpec);

impl Step for UpdateService {
    type Cx = HeritageCx;
    type Output = Reached;
    const NAME: &'static str = "update_service";
    const LIMIT: Duration = settle::LIMIT;

    fn resources(reached: &Reached) -> Vec<String> {
        vec![reached.arn.clone()]
    }

    async fn run(&self, cx: &HeritageCx) -> Result<Turn<Reached>, Failure> {
        update(cx, self, &self.0, None).await
    }

    async fn undo(&self, cx: &HeritageCx) -> Result<Undone, Failure> {
        update_back(cx, self, &self.0).await
    }
}
