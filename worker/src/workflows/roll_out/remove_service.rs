//! A service that the new version does not have.
//!
//! Makes        nothing: deletes the ECS service with its tasks, and waits until it is inactive
//! Repeat-safe  a service that is going is waited for, one that is gone is done
//! Undo         cannot be undone: runs after everything that can fail

use std::time::Duration;

use shared::heritage::ServiceSpec;

use crate::engine::{Failure, Step, Turn, Undone};
use crate::workflows::HeritageCx;
use crate::workflows::create_heritage::settle;
use crate::workflows::delete_heritage::{final_once_begun, remove, standing};

/// Removes a service.
pub(crate) struct RemoveService(pub(crate) ServiceSpec);

impl Step for RemoveService {
    type Cx = HeritageCx;
    type Output = String;
    const NAME: &'static str = "remove_service";
    const LIMIT: Duration = settle::LIMIT;

    fn of(&self) -> Option<&str> {
        Some(self.0.name.as_str())
    }

    fn resources(name: &String) -> Vec<String> {
        vec![name.clone()]
    }

    async fn run(&self, cx: &HeritageCx) -> Result<Turn<String>, Failure> {
        remove(cx, self, &self.0).await
    }

    async fn left(&self, cx: &HeritageCx) -> Result<Option<Vec<String>>, Failure> {
        standing(cx, &self.0).await.map(Some)
    }

    async fn undo(&self, cx: &HeritageCx) -> Result<Undone, Failure> {
        final_once_begun(cx, self)
    }
}
