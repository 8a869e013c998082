//! A service becomes what it was asked to be.
//!
//! Makes        nothing: waits for the postcondition, at most 15 minutes, and fails early when it cannot come
//! Repeat-safe  only looks
//! Undo         nothing

use std::time::Duration;

use shared::heritage::ServiceSpec;

use super::CreateService;
use super::settle::{self, Reached, Settled, settle};
use crate::engine::{Failure, Step, Turn, Undone};
use crate::workflows::HeritageCx;
use crate::workflows::roll_out::UpdateService;

/// Waits for a service that was made, or else was updated.
pub(crate) struct AwaitService {
    /// What it is to be.
    pub(crate) service: ServiceSpec,
    /// Whether this operation makes it.
    pub(crate) is_new: bool,
}

impl AwaitService {
    fn reached(&self, cx: &HeritageCx) -> Result<Reached, Failure> {
        if self.is_new {
            return Ok(cx.run.output_of(&CreateService(self.service.clone()))?.thing);
        }
        cx.run.output_of(&UpdateService::of(&self.service))
    }
}

impl Step for AwaitService {
    type Cx = HeritageCx;
    type Output = Settled;
    const NAME: &'static str = "await_service";
    const LIMIT: Duration = settle::LIMIT;
    const LOOKS: bool = true;

    fn of(&self) -> Option<&str> {
        Some(self.service.name.as_str())
    }

    fn resources(settled: &Settled) -> Vec<String> {
        vec![settled.arn.clone(), settled.task_definition.clone()]
    }

    async fn run(&self, cx: &HeritageCx) -> Result<Turn<Settled>, Failure> {
        settle(cx, self, &self.service, &self.reached(cx)?).await
    }

    async fn undo(&self, _cx: &HeritageCx) -> Result<Undone, Failure> {
        Ok(Undone::Done(Vec::new()))
    }
}
