//! Deployments of services: the way from one task definition to another.

use std::sync::Arc;

use serde_json::{Value, json};

use super::census::Counts;
use super::task_definition::TaskDefinition;
use crate::model::clock::{Moment, epoch};
use crate::model::context::Context;

/// The wish that a service's tasks be of a certain definition.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Deployment {
    pub(super) id: String,
    pub(super) definition: Arc<TaskDefinition>,
    pub(super) rollout: Rollout,
    pub(super) reason: String,
    /// Tasks that have failed since the last one that came up.
    pub(super) failures: i64,
    pub(super) created: Moment,
    pub(super) updated: Moment,
    /// No task is started before this moment: so many have failed already.
    pub(super) waits_until: Option<Moment>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, serde::Serialize, serde::Deserialize)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Rollout {
    InProgress,
    Completed,
    Failed,
}

/// The newest deployment is the primary one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, serde::Serialize, serde::Deserialize)]
#[strum(serialize_all = "UPPERCASE")]
pub(super) enum Status {
    Primary,
    /// An older one, whose tasks are being replaced.
    Active,
}

impl Deployment {
    pub(super) fn begin(context: &mut Context<'_>, definition: Arc<TaskDefinition>) -> Self {
        let number = u64::from_str_radix(&context.world.ids.hex(15), 16).unwrap_or_default();
        let id = format!("ecs-svc/{number:019}");
        Self {
            reason: format!("ECS deployment {id} in progress."),
            id,
            definition,
            rollout: Rollout::InProgress,
            failures: 0,
            created: context.now,
            updated: context.now,
            waits_until: None,
        }
    }

    pub(super) fn become_so(&mut self, rollout: Rollout, reason: String, now: Moment) {
        (self.rollout, self.reason, self.updated) = (rollout, reason, now);
    }

    pub(super) fn render(&self, status: Status, desired: i64, counts: &Counts) -> Value {
        let (status, rollout): (&str, &str) = (status.into(), self.rollout.into());
        json!({
            "id": self.id,
            "status": status,
            "taskDefinition": self.definition.arn,
            "desiredCount": desired,
            "pendingCount": counts.pending,
            "runningCount": counts.running,
            "failedTasks": self.failures,
            "createdAt": epoch(self.created),
            "updatedAt": epoch(self.updated),
            "launchType": "EC2",
            "rolloutState": rollout,
            "rolloutStateReason": self.reason,
        })
    }
}
