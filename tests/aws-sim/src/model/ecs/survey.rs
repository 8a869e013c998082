//! What the scheduler sees when it looks at a service: its tasks, by how far they are.

use super::cluster::Cluster;
use super::container_instance;
use super::rolling::{Group, Situation};
use super::task::{Stage, Task};
use super::{ServiceKey, TaskKey, load_balancing};
use crate::model::clock::Moment;
use crate::model::context::Context;
use crate::model::timing;

/// The tasks of a service, counted, and named in the order in which they are stopped.
#[derive(Debug)]
pub(super) struct Survey {
    pub(super) situation: Situation,
    pub(super) stoppable: Stoppable,
}

/// The ids of a service's tasks, those that are missed least first.
#[derive(Debug, Default)]
pub(super) struct Stoppable {
    new: Vec<String>,
    old: Vec<String>,
    /// Old ones that are of no use, and always go.
    useless: Vec<String>,
}

impl Stoppable {
    /// Takes the useless ones, so many old ones, and so many new ones.
    pub(super) fn choose(&mut self, old: i64, new: i64) -> Vec<String> {
        let count = |number: i64, of: &[String]| usize::try_from(number).unwrap_or_default().min(of.len());
        let (old, new) = (count(old, &self.old), count(new, &self.new));
        let mut chosen = std::mem::take(&mut self.useless);
        chosen.extend(self.old.drain(..old).chain(self.new.drain(..new)));
        chosen
    }
}

/// How far a task is, from the one that is missed least to the one that is missed most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Pending,
    Unfit,
    Fit,
    Healthy,
}

/// What of a task matters here.
struct Seen {
    id: String,
    is_new: bool,
    is_wanted: bool,
    /// Whether it may not be stopped although it is old or too many.
    is_protected: bool,
    /// Since when it runs.
    runs: Option<Moment>,
    health: &'static str,
    /// Whether its first health check is still to come.
    awaits_check: bool,
}

/// Looks at all tasks of a service.
pub(super) fn take(context: &mut Context<'_>, key: &ServiceKey) -> Option<Survey> {
    let now = context.now;
    let cluster = context.region().ecs.clusters.get(&key.cluster)?;
    let service = cluster.services.get(&key.service)?;
    let (desired, has_balancer) = (service.desired, service.has_balancers());
    let (least, most) = service.configuration.bounds(desired);
    let primary = &service.primary()?.id;
    let seen: Vec<Seen> = cluster.tasks_of(&key.service).map(|task| see(cluster, task, primary, now)).collect();
    let mut situation = Situation { desired, least, most, ..Situation::default() };
    let (mut stoppable, mut new) = (Stoppable::default(), Vec::new());
    for one in seen {
        if !one.is_wanted {
            situation.leaving += 1;
            continue;
        }
        let standing = standing(context, key, &one, has_balancer);
        match (one.is_new, standing) {
            (true, _) => {
                situation.new.count(standing);
                if !one.is_protected {
                    new.push((standing, one.id));
                }
            }
            (false, _) if one.is_protected => situation.old.count(standing),
            (false, Standing::Pending | Standing::Unfit) => {
                situation.old.count(standing);
                stoppable.useless.push(one.id);
            }
            (false, Standing::Fit | Standing::Healthy) => {
                situation.old.count(standing);
                stoppable.old.push(one.id);
            }
        }
    }
    // Stable: of equal ones the oldest is stopped first.
    new.sort_by_key(|(standing, _)| *standing);
    stoppable.new = new.into_iter().map(|(_, id)| id).collect();
    Some(Survey { situation, stoppable })
}

/// The ids of those of a service's tasks that are not stopped and that are `wanted`.
pub(super) fn task_ids(context: &mut Context<'_>, key: &ServiceKey, wanted: impl Fn(&Task) -> bool) -> Vec<String> {
    let Some(cluster) = context.region().ecs.clusters.get(&key.cluster) else { return Vec::new() };
    cluster.tasks_of(&key.service).filter(|task| wanted(task)).map(|task| task.id.clone()).collect()
}

/// A task on an instance that drains is as good as old.
fn see(cluster: &Cluster, task: &Task, primary: &String, now: Moment) -> Seen {
    let instance = cluster.instances.get(&task.instance);
    let may_stay = instance.is_none_or(|instance| instance.status == container_instance::Status::Active);
    Seen {
        id: task.id.clone(),
        is_new: may_stay && task.started_by.as_ref() == Some(primary),
        is_wanted: task.is_wanted(),
        is_protected: task.is_protected(now),
        runs: task.times.started.filter(|_| task.stage == Stage::Running),
        health: task.health(),
        awaits_check: task.is_checked() && task.health() == "UNKNOWN",
    }
}

fn standing(context: &mut Context<'_>, key: &ServiceKey, seen: &Seen, has_balancer: bool) -> Standing {
    let Some(since) = seen.runs else { return Standing::Pending };
    let in_service = !has_balancer || load_balancing::is_in_service(context, &TaskKey::new(&key.cluster, &seen.id));
    if !in_service || seen.health == "UNHEALTHY" || seen.awaits_check {
        return Standing::Unfit;
    }
    let is_checked = has_balancer || seen.health == "HEALTHY";
    if is_checked || context.now >= since + timing::TASK_PROVES_HEALTHY { Standing::Healthy } else { Standing::Fit }
}

impl Group {
    fn count(&mut self, standing: Standing) {
        let counted = match standing {
            Standing::Pending => &mut self.pending,
            Standing::Unfit => &mut self.unfit,
            Standing::Fit => &mut self.fit,
            Standing::Healthy => &mut self.healthy,
        };
        *counted += 1;
    }
}
