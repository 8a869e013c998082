//! How many tasks each deployment has, kept at every change of a task, so that nobody has to count them.

use serde::{Deserialize, Serialize};

use super::TaskKey;
use super::task::{Stage, Task};
use crate::model::context::Context;

/// How many tasks of a deployment are where in their lives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Counts {
    pub(super) pending: i64,
    pub(super) running: i64,
    /// Of both: those that are to stop.
    pub(super) unwanted: i64,
    /// All that are not stopped.
    pub(super) living: i64,
}

/// As what a task has been counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Counted {
    #[default]
    Nowhere,
    Pending {
        is_wanted: bool,
    },
    Running {
        is_wanted: bool,
    },
    /// On its way out.
    Leaving,
}

impl Counts {
    /// How many shall go on.
    pub(super) fn wanted(self) -> i64 {
        self.pending + self.running - self.unwanted
    }

    fn add(&mut self, counted: Counted, number: i64) {
        match counted {
            Counted::Nowhere => return,
            Counted::Pending { is_wanted } => {
                self.pending += number;
                self.unwanted += if is_wanted { 0 } else { number };
            }
            Counted::Running { is_wanted } => {
                self.running += number;
                self.unwanted += if is_wanted { 0 } else { number };
            }
            Counted::Leaving => {}
        }
        self.living += number;
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.pending += other.pending;
        self.running += other.running;
        self.unwanted += other.unwanted;
        self.living += other.living;
    }
}

impl Counted {
    fn of(task: &Task) -> Self {
        let is_wanted = task.is_wanted();
        match task.stage {
            Stage::Provisioning | Stage::Pending | Stage::Activating => Self::Pending { is_wanted },
            Stage::Running => Self::Running { is_wanted },
            Stage::Deactivating | Stage::Stopping | Stage::Deprovisioning => Self::Leaving,
            Stage::Stopped => Self::Nowhere,
        }
    }
}

/// Counts a task as what it is now. Repeating it changes nothing.
pub(super) fn recount(context: &mut Context<'_>, key: &TaskKey) {
    let Some(cluster) = context.region().ecs.clusters.get_mut(&key.cluster) else { return };
    let Some(task) = cluster.tasks.get_mut(&key.task) else { return };
    let now = Counted::of(task);
    let before = std::mem::replace(&mut task.counted, now);
    if before == now {
        return;
    }
    let Some(service) = task.service().and_then(|name| cluster.services.get_mut(name)) else { return };
    let Some(started_by) = &task.started_by else { return };
    if let Some(deployment) = service.deployments.iter_mut().find(|one| one.id == *started_by) {
        deployment.counts.add(before, -1);
        deployment.counts.add(now, 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_that_moves_on_leaves_where_it_was_counted() {
        let mut counts = Counts::default();
        counts.add(Counted::Pending { is_wanted: true }, 1);
        counts.add(Counted::Pending { is_wanted: true }, -1);
        counts.add(Counted::Running { is_wanted: false }, 1);
        assert_eq!(counts, Counts { pending: 0, running: 1, unwanted: 1, living: 1 });
        counts.add(Counted::Running { is_wanted: false }, -1);
        counts.add(Counted::Leaving, 1);
        assert_eq!((counts.wanted(), counts.living), (0, 1));
    }
}
