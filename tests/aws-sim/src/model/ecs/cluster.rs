//! One cluster with everything in it. A deleted one is INACTIVE and still described for a while.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::capacity_provider::FARGATE;
use super::capacity_strategy::Share;
use super::capacity_waiting::Waiting;
use super::container_instance::ContainerInstance;
use super::launch::LaunchType;
use super::service::{self, Service};
use super::task::{Stage, Task};
use super::task_index::TaskIndex;
use crate::model::clock::Moment;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// A cluster with everything in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Cluster {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) is_active: bool,
    /// What the call that created it said of it.
    pub(super) asked: Value,
    pub(super) settings: Value,
    pub(super) configuration: Value,
    pub(super) connect_defaults: Value,
    /// Capacity providers, by name.
    pub(super) providers: Vec<String>,
    pub(super) default_shares: Vec<Share>,
    /// Whether the providers of the cluster are being changed.
    pub(super) is_updating: bool,
    /// The same of a new one, which is not ACTIVE until then.
    pub(super) is_provisioning: bool,
    pub(super) deleted: Option<Moment>,
    pub(super) tags: Tags,
    /// By name. They come in by `add_service`, and change their status by `set_status`.
    pub(super) services: BTreeMap<String, Service>,
    /// How many services have which status.
    census: BTreeMap<service::Status, usize>,
    /// By the last part of their ARNs.
    pub(super) instances: IndexMap<String, ContainerInstance>,
    /// By the last part of their ARNs.
    pub(super) tasks: BTreeMap<String, Task>,
    pub(super) index: TaskIndex,
    /// Tasks that wait for capacity, oldest first.
    pub(super) waiting: Vec<Waiting>,
    /// How many tasks were ever started.
    pub(super) started: u64,
    /// What calls with a client token asked for, and the names of what they made.
    pub(super) client_tokens: BTreeMap<String, (Value, Vec<String>)>,
}

impl Cluster {
    pub(super) fn new(name: &str, arn: String) -> Self {
        Self {
            name: name.to_owned(),
            arn,
            is_active: true,
            asked: Value::Null,
            settings: json!([]),
            configuration: Value::Null,
            connect_defaults: Value::Null,
            providers: Vec::new(),
            default_shares: Vec::new(),
            is_updating: false,
            is_provisioning: false,
            deleted: None,
            tags: Tags::default(),
            services: BTreeMap::new(),
            census: BTreeMap::new(),
            instances: IndexMap::new(),
            tasks: BTreeMap::new(),
            index: TaskIndex::default(),
            waiting: Vec::new(),
            started: 0,
            client_tokens: BTreeMap::new(),
        }
    }

    /// The tasks of a service that are not stopped, in the order in which they were started.
    pub(super) fn tasks_of(&self, service: &str) -> impl Iterator<Item = &Task> {
        let ids = self.services.get(service).into_iter().flat_map(|service| &service.tasks);
        ids.filter_map(|id| self.tasks.get(id))
    }

    /// How many services there are with that status.
    pub(super) fn count_services(&self, status: service::Status) -> usize {
        self.census.get(&status).copied().unwrap_or_default()
    }

    /// A new service, in the place of a deleted one of its name.
    pub(super) fn add_service(&mut self, service: Service) {
        let status = service.status;
        if let Some(old) = self.services.insert(service.name.clone(), service) {
            self.count(old.status, |count| count.saturating_sub(1));
        }
        self.count(status, |count| count + 1);
    }

    pub(super) fn set_status(&mut self, service: &str, status: service::Status) {
        let Some(service) = self.services.get_mut(service) else { return };
        let before = std::mem::replace(&mut service.status, status);
        self.count(before, |count| count.saturating_sub(1));
        self.count(status, |count| count + 1);
    }

    fn count(&mut self, status: service::Status, change: impl Fn(usize) -> usize) {
        let count = self.census.entry(status).or_default();
        *count = change(*count);
    }

