//! Starting and stopping the tasks of a service.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::launch::Plan;
use super::placement::{Needs, Obstacle, Order};
use super::placement_rules::Rules;
use super::service::Service;
use super::task::{Stop, StopCode};
use super::task_definition::TaskDefinition;
use super::task_start::Wanted;
use super::{ServiceKey, TaskKey, dispatch, service_event, task_life};
use crate::model::context::Context;
use crate::model::tags::Tags;

/// Why a task was not started, and the id of the instance that came closest.
pub(super) type Unplaced = dispatch::Unplaced;

/// Starts as many of `count` tasks as find a place, and tells how many and what was in the way of the next.
pub(super) fn start(context: &mut Context<'_>, key: &ServiceKey, count: i64) -> (i64, Option<Unplaced>) {
    let (mut started, mut obstacle) = (Vec::new(), None);
    if count <= 0 {
        return (0, None);
    }
    if is_hopeless(context, key) {
        return (0, Some((Obstacle::NoInstance, String::new())));
    }
    let Some(order) = StandingOrder::of(context, key) else { return (0, None) };
    let mut have = BTreeMap::new();
    if order.plan.shares.len() > 1 {
        have = dispatch::count_of(context, &key.cluster, &key.service, &order.deployment);
    }
    for _ in 0..count {
        let (plan, rules) = (&order.plan, &order.rules);
        match dispatch::start(context, &key.cluster, plan, rules, &mut have, order.wanted()) {
            Ok(id) => started.push(id),
            Err(unplaced) => {
                obstacle = Some(unplaced);
                break;
            }
        }
    }
    if !started.is_empty() {
        let told = format!("has started {} tasks: {}.", started.len(), service_event::named_tasks(&started));
        service_event::tell(context, key, &told);
    }
    (i64::try_from(started.len()).unwrap_or(i64::MAX), obstacle)
}

/// Whether a service wants instances of a cluster that has none: such a service looks again and again.
fn is_hopeless(context: &mut Context<'_>, key: &ServiceKey) -> bool {
    let Some(cluster) = context.region().ecs.clusters.get(&key.cluster) else { return false };
    let primary = cluster.services.get(&key.service).and_then(Service::primary);
    let on_instances = primary.is_some_and(|one| one.revision.workload.launch.kind.as_deref() == Some("EC2"));
    on_instances && cluster.instances.is_empty()
}

/// What all tasks of a service's newest deployment have in common.
pub(super) struct StandingOrder {
    definition: Arc<TaskDefinition>,
    group: String,
    deployment: String,
    plan: Plan,
    rules: Rules,
    is_open: bool,
    tags: Tags,
}

impl StandingOrder {
    pub(super) fn of(context: &mut Context<'_>, key: &ServiceKey) -> Option<Self> {
        let service = context.region().ecs.service_mut(key)?;
        let primary = service.primary()?;
        let workload = &primary.revision.workload;
        let launch = &workload.launch;
        Some(Self {
            definition: workload.definition.clone(),
            group: format!("service:{}", key.service),
            deployment: primary.id.clone(),
            plan: Plan::of(launch.kind.as_deref(), &launch.providers, &workload.network),
            rules: Rules::of(&service.constraints, &service.strategy),
            is_open: service.has_execute_command,
            tags: task_tags(service, &workload.definition.tags, &key.cluster),
        })
    }

    pub(super) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What it asks of an instance.
    pub(super) fn order(&self) -> Order<'_> {
        Order {
            definition: &self.definition,
            needs: Needs::of(&self.definition),
            group: &self.group,
            rules: &self.rules,
            provider: None,
        }
    }

    pub(super) fn wanted(&self) -> Wanted<'_> {
        Wanted {
            started_by: Some(self.deployment.clone()),
            is_open: self.is_open,
            tags: self.tags.clone(),
            ..Wanted::new(&self.definition, &self.group)
        }
    }
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html>
fn task_tags(service: &Service, of_definition: &Tags, cluster: &str) -> Tags {
    let mut tags = match service.propagate_tags.as_deref() {
        Some("SERVICE") => service.tags.clone(),
        Some("TASK_DEFINITION") => of_definition.clone(),
        Some(_) | None => Tags::default(),
    };
    if service.is_managed_tags {
        tags.set("aws:ecs:clusterName", cluster);
        tags.set("aws:ecs:serviceName", &service.name);
    }
    tags
}

/// Stops tasks that are too many or too old.
pub(super) fn stop(context: &mut Context<'_>, key: &ServiceKey, ids: &[String]) {
    if ids.is_empty() {
        return;
    }
    let deployment = context.region().ecs.service_mut(key).and_then(|one| one.primary().map(|one| one.id.clone()));
    let reason = format!("Scaling activity initiated by (deployment {})", deployment.unwrap_or_default());
    for id in ids {
        let why = Stop::new(StopCode::ServiceSchedulerInitiated, reason.clone());
        task_life::stop(context, &TaskKey::new(&key.cluster, id), why);
    }
    let told = format!("has stopped {} running tasks: {}.", ids.len(), service_event::named_tasks(ids));
    service_event::tell(context, key, &told);
}
