//! ECS: clusters, container instances, task definitions, services, tasks.
//!
//! A service is looked at whenever something changes about it (`scheduler`): the look counts its tasks (`survey`),
//! decides how many to start and to stop (`rolling`), finds instances with room (`placement`) and judges the deployment
//! (`rollout`). Tasks then live by themselves (`task_life`).

mod account_setting;
mod amount;
mod attachment;
mod attribute_calls;
mod balancer;
mod capacity_provider;
mod capacity_provider_calls;
mod capacity_strategy;
mod capacity_waiting;
mod circuit_breaker;
mod cluster;
mod cluster_calls;
mod container;
mod container_checks;
mod container_instance;
mod course;
mod create_service;
mod create_service_checks;
mod daemon;
mod definition_checks;
mod deployment;
mod deployment_configuration;
mod discovery;
mod dispatch;
mod execute_command;
mod expression;
mod fargate;
mod health;
mod image;
mod instance_calls;
mod instance_view;
mod joining;
mod launch;
mod load_balancing;
mod managed_scaling;
mod network;
mod news;
mod placement;
mod placement_rules;
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
mod spot;
mod start_task;
mod survey;
mod tagging;
mod tally;
mod task;
mod task_calls;
mod task_course;
mod task_definition;
mod task_definition_calls;
mod task_index;
mod task_life;
mod task_network;
mod task_obstacle;
mod task_protection;
mod task_reach;
mod task_request;
mod task_start;
mod task_view;
#[cfg(test)]
mod tests;
mod update_service;
mod workload;

use std::collections::{BTreeMap, BTreeSet};

use account_setting::AccountSettings;
use capacity_provider::CapacityProvider;
use cluster::Cluster;
pub(crate) use container_instance::Agent;
pub(crate) use joining::{instance_gone, instance_joined, instance_leaves, instance_stopped};
pub(crate) use load_balancing::{balancer_speaks, interface_listens, listens};
pub(crate) use placement::Needs;
use task_definition::Family;

use super::context::{Context, Handler};
use super::inventory::Item;

/// What ECS has in one region.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct State {
    clusters: BTreeMap<String, Cluster>,
    families: BTreeMap<String, Family>,
    capacity_providers: BTreeMap<String, CapacityProvider>,
    settings: AccountSettings,
    /// For each EC2 instance that has joined: the names of its cluster and of its container instance there.
    hosts: BTreeMap<String, (String, String)>,
    /// By cluster the services that wait for room in it.
    waiting: BTreeMap<String, BTreeSet<String>>,
    /// By load balancer or target group the services whose tasks are behind it.
    watchers: BTreeMap<String, BTreeSet<ServiceKey>>,
    /// By network interface the task behind a load balancer that has it.
    addresses: BTreeMap<String, TaskKey>,
}

/// What happens by itself.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) enum Event {
    /// The scheduler looks at a service.
    ServiceLook(ServiceKey),
    /// A service may have been steady for hours.
    ServiceStaysSteady(ServiceKey),
    /// A task goes on to its next stage, unless something else happened to it since it had that version.
    TaskMoves {
        key: TaskKey,
        version: i64,
    },
    /// A stopped task is described no longer.
    TaskForgotten(TaskKey),
    /// Fargate may want the capacity of a Spot task back.
    SpotLook(TaskKey),
    /// A task may have waited for capacity for too long.
    CapacityAwaited(TaskKey),
    /// A container instance that left is described no longer.
    InstanceForgotten {
        cluster: String,
        instance: String,
    },
    AgentUpdated {
        cluster: String,
        instance: String,
    },
    /// The capacity providers of a cluster are as they shall be.
    ClusterSettled(String),
    /// A deleted cluster is described no longer.
    ClusterForgotten(String),
    /// A change or the deletion of a capacity provider is done.
    CapacityProviderSettled(String),
    /// A capacity provider compares what its group has with what is needed.
    ManagedScalingLooks(String),
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
                cluster.remove_task(&key.task);
            }
        }
        Event::SpotLook(key) => spot::look(context, &key),
        Event::CapacityAwaited(key) => capacity_waiting::give_up(context, &key),
        Event::InstanceForgotten { cluster, instance } => joining::forget(context, &cluster, &instance),
        Event::AgentUpdated { cluster, instance } => instance_calls::agent_updated(context, &cluster, &instance),
        Event::ClusterSettled(name) => cluster_calls::settled(context, &name),
        Event::ClusterForgotten(name) => cluster_calls::forget(context, &name),
        Event::CapacityProviderSettled(name) => capacity_provider_calls::settled(context, &name),
        Event::ManagedScalingLooks(name) => managed_scaling::look(context, &name),
    }
}

