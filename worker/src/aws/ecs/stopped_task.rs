//! Tasks that stopped, and why. ECS shows them for an hour.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html>

use aws_sdk_ecs::types::{DesiredStatus, Task};
use shared::time::Timestamp;

use super::{Ecs, moment};
use crate::aws::{AbsentOk, NotCalled};

/// A task that stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoppedTask {
    /// The deployment that started it.
    pub started_by: String,
    /// Why it stopped, with what its containers say.
    pub reason: String,
    /// Whether it stopped by itself or by its health; else ECS no longer wanted it.
    pub failed: bool,
    /// When, by ECS' clock.
    pub at: Timestamp,
}

impl Ecs {
    /// Up to a hundred tasks of a service that stopped lately.
    pub async fn find_stopped_tasks(&self, cluster: &str, service: &str) -> Result<Vec<StoppedTask>, NotCalled> {
        let request = self.client.list_tasks().cluster(cluster).service_name(service);
        let request = request.desired_status(DesiredStatus::Stopped).max_results(100);
        let gone = ["ClusterNotFoundException", "ServiceNotFoundException"];
        let listed = self.calls.call("ecs", "ListTasks", request.send()).await.absent_ok(&gone)?;
        let arns = listed.and_then(|answer| answer.task_arns).unwrap_or_default();
        if arns.is_empty() {
            return Ok(Vec::new());
        }
        let request = self.client.describe_tasks().cluster(cluster).set_tasks(Some(arns));
        let answer = self.calls.call("ecs", "DescribeTasks", request.send()).await?;
        Ok(answer.tasks().iter().map(read).collect())
    }
}

fn read(task: &Task) -> StoppedTask {
    let containers =
        task.containers().iter().filter_map(|container| match (container.reason(), container.exit_code()) {
            (Some(reason), _) => Some(reason.to_owned()),
            (None, Some(code)) => Some(format!("exit code {code}")),
            (None, None) => None,
        });
    let said = task.stopped_reason().unwrap_or_default();
    let reason = [said.to_owned()].into_iter().chain(containers).collect::<Vec<_>>().join("; ");
    StoppedTask {
        started_by: task.started_by().unwrap_or_default().to_owned(),
        reason,
        failed: !said.starts_with("Scaling activity"),
        at: moment(task.stopped_at()),
    }
}
