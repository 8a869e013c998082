//! Where a new task goes: to the capacity provider whose turn it is, to an instance with room, to Fargate, or into the
//! queue of those that wait for capacity.

use std::collections::BTreeMap;

use serde_json::json;

use super::TaskKey;
use super::capacity_provider::FARGATE;
use super::capacity_strategy;
use super::capacity_waiting;
use super::launch::{LaunchType, Plan};
use super::placement::{self, Obstacle, Order};
use super::placement_rules::Rules;
use super::task_start::{self, Place, Wanted};
use crate::model::context::Context;
use crate::model::faults::capacity;
use crate::model::service::Service;

/// Why a task was not started, and the id of the instance that came closest.
pub(super) type Unplaced = (Obstacle, String);

/// Starts a task and tells its id. `have` is how many tasks of its kind each capacity provider has; it is counted on.
pub(super) fn start(
    context: &mut Context<'_>,
    cluster: &str,
    plan: &Plan,
    rules: &Rules,
    have: &mut BTreeMap<String, i64>,
    wanted: Wanted<'_>,
) -> Result<String, Unplaced> {
    let share = capacity_strategy::next(&plan.shares, have).cloned();
    let provider = share.map(|share| share.provider);
    let network = plan.network.as_ref();
    let nobody = (Obstacle::NoInstance, String::new());
    let on_fargate = plan.launch == Some(LaunchType::Fargate) || provider.as_deref().is_some_and(is_fargate);
    if on_fargate {
        check_fargate(context, plan)?;
        let id = task_start::start(context, cluster, Place::Fargate, provider.clone(), network, wanted);
        count(have, provider);
        return id.ok_or(nobody);
    }
    let Some(found) = context.region().ecs.clusters.get(cluster) else { return Err(nobody) };
    let order = Order {
        definition: wanted.definition,
        needs: wanted.needs,
        group: wanted.group,
        rules,
        provider: provider.as_deref(),
    };
    let place = match placement::find(found, &order) {
        Ok(spot) => Place::On(spot),
        Err(_) if may_wait(context, cluster, provider.as_deref()) => Place::Nowhere,
        Err(unplaced) => return Err(unplaced),
    };
    let waits = matches!(place, Place::Nowhere);
    let id = task_start::start(context, cluster, place, provider.clone(), network, wanted).ok_or(nobody)?;
    if let Some(provider) = provider.as_deref().filter(|_| waits) {
        capacity_waiting::wait(context, &TaskKey::new(cluster, &id), rules.clone(), provider);
    }
    count(have, provider);
    Ok(id)
}

/// How many tasks of a service's deployment each provider has.
pub(super) fn count_of(
    context: &mut Context<'_>,
    cluster: &str,
    service: &str,
    deployment: &str,
) -> BTreeMap<String, i64> {
    let mut have = BTreeMap::new();
    let found = context.region().ecs.clusters.get(cluster);
    let tasks = found.into_iter().flat_map(|cluster| cluster.tasks_of(service));
    for task in tasks.filter(|task| task.is_wanted() && task.started_by.as_deref() == Some(deployment)) {
        count(&mut have, task.provider.clone());
    }
    have
}

fn count(have: &mut BTreeMap<String, i64>, provider: Option<String>) {
    if let Some(provider) = provider {
        *have.entry(provider).or_default() += 1;
    }
}

fn is_fargate(provider: &str) -> bool {
    FARGATE.contains(&provider)
}

/// Only providers with managed scaling will find room some time.
fn may_wait(context: &mut Context<'_>, cluster: &str, provider: Option<&str>) -> bool {
    let ecs = &context.region().ecs;
    let scales = provider.and_then(|name| ecs.capacity_providers.get(name)).is_some_and(|one| one.scaling.is_on);
    scales && ecs.clusters.get(cluster).is_some_and(|one| one.waiting.len() < capacity_waiting::MOST)
}

/// Fargate may have nothing left in the zones of the task's subnets.
fn check_fargate(context: &mut Context<'_>, plan: &Plan) -> Result<(), Unplaced> {
    let subnets = plan.network.as_ref().map(|network| network.subnets.clone()).unwrap_or_default();
    let ec2 = &context.region().ec2;
    let zones: Vec<&str> = subnets.iter().filter_map(|id| Some(ec2.subnets.get(id)?.zone.as_str())).collect();
    let asked = json!({"subnets": subnets, "availabilityZones": zones});
    capacity::launch(context, Service::Ecs, "RunTask", asked).map_err(|_| (Obstacle::NoCapacity, String::new()))
}
