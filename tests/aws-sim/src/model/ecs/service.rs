//! Services: what is known of one. How it is shown is in `service_view`, how it is kept as it shall be in `scheduler`.

use std::collections::VecDeque;
use std::sync::Arc;

use indexmap::IndexSet;
use serde_json::Value;

use super::deployment::Deployment;
use super::deployment_configuration::Configuration;
use super::revision::Revision;
use super::service_deployment::ServiceDeployment;
use super::service_event::ServiceEvent;
use super::tally::Counts;
use crate::model::clock::Moment;
use crate::model::tags::Tags;

/// A number of tasks that is kept running.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Service {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) cluster_arn: String,
    pub(super) status: Status,
    pub(super) scheduling: Scheduling,
    /// `ECS`, `CODE_DEPLOY` or `EXTERNAL`.
    pub(super) controller: String,
    /// For daemons the number of instances that take one.
    pub(super) desired: i64,
    /// By which ECS talks to the load balancers.
    pub(super) role: Option<String>,
    pub(super) configuration: Configuration,
    /// Seconds in which failed checks of the load balancer do not count.
    pub(super) grace: Option<i64>,
    pub(super) strategy: Value,
    pub(super) constraints: Value,
    pub(super) is_managed_tags: bool,
    pub(super) propagate_tags: Option<String>,
    pub(super) has_execute_command: bool,
    pub(super) rebalances_zones: bool,
    /// The ids of those of its tasks that are not stopped, in the order in which they were started.
    pub(super) tasks: IndexSet<String>,
    /// Newest first; the first is the primary one.
    pub(super) deployments: Vec<Deployment>,
    /// What a failed deployment is rolled back to.
    pub(super) last_completed: Option<Arc<Revision>>,
    /// The deployments that were wished for, newest first.
    pub(super) history: VecDeque<ServiceDeployment>,
    /// Newest first.
    pub(super) events: VecDeque<ServiceEvent>,
    pub(super) created: Moment,
    pub(super) created_by: String,
    /// When the scheduler looks next.
    pub(super) next_look: Option<Moment>,
    /// Since when it has been steady, if it is and has said so.
    pub(super) steady_since: Option<Moment>,
    /// Whether it is planned that it says so again.
    pub(super) is_reminded: bool,
    /// What it last said in vain, and when: it does not repeat itself all the time.
    pub(super) complained: Option<(Moment, String)>,
    pub(super) tags: Tags,
}

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr, serde::Serialize, serde::Deserialize,
)]
#[strum(serialize_all = "UPPERCASE")]
pub(super) enum Status {
    Active,
    /// Deleted, but its tasks are not all stopped yet.
    Draining,
    Inactive,
}

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString, serde::Serialize, serde::Deserialize,
)]
#[strum(serialize_all = "UPPERCASE")]
pub(super) enum Scheduling {
    Replica,
    /// One task on each instance.
    Daemon,
}

impl Service {
    pub(super) fn primary(&self) -> Option<&Deployment> {
        self.deployments.first()
    }

    pub(super) fn deployment_mut(&mut self, id: &str) -> Option<&mut Deployment> {
        self.deployments.iter_mut().find(|deployment| deployment.id == id)
    }

    /// The load balancers of what is being rolled out.
    pub(super) fn has_balancers(&self) -> bool {
        self.primary().is_some_and(|primary| !primary.revision.workload.balancers.is_empty())
    }

    /// None if capacity providers decide where its tasks run.
    pub(super) fn launch_type(&self) -> Option<&str> {
        self.primary()?.revision.workload.launch.kind.as_deref()
    }

    pub(super) fn is_daemon(&self) -> bool {
        self.scheduling == Scheduling::Daemon
    }

    /// The record of the deployment that is going on.
    pub(super) fn ongoing(&mut self) -> Option<&mut ServiceDeployment> {
        self.history.front_mut().filter(|newest| newest.status.is_ongoing())
    }

    /// How many tasks the deployment at that place shall have.
    pub(super) fn wanted_at(&self, place: usize) -> i64 {
        match (place, self.deployments.get(place)) {
            (0, _) => self.desired,
            (_, deployment) => deployment.map_or(0, |one| one.counts.wanted()),
        }
    }

    /// How many tasks of a revision are asked for, run, and are pending.
    pub(super) fn counts_of(&self, revision: &Revision) -> [i64; 3] {
        let place = self.deployments.iter().position(|one| one.revision.number == revision.number);
        let found = place.and_then(|place| Some((place, self.deployments.get(place)?)));
        found.map_or([0; 3], |(place, one)| [self.wanted_at(place), one.counts.running, one.counts.pending])
    }

    pub(super) fn counts(&self) -> Counts {
        self.deployments.iter().fold(Counts::default(), |mut sum, one| {
            sum += one.counts;
            sum
        })
    }
}
