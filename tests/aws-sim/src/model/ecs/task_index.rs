//! What is known of all tasks of a cluster without looking at each: how many are where in their lives, and which belong
//! to a family, a service, an instance or a starter.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::launch::LaunchType;
use super::task::{Stage, Task};

/// Kept right by `Cluster::add_task`, `Cluster::set_stage` and `Cluster::remove_task`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct TaskIndex {
    ec2: Tally,
    fargate: Tally,
    families: BTreeMap<String, BTreeSet<String>>,
    services: BTreeMap<String, BTreeSet<String>>,
    starters: BTreeMap<String, BTreeSet<String>>,
    /// How many tasks that are not stopped each capacity provider has.
    providers: BTreeMap<String, i64>,
    /// Those that are to stop or have stopped.
    unwanted: BTreeSet<String>,
}

/// How many tasks are where.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Tally {
    pub(super) pending: i64,
    pub(super) running: i64,
    /// All that are not stopped.
    pub(super) living: i64,
}

impl Tally {
    fn count(&mut self, stage: Stage, by: i64) {
        self.pending += if stage.is_pending() { by } else { 0 };
        self.running += if stage == Stage::Running { by } else { 0 };
        self.living += if stage == Stage::Stopped { 0 } else { by };
    }
}

impl TaskIndex {
    pub(super) fn tally(&self, launch: LaunchType) -> Tally {
        match launch {
            LaunchType::Ec2 => self.ec2,
            LaunchType::Fargate => self.fargate,
        }
    }

    pub(super) fn total(&self) -> Tally {
        Tally {
            pending: self.ec2.pending + self.fargate.pending,
            running: self.ec2.running + self.fargate.running,
            living: self.ec2.living + self.fargate.living,
        }
    }

    pub(super) fn of_family(&self, family: &str) -> Option<&BTreeSet<String>> {
        self.families.get(family)
    }

    pub(super) fn of_service(&self, service: &str) -> Option<&BTreeSet<String>> {
        self.services.get(service)
    }

    pub(super) fn of_starter(&self, starter: &str) -> Option<&BTreeSet<String>> {
        self.starters.get(starter)
    }

    pub(super) fn unwanted(&self) -> &BTreeSet<String> {
        &self.unwanted
    }

    /// Whether a capacity provider has tasks.
    pub(super) fn uses(&self, provider: &str) -> bool {
        self.providers.get(provider).is_some_and(|count| *count > 0)
    }

    pub(super) fn add(&mut self, task: &Task) {
        self.tally_mut(task.launch).count(task.stage, 1);
        if let Some(provider) = &task.provider {
            *self.providers.entry(provider.clone()).or_default() += 1;
        }
        for (map, name) in self.maps(task) {
            map.entry(name.to_owned()).or_default().insert(task.id.clone());
        }
    }

    pub(super) fn remove(&mut self, task: &Task) {
        self.tally_mut(task.launch).count(task.stage, -1);
        self.unwanted.remove(&task.id);
        for (map, name) in self.maps(task) {
            if let Some(ids) = map.get_mut(name) {
                ids.remove(&task.id);
                if ids.is_empty() {
                    map.remove(name);
                }
            }
        }
    }

    /// A task that is at another stage than it was.
    fn moved(&mut self, task: &Task, from: Stage) {
        let tally = self.tally_mut(task.launch);
        tally.count(from, -1);
        tally.count(task.stage, 1);
        let ended = from != Stage::Stopped && task.stage == Stage::Stopped;
        if let Some(count) = task.provider.as_ref().and_then(|name| self.providers.get_mut(name)).filter(|_| ended) {
            *count -= 1;
        }
    }

    pub(super) fn forsake(&mut self, id: &str) {
        self.unwanted.insert(id.to_owned());
    }

    fn tally_mut(&mut self, launch: LaunchType) -> &mut Tally {
        match launch {
            LaunchType::Ec2 => &mut self.ec2,
            LaunchType::Fargate => &mut self.fargate,
        }
    }

    fn maps<'a>(
        &'a mut self,
        task: &'a Task,
    ) -> impl Iterator<Item = (&'a mut BTreeMap<String, BTreeSet<String>>, &'a str)> {
        let family = Some((&mut self.families, task.definition.family.as_str()));
        let service = task.service().map(|name| (&mut self.services, name));
        let starter = task.started_by.as_deref().map(|name| (&mut self.starters, name));
        [family, service, starter].into_iter().flatten()
    }
}

impl super::cluster::Cluster {
    pub(super) fn add_task(&mut self, task: Task) {
        self.started += 1;
        self.index.add(&task);
        self.tasks.insert(task.id.clone(), task);
    }

    /// A task enters another stage of its life, and gets a new version.
    pub(super) fn set_stage(&mut self, id: &str, stage: Stage) {
        let Some(task) = self.tasks.get_mut(id) else { return };
        let before = std::mem::replace(&mut task.stage, stage);
        task.version += 1;
        self.index.moved(task, before);
    }

    pub(super) fn remove_task(&mut self, id: &str) {
        if let Some(task) = self.tasks.remove(id) {
            self.index.remove(&task);
        }
    }
}
