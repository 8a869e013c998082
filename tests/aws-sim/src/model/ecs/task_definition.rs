//! Task definitions: families of numbered revisions, which never change but can be retired.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::State;
use super::container::{Container, NetworkMode};
use super::fargate;
use super::placement::Needs;
use super::reference::short;
use super::refusal::client;
use crate::model::clock::{Moment, epoch};
use crate::model::error::AwsError;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// All revisions of one name.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Family {
    /// Numbers of deleted revisions are not given again.
    pub(super) last: i64,
    pub(super) revisions: BTreeMap<i64, Arc<TaskDefinition>>,
}

/// What tasks are made from.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct TaskDefinition {
    pub(super) arn: String,
    pub(super) family: String,
    pub(super) revision: i64,
    pub(super) status: Status,
    pub(super) containers: Vec<Container>,
    pub(super) mode: NetworkMode,
    pub(super) task_role: Option<String>,
    pub(super) execution_role: Option<String>,
    /// CPU units and MiB of the whole task, where it sets them.
    pub(super) cpu: Option<i64>,
    pub(super) memory: Option<i64>,
    /// Whether it says that it is for Fargate.
    pub(super) is_for_fargate: bool,
    /// Expressions that its instances must satisfy.
    pub(super) constraints: Vec<String>,
    /// The instance's architecture that it asks for, as agents spell it.
    pub(super) architecture: Option<String>,
    /// The members that are described as they were given.
    pub(super) given: Value,
    pub(super) registered: Moment,
    pub(super) registered_by: String,
    pub(super) deregistered: Option<Moment>,
    pub(super) delete_requested: Option<Moment>,
    pub(super) tags: Tags,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, serde::Serialize, serde::Deserialize)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Status {
    Active,
    /// Runs on where it runs, but nothing new is made from it.
    Inactive,
    /// AWS takes a day to delete it; here it stays.
    DeleteInProgress,
}

impl Family {
    pub(super) fn items(&self) -> impl Iterator<Item = Item> {
        let active = self.revisions.values().filter(|one| one.status == Status::Active);
        active.map(|one| {
            let item = Item::new("ecs", "task_definitions", &one.arn, &one.tags, "ACTIVE");
            let containers = one.given.get("containerDefinitions").cloned().unwrap_or_default();
            item.named(&one.family).with("revision", one.revision).with("containers", containers)
        })
    }
}

impl TaskDefinition {
    /// CPU units that a task takes on its instance.
    pub(super) fn needed_cpu(&self) -> i64 {
        self.cpu.unwrap_or_else(|| self.containers.iter().map(|container| container.cpu).sum())
    }

    /// MiB that a task takes on its instance.
    pub(super) fn needed_memory(&self) -> i64 {
        self.memory.unwrap_or_else(|| self.containers.iter().map(Container::reserved_memory).sum())
    }

    pub(super) fn container(&self, name: &str) -> Option<&Container> {
        self.containers.iter().find(|container| container.name == name)
    }

    /// The roles that its tasks take on.
    pub(super) fn roles(&self) -> impl Iterator<Item = &str> {
        self.task_role.iter().chain(&self.execution_role).map(String::as_str)
    }

    pub(super) fn render(&self) -> Value {
        let (status, mode): (&str, &str) = (self.status.into(), self.mode.into());
        let mut shown = json!({
            "taskDefinitionArn": self.arn,
            "family": self.family,
            "revision": self.revision,
            "status": status,
            "volumes": [],
            "placementConstraints": [],
            "compatibilities": self.compatibilities(),
            "deleteRequestedAt": self.delete_requested.map(epoch),
            "networkMode": if self.given.get("networkMode").is_some() { Value::from(mode) } else { Value::Null },
            "requiresAttributes": self.required_attributes(),
            "registeredAt": epoch(self.registered),
            "registeredBy": self.registered_by,
            "deregisteredAt": self.deregistered.map(epoch),
        });
        if let (Some(members), Some(given)) = (shown.as_object_mut(), self.given.as_object()) {
            members.extend(given.clone());
        }
        shown
    }