    fn status(&self) -> &'static str {
        match (self.is_active, self.is_provisioning) {
            (true, false) => "ACTIVE",
            (true, true) => "PROVISIONING",
            (false, _) => "INACTIVE",
        }
    }

    /// Whether there are providers that stand for Auto Scaling groups.
    pub(super) fn has_groups(&self) -> bool {
        self.groups().next().is_some()
    }

    fn groups(&self) -> impl Iterator<Item = &String> {
        self.providers.iter().filter(|name| !FARGATE.contains(&name.as_str()))
    }

    /// With the members that the caller asked to be included.
    pub(super) fn render(&self, include: &[&str]) -> Value {
        let asked = |field: &str, value: Value| if include.contains(&field) { value } else { json!([]) };
        let total = self.index.total();
        let active = self.count_services(service::Status::Active);
        let mut shown = json!({
            "clusterArn": self.arn,
            "clusterName": self.name,
            "configuration": include.contains(&"CONFIGURATIONS").then_some(&self.configuration),
            "status": self.status(),
            "registeredContainerInstancesCount": self.instances.values().filter(|one| one.is_registered()).count(),
            "runningTasksCount": total.running,
            "pendingTasksCount": total.pending,
            "activeServicesCount": active,
            "statistics": if include.contains(&"STATISTICS") { self.statistics(active) } else { json!([]) },
            "tags": asked("TAGS", self.tags.write("key", "value")),
            "settings": asked("SETTINGS", self.settings.clone()),
            "capacityProviders": self.providers,
            "defaultCapacityProviderStrategy": self.default_shares.iter().map(Share::render).collect::<Vec<_>>(),
            "serviceConnectDefaults": self.connect_defaults,
        });
        if include.contains(&"ATTACHMENTS")
            && self.has_groups()
            && let Some(members) = shown.as_object_mut()
        {
            let status = if self.is_updating { "UPDATE_IN_PROGRESS" } else { "UPDATE_COMPLETE" };
            members.insert("attachments".to_owned(), self.attachments());
            members.insert("attachmentsStatus".to_owned(), json!(status));
        }
        shown
    }

    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Cluster.html>
    fn statistics(&self, active: usize) -> Value {
        let statistic = |name: &str, value: String| json!({"name": name, "value": value});
        let (ec2, fargate) = (self.index.tally(LaunchType::Ec2), self.index.tally(LaunchType::Fargate));
        let draining = self.count_services(service::Status::Draining);
        json!([
            statistic("runningEC2TasksCount", ec2.running.to_string()),
            statistic("runningFargateTasksCount", fargate.running.to_string()),
            statistic("pendingEC2TasksCount", ec2.pending.to_string()),
            statistic("pendingFargateTasksCount", fargate.pending.to_string()),
            statistic("runningExternalTasksCount", "0".to_owned()),
            statistic("pendingExternalTasksCount", "0".to_owned()),
            statistic("activeEC2ServiceCount", active.to_string()),
            statistic("drainingEC2ServiceCount", draining.to_string()),
            statistic("activeFargateServiceCount", "0".to_owned()),
            statistic("drainingFargateServiceCount", "0".to_owned()),
            statistic("activeExternalServiceCount", "0".to_owned()),
            statistic("drainingExternalServiceCount", "0".to_owned()),
        ])
    }

    /// What managed scaling has made for the cluster's Auto Scaling groups.
    fn attachments(&self) -> Value {
        let status = if self.is_updating { "PROCESSING" } else { "CREATED" };
        let shown = self.groups().map(|name| {
            json!({"id": format!("{}-{name}", self.name), "type": "managed_scaling_policy", "status": status, "details": [
                {"name": "capacityProviderName", "value": name},
                {"name": "scalingPolicyName", "value": format!("ECSManagedAutoScalingPolicy-{name}")},
            ]})
        });
        shown.collect()
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
