//! The service runs as many tasks as it was asked for.
//!
//! Makes        nothing: waits for the postcondition, at most 15 minutes, and fails early when it cannot come
//! Repeat-safe  only looks
//! Undo         nothing

use std::time::Duration;

use shared::heritage::ServiceSpec;

use super::UpdateService;
use crate::engine::{Failure, Step, Turn, Undone};
use crate::workflows::HeritageCx;
use crate::workflows::create_heritage::settle::{self, Settled, settle};

/// Waits for the tasks of a service.
pub(crate) struct AwaitRunning(pub(crate) ServiceSpec);

impl Step for AwaitRunning {
    type Cx = HeritageCx;
    type Output = Settled;
    const NAME: &'static str = "await_running";
    const LIMIT: Duration = settle::LIMIT;
    const LOOKS: bool = true;

    fn resources(settled: &Settled) -> Vec<String> {
        vec![settled.arn.clone()]
    }

    async fn run(&self, cx: &HeritageCx) -> Result<Turn<Settled>, Failure> {
        let reached = cx.run.output_of(&UpdateService(self.0.clone()))?;
        settle(cx, self, &self.0, &reached).await
    }

    async fn undo(&self, _cx: &HeritageCx) -> Result<Undone, Failure> {
        Ok(Undone::Done(Vec::new()))
    }
}