    /// Whether its tasks can run on Fargate.
    pub(super) fn runs_on_fargate(&self) -> bool {
        let (cpu, memory) = (self.cpu.unwrap_or_default(), self.memory.unwrap_or_default());
        self.mode == NetworkMode::Awsvpc && fargate::has_size(Needs { cpu, memory })
    }

    pub(super) fn is_for_fargate(&self) -> bool {
        self.is_for_fargate
    }

    /// The disk of a task on Fargate.
    pub(super) fn storage_gib(&self) -> i64 {
        self.given.pointer("/ephemeralStorage/sizeInGiB").and_then(Value::as_i64).unwrap_or(20)
    }

    fn compatibilities(&self) -> Vec<&'static str> {
        match (self.runs_on_fargate(), self.mode) {
            (true, _) => vec!["EC2", "FARGATE"],
            (false, NetworkMode::Awsvpc) => vec!["EC2"],
            (false, NetworkMode::Bridge | NetworkMode::Host | NetworkMode::None) => vec!["EXTERNAL", "EC2"],
        }
    }

    fn required_attributes(&self) -> Value {
        let needed = [
            (self.task_role.is_some(), "com.amazonaws.ecs.capability.task-iam-role"),
            (
                self.containers.iter().any(|one| one.log.is_some()),
                "com.amazonaws.ecs.capability.logging-driver.awslogs",
            ),
            (
                self.containers.iter().any(|one| !one.secrets.is_empty()),
                "ecs.capability.secrets.ssm.environment-variables",
            ),
            (self.mode == NetworkMode::Awsvpc, "ecs.capability.task-eni"),
            (self.cpu.is_some() || self.memory.is_some(), "ecs.capability.task-cpu-mem-limit"),
            (self.containers.iter().any(|one| one.health_check.is_some()), "ecs.capability.container-health-check"),
            (self.containers.iter().any(|one| !one.waits_for.is_empty()), "ecs.capability.container-ordering"),
            (self.containers.iter().any(Container::is_private_image), "com.amazonaws.ecs.capability.ecr-auth"),
            (true, "com.amazonaws.ecs.capability.docker-remote-api.1.19"),
        ];
        needed.iter().filter(|(needed, _)| *needed).map(|(_, name)| json!({ "name": name })).collect()
    }
}

impl State {
    /// The definition with that ARN, `family:revision`, or the newest active one of a family.
    pub(super) fn definition(&self, reference: &str) -> Option<&Arc<TaskDefinition>> {
        let (family, revision) = split(reference);
        let revisions = &self.families.get(family)?.revisions;
        match revision {
            Some(revision) => revisions.get(&revision.parse().ok()?),
            None => revisions.values().rev().find(|one| one.status == Status::Active),
        }
    }

    pub(super) fn definition_mut(&mut self, reference: &str) -> Option<&mut TaskDefinition> {
        let (family, revision) = split(reference);
        let revisions = &mut self.families.get_mut(family)?.revisions;
        revisions.get_mut(&revision?.parse().ok()?).map(Arc::make_mut)
    }

    /// The definition that something new is to be made from.
    pub(super) fn usable_definition(&self, reference: &str) -> Result<Arc<TaskDefinition>, AwsError> {
        let found = self.definition(reference).ok_or_else(|| client("TaskDefinition not found."))?;
        match found.status {
            Status::Active => Ok(found.clone()),
            Status::Inactive => Err(client("TaskDefinition is inactive")),
            Status::DeleteInProgress => Err(client("The specified task definition is being deleted.")),
        }
    }
}

fn split(reference: &str) -> (&str, Option<&str>) {
    match short(reference).split_once(':') {
        Some((family, revision)) => (family, Some(revision)),
        None => (short(reference), None),
    }
}
