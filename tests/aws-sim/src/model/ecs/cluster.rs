//! Clusters. A deleted one is INACTIVE and still described.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::container_instance::ContainerInstance;
use super::reference::{cluster_name, missing, paged_arns, short};
use super::refusal::{invalid, no_cluster};
use super::service::{self, Service};
use super::tagging;
use super::task::{Stage, Task};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::iam;
use crate::model::input::Input;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// A cluster with everything in it.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Cluster {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) is_active: bool,
    /// What the call that created it said of it.
    asked: Value,
    settings: Value,
    configuration: Value,
    pub(super) tags: Tags,
    /// By name.
    pub(super) services: BTreeMap<String, Service>,
    /// By the last part of their ARNs.
    pub(super) instances: IndexMap<String, ContainerInstance>,
    /// By the last part of their ARNs.
    pub(super) tasks: IndexMap<String, Task>,
    /// What calls with a client token asked for, and the names of what they made.
    pub(super) client_tokens: BTreeMap<String, (Value, Vec<String>)>,
}

impl Cluster {
    /// The tasks of a service that are not stopped, in the order in which they were started.
    pub(super) fn tasks_of(&self, service: &str) -> impl Iterator<Item = &Task> {
        let ids = self.services.get(service).into_iter().flat_map(|service| &service.tasks);
        ids.filter_map(|id| self.tasks.get(id))
    }

    fn count(&self, wanted: impl Fn(&Task) -> bool) -> usize {
        self.tasks.values().filter(|task| wanted(task)).count()
    }

    fn count_services(&self, status: service::Status) -> usize {
        self.services.values().filter(|service| service.status == status).count()
    }

    /// With the members that the caller asked to be included.
    fn render(&self, include: &[&str]) -> Value {
        let asked = |field: &str, value: Value| if include.contains(&field) { value } else { json!([]) };
        let running = self.count(|task| task.stage == Stage::Running);
        let pending = self.count(|task| task.stage.is_pending());
        let active = self.count_services(service::Status::Active);
        let statistic = |name: &str, value: usize| json!({"name": name, "value": value.to_string()});
        let statistics = json!([
            statistic("runningEC2TasksCount", running),
            statistic("pendingEC2TasksCount", pending),
            statistic("activeEC2ServiceCount", active),
            statistic("drainingEC2ServiceCount", self.count_services(service::Status::Draining)),
        ]);
        json!({
            "clusterArn": self.arn,
            "clusterName": self.name,
            "configuration": include.contains(&"CONFIGURATIONS").then_some(&self.configuration),
            "status": if self.is_active { "ACTIVE" } else { "INACTIVE" },
            "registeredContainerInstancesCount": self.instances.values().filter(|one| one.is_registered()).count(),
            "runningTasksCount": running,
            "pendingTasksCount": pending,
            "activeServicesCount": active,
            "statistics": asked("STATISTICS", statistics),
            "tags": asked("TAGS", self.tags.write("key", "value")),
            "settings": asked("SETTINGS", self.settings.clone()),
            "capacityProviders": [],
            "defaultCapacityProviderStrategy": [],
        })
    }

    /// What exists in it, and itself.
    pub(super) fn items(&self) -> Vec<Item> {
        if !self.is_active {
            return Vec::new();
        }
        let own = Item::new("ecs", "clusters", &self.arn, &self.tags, "ACTIVE").named(&self.name);
        let instances = self.instances.values().filter(|one| one.is_registered()).map(ContainerInstance::item);
        let services = self.services.values().filter(|one| one.status != service::Status::Inactive).map(Service::item);
        let tasks = self.tasks.values().filter(|task| task.stage != Stage::Stopped).map(Task::item);
        std::iter::once(own).chain(instances).chain(services).chain(tasks).collect()
    }
}

/// A cluster that exists is answered as it is, unless it was to be otherwise.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html>
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.text("clusterName").unwrap_or("default");
    check_name(name)?;
    if !input.texts("capacityProviders").is_empty() {
        return Err(super::refusal::not_simulated("capacity providers"));
    }
    let tags = tagging::read(input)?;
    let arn = context.arn("ecs", &format!("cluster/{name}"));
    iam::ensure_service_linked_role(context, "ecs.amazonaws.com");
    let clusters = &mut context.region().ecs.clusters;
    if let Some(there) = clusters.get(name).filter(|cluster| cluster.is_active) {
        check_same(&there.asked, input)?;
    } else {
        let insights = json!([{"name": "containerInsights", "value": "disabled"}]);
        let cluster = Cluster {
            name: name.to_owned(),
            arn,
            is_active: true,
            asked: input.value().clone(),
            settings: input.get("settings").cloned().unwrap_or(insights),
            configuration: input.get("configuration").cloned().unwrap_or_default(),
            tags,
            services: BTreeMap::new(),
            instances: IndexMap::new(),
            tasks: IndexMap::new(),
            client_tokens: BTreeMap::new(),
        };
        clusters.insert(name.to_owned(), cluster);
    }
    Ok(json!({ "cluster": clusters.get(name).map(|cluster| cluster.render(&["TAGS", "SETTINGS"])) }))
}

/// Deleted clusters are described too.
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let asked = input.texts("clusters");
    let asked = if asked.is_empty() { vec!["default"] } else { asked };
    if asked.len() > 100 {
        return Err(invalid("clusters can have at most 100 items."));
    }
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for reference in asked {
        let name = short(reference);
        match context.region().ecs.clusters.get(name) {
            Some(cluster) => found.push(cluster.render(&input.texts("include"))),
            None => failures.push(missing(&context.arn("ecs", &format!("cluster/{name}")))),
        }
    }
    Ok(json!({ "clusters": found, "failures": failures }))
}

pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let living = context.region().ecs.clusters.values().filter(|cluster| cluster.is_active);
    let arns = living.map(|cluster| cluster.arn.clone()).collect();
    paged_arns(input, "clusterArns", 100, arns)
}

/// Only an empty cluster is deleted. <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteCluster.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    input.required("cluster")?;
    let cluster = context.region().ecs.clusters.get_mut(cluster_name(input)).ok_or_else(no_cluster)?;
    if cluster.instances.values().any(ContainerInstance::is_registered) {
        let message = "The Cluster cannot be deleted while Container Instances are active or draining.";
        return Err(AwsError::new("ClusterContainsContainerInstancesException", message));
    }
    if cluster.services.values().any(|service| service.status != service::Status::Inactive) {
        let message = "The Cluster cannot be deleted while Services are active.";
        return Err(AwsError::new("ClusterContainsServicesException", message));
    }
    if cluster.count(|task| task.stage != Stage::Stopped) > 0 {
        let message = "The Cluster cannot be deleted while Tasks are active.";
        return Err(AwsError::new("ClusterContainsTasksException", message));
    }
    cluster.is_active = false;
    Ok(json!({ "cluster": cluster.render(&["TAGS", "SETTINGS"]) }))
}

/// A repeated call may leave out what the first one said, but not contradict it.
fn check_same(first: &Value, input: &Input<'_>) -> Result<(), AwsError> {
    let differs = |member: &str| input.get(member).is_some_and(|given| first.get(member) != Some(given));
    if ["tags", "settings", "configuration"].into_iter().any(differs) {
        let message =
            "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).";
        return Err(invalid(message));
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), AwsError> {
    let good = |one: char| one.is_ascii_alphanumeric() || one == '-' || one == '_';
    if (1..=255).contains(&name.len()) && name.chars().all(good) {
        return Ok(());
    }
    Err(invalid("Cluster name must match the regex: ^[a-zA-Z0-9\\-_]{1,255}$"))
}
