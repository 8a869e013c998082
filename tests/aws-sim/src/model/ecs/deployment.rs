//! Deployments of services: the way from one revision to another.

use std::sync::Arc;

use serde_json::{Value, json};

use super::revision::{Revision, merge};
use super::tally::Counts;
use super::task_definition::TaskDefinition;
use crate::model::clock::{Moment, epoch};

/// The wish that a service's tasks be of a certain revision.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Deployment {
    pub(super) id: String,
    pub(super) revision: Arc<Revision>,
    pub(super) rollout: Rollout,
    pub(super) reason: String,
    /// Tasks that have failed since the last one that came up.
    pub(super) failures: i64,
    /// The same as the circuit breaker counts them: it may be told not to forgive.
    pub(super) breaker_failures: i64,
    pub(super) created: Moment,
    pub(super) updated: Moment,
    /// No task is started before this moment: so many have failed already.
    pub(super) waits_until: Option<Moment>,
    pub(super) counts: Counts,
    /// Whether its tasks are in the alternate target groups.
    pub(super) is_on_other_group: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, serde::Serialize, serde::Deserialize)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Rollout {
    InProgress,
    Completed,
    Failed,
}

impl Deployment {
    pub(super) fn of(revision: Arc<Revision>, now: Moment) -> Self {
        let id = revision.deployment_id();
        Self {
            reason: format!("ECS deployment {id} in progress."),
            id,
            revision,
            rollout: Rollout::InProgress,
            failures: 0,
            breaker_failures: 0,
            created: now,
            updated: now,
            waits_until: None,
            counts: Counts::default(),
            is_on_other_group: false,
        }
    }

    pub(super) fn definition(&self) -> &Arc<TaskDefinition> {
        &self.revision.workload.definition
    }

    pub(super) fn become_so(&mut self, rollout: Rollout, reason: String, now: Moment) {
        (self.rollout, self.reason, self.updated) = (rollout, reason, now);
    }

    /// `status` is PRIMARY for the newest, ACTIVE for one whose tasks are being replaced. The rollout of services behind
    /// classic load balancers is not told.
    pub(super) fn render(&self, status: &str, desired: i64, tells_rollout: bool) -> Value {
        let rollout: &str = self.rollout.into();
        let workload = &self.revision.workload;
        let mut shown = json!({
            "id": self.id,
            "status": status,
            "taskDefinition": workload.definition.arn,
            "desiredCount": desired,
            "pendingCount": self.counts.pending,
            "runningCount": self.counts.running,
            "failedTasks": self.failures,
            "createdAt": epoch(self.created),
            "updatedAt": epoch(self.updated),
            "networkConfiguration": workload.network,
            "serviceConnectConfiguration": workload.connect,
            "rolloutState": tells_rollout.then_some(rollout),
            "rolloutStateReason": tells_rollout.then_some(&self.reason),
        });
        merge(&mut shown, workload.launch.render());
        shown
    }
}