/// The operation of that name, if it is simulated.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    compute_handler(operation).or_else(|| {
        Some(match operation {
            "CreateService" => create_service::create,
            "DescribeServices" => service_calls::describe,
            "ListServices" => service_calls::list,
            "DeleteService" => service_calls::delete,
            "ListServiceDeployments" => service_deployment_calls::list,
            "DescribeServiceDeployments" => service_deployment_calls::describe,
            "DescribeServiceRevisions" => service_deployment_calls::describe_revisions,
            "StopServiceDeployment" => service_deployment_calls::stop,
            "UpdateService" => update_service::update,
            "ExecuteCommand" => execute_command::execute,
            "RunTask" => run_task::run,
            "StartTask" => start_task::start,
            "StopTask" => task_calls::stop,
            "ListTasks" => task_calls::list,
            "DescribeTasks" => task_calls::describe,
            "GetTaskProtection" => task_protection::get,
            "UpdateTaskProtection" => task_protection::update,
            "TagResource" => tagging::tag,
            "UntagResource" => tagging::untag,
            "ListTagsForResource" => tagging::list,
            _ => return None,
        })
    })
}

/// Clusters and what is in them besides services and tasks.
fn compute_handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CreateCluster" => cluster_calls::create,
        "DescribeClusters" => cluster_calls::describe,
        "ListClusters" => cluster_calls::list,
        "UpdateCluster" => cluster_calls::update,
        "UpdateClusterSettings" => cluster_calls::update_settings,
        "PutClusterCapacityProviders" => cluster_calls::put_providers,
        "DeleteCluster" => cluster_calls::delete,
        "CreateCapacityProvider" => capacity_provider_calls::create,
        "DescribeCapacityProviders" => capacity_provider_calls::describe,
        "UpdateCapacityProvider" => capacity_provider_calls::update,
        "DeleteCapacityProvider" => capacity_provider_calls::delete,
        "ListContainerInstances" => instance_calls::list,
        "DescribeContainerInstances" => instance_calls::describe,
        "UpdateContainerInstancesState" => instance_calls::update_state,
        "UpdateContainerAgent" => instance_calls::update_agent,
        "DeregisterContainerInstance" => instance_calls::deregister,
        "PutAttributes" => attribute_calls::put,
        "DeleteAttributes" => attribute_calls::delete,
        "ListAttributes" => attribute_calls::list,
        "RegisterTaskDefinition" => register_task_definition::register,
        "DescribeTaskDefinition" => task_definition_calls::describe,
        "ListTaskDefinitions" => task_definition_calls::list,
        "ListTaskDefinitionFamilies" => task_definition_calls::list_families,
        "DeregisterTaskDefinition" => task_definition_calls::deregister,
        "DeleteTaskDefinitions" => task_definition_calls::delete,
        "PutAccountSetting" => account_setting::put,
        "PutAccountSettingDefault" => account_setting::put_default,
        "DeleteAccountSetting" => account_setting::delete,
        "ListAccountSettings" => account_setting::list,
        _ => return None,
    })
}

/// What exists: not what is INACTIVE, nor stopped tasks.
pub(crate) fn inventory(state: &State) -> Vec<Item> {
    let families = state.families.values().flat_map(Family::items);
    let providers = state.capacity_providers.values().filter(|one| one.is_active).map(CapacityProvider::item);
    state.clusters.values().flat_map(Cluster::items).chain(families).chain(providers).collect()
}
