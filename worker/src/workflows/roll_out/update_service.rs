//! A service runs its new revision, or another number of tasks.
//!
//! Makes        a change of the ECS service: revision, count, and how many tasks a deployment keeps
//! Repeat-safe  asking again for what stands does nothing
//! Undo         changes back to what was noted before the call, and waits until that is stable

use std::time::Duration;

use shared::heritage::ServiceSpec;

use super::mend_balancing::mend_balancing;
use super::{update, update_back};
use crate::engine::{Failure, Step, Turn, Undone};
use crate::workflows::HeritageCx;
use crate::workflows::create_heritage::settle::Reached;
use crate::workflows::create_heritage::{RegisterTaskDefinition, settle};

/// Changes a service.
pub(crate) struct UpdateService {
    /// What it is to be.
    pub(crate) service: ServiceSpec,
    /// Whether a revision was registered for it.
    pub(crate) revision: bool,
}

impl UpdateService {
    /// The key to the output of the step for this service.
    pub(crate) fn of(service: &ServiceSpec) -> Self {
        UpdateService { service: service.clone(), revision: false }
    }
}

impl Step for UpdateService {
    type Cx = HeritageCx;
    type Output = Reached;
    const NAME: &'static str = "update_service";
    const LIMIT: Duration = settle::LIMIT;

    fn of(&self) -> Option<&str> {
        Some(self.service.name.as_str())
    }

    fn resources(reached: &Reached) -> Vec<String> {
        vec![reached.arn.clone()]
    }

    async fn run(&self, cx: &HeritageCx) -> Result<Turn<Reached>, Failure> {
        let revision = match self.revision {
            true => {
                mend_balancing(cx, &self.service).await?;
                Some(cx.run.output_of(&RegisterTaskDefinition(self.service.clone()))?)
            }
            false => None,
        };
        update(cx, self, &self.service, revision).await
    }

    async fn undo(&self, cx: &HeritageCx) -> Result<Undone, Failure> {
        update_back(cx, self, &self.service).await
    }
}
