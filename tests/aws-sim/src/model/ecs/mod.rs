//! ECS: clusters, container instances, task definitions, services, tasks.
//!
//! A service is looked at whenever something changes about it (`scheduler`): the look counts its tasks (`survey`),
//! decides how many to start and to stop (`rolling`), finds instances with room (`placement`) and judges the deployment
//! (`rollout`). Tasks then live by themselves (`task_life`).

mod balancer;
mod circuit_breaker;
mod cluster;
mod container;
mod container_instance;
mod create_service;
mod create_service_checks;
mod deployment;
mod deployment_configuration;
mod health;
mod image;
mod instance_calls;
mod joining;
mod load_balancing;
mod placement;
mod reference;
mod refusal;
mod register_task_definition;
mod replicas;
mod revision;
mod rolling;
mod rollout;
mod run_task;
mod scheduler;
mod service;
mod service_calls;
mod service_deployment;
mod service_deployment_calls;
mod service_event;
mod service_view;
mod survey;
mod tagging;
mod tally;
mod task;
mod task_calls;
mod task_definition;
mod task_definition_calls;
mod task_life;
#[cfg(test)]
mod tests;
mod update_service;
mod workload;

use std::collections::{BTreeMap, BTreeSet};

use cluster::Cluster;
pub(crate) use container_instance::Agent;
pub(crate) use joining::{instance_gone, instance_joined};
pub(crate) use load_balancing::{balancer_speaks, listens};
use task_definition::Family;

use super::context::{Context, Handler};
use super::inventory::Item;

/// What ECS has in one region.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct State {
    clusters: BTreeMap<String, Cluster>,
    families: BTreeMap<String, Family>,
    /// For each EC2 instance that has joined: the names of its cluster and of its container instance there.
    hosts: BTreeMap<String, (String, String)>,
    /// By cluster the services that wait for room in it.
    waiting: BTreeMap<String, BTreeSet<String>>,
    /// By load balancer or target group the services whose tasks are behind it.
    watchers: BTreeMap<String, BTreeSet<ServiceKey>>,
}

/// What happens by itself.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) enum Event {
    /// The scheduler looks at a service.
    ServiceLook(ServiceKey),
    /// A service may have been steady for hours.
    ServiceStaysSteady(ServiceKey),
    /// A task goes on to its next stage, unless something else happened to it since it had that version.
    TaskMoves { key: TaskKey, version: i64 },
    /// A stopped task is described no longer.
    TaskForgotten(TaskKey),
}

/// Names a service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub(crate) struct ServiceKey {
    cluster: String,
    service: String,
}

/// Names a task.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct TaskKey {
    cluster: String,
    task: String,
}

/// Lets an event happen.
pub(crate) fn on_event(context: &mut Context<'_>, event: Event) {
    match event {
        Event::ServiceLook(key) => scheduler::look(context, &key),
        Event::ServiceStaysSteady(key) => scheduler::stay_steady(context, &key),
        Event::TaskMoves { key, version } => task_life::move_on(context, &key, version),
        Event::TaskForgotten(key) => {
            if let Some(cluster) = context.region().ecs.clusters.get_mut(&key.cluster) {
                cluster.tasks.shift_remove(&key.task);
            }
        }
    }
}

/// The operation of that name, if it is simulated.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CreateCluster" => cluster::create,
        "DescribeClusters" => cluster::describe,
        "ListClusters" => cluster::list,
        "DeleteCluster" => cluster::delete,
        "ListContainerInstances" => instance_calls::list,
        "DescribeContainerInstances" => instance_calls::describe,
        "UpdateContainerInstancesState" => instance_calls::update_state,
        "DeregisterContainerInstance" => instance_calls::deregister,
        "RegisterTaskDefinition" => register_task_definition::register,
        "DescribeTaskDefinition" => task_definition_calls::describe,
        "ListTaskDefinitions" => task_definition_calls::list,
        "ListTaskDefinitionFamilies" => task_definition_calls::list_families,
        "DeregisterTaskDefinition" => task_definition_calls::deregister,
        "DeleteTaskDefinitions" => task_definition_calls::delete,
        "CreateService" => create_service::create,
        "DescribeServices" => service_calls::describe,
        "ListServices" => service_calls::list,
        "DeleteService" => service_calls::delete,
        "ListServiceDeployments" => service_deployment_calls::list,
        "DescribeServiceDeployments" => service_deployment_calls::describe,
        "DescribeServiceRevisions" => service_deployment_calls::describe_revisions,
        "StopServiceDeployment" => service_deployment_calls::stop,
        "UpdateService" => update_service::update,
        "RunTask" => run_task::run,
        "StopTask" => task_calls::stop,
        "ListTasks" => task_calls::list,
        "DescribeTasks" => task_calls::describe,
        "TagResource" => tagging::tag,
        "UntagResource" => tagging::untag,
        "ListTagsForResource" => tagging::list,
        _ => return None,
    })
}

/// What exists: not what is INACTIVE, nor stopped tasks.
pub(crate) fn inventory(state: &State) -> Vec<Item> {
    let families = state.families.values().flat_map(Family::items);
    state.clusters.values().flat_map(Cluster::items).chain(families).collect()
}
