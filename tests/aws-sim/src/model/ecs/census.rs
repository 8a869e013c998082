//! The count of a service's tasks, by deployment, as it is described.

use std::collections::BTreeMap;

use super::cluster::Cluster;
use super::task::Stage;

/// The tasks of one service that are not stopped.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct Census {
    by_deployment: BTreeMap<String, Counts>,
}

/// How many tasks are where in their lives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Counts {
    pub(super) pending: i64,
    pub(super) running: i64,
    /// Of both: those that are to stop.
    pub(super) unwanted: i64,
}

impl Census {
    pub(super) fn take(cluster: &Cluster, service: &str) -> Self {
        let mut census = Self::default();
        for task in cluster.tasks_of(service) {
            let counts = census.by_deployment.entry(task.started_by.clone().unwrap_or_default()).or_default();
            let counted = match task.stage {
                Stage::Provisioning | Stage::Pending => &mut counts.pending,
                Stage::Running => &mut counts.running,
                Stage::Deactivating | Stage::Stopping | Stage::Stopped => continue,
            };
            *counted += 1;
            counts.unwanted += i64::from(!task.is_wanted());
        }
        census
    }

    pub(super) fn of(&self, deployment: &str) -> Counts {
        self.by_deployment.get(deployment).copied().unwrap_or_default()
    }

    pub(super) fn all(&self) -> Counts {
        self.by_deployment.values().fold(Counts::default(), |sum, one| Counts {
            pending: sum.pending + one.pending,
            running: sum.running + one.running,
            unwanted: sum.unwanted + one.unwanted,
        })
    }
}

impl Counts {
    /// How many shall go on.
    pub(super) fn wanted(&self) -> i64 {
        self.pending + self.running - self.unwanted
    }
}
