//! Tasks: what is known of one, and how it is shown. How they live is in `task_life`.

use std::sync::Arc;

use serde_json::{Value, json};

use super::container::{Container, PortMapping};
use super::image::Behaviour;
use super::tally::Counted;
use super::task_definition::TaskDefinition;
use crate::model::clock::{Moment, epoch};
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// Containers that run together on one instance.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Task {
    /// The last part of the ARN.
    pub(super) id: String,
    pub(super) arn: String,
    #[serde(with = "crate::model::shared")]
    pub(super) definition: Arc<TaskDefinition>,
    /// The container instance's id.
    pub(super) instance: String,
    pub(super) zone: String,
    /// `service:name`, or `family:name`, or what RunTask was told.
    pub(super) group: String,
    /// The deployment's id for tasks of services.
    pub(super) started_by: Option<String>,
    pub(super) stage: Stage,
    pub(super) bindings: Vec<Binding>,
    pub(super) behaviour: Behaviour,
    pub(super) times: Times,
    pub(super) stop: Option<Stop>,
    /// What the essential containers ended with; none if they never ran.
    pub(super) exit_code: Option<i32>,
    pub(super) overrides: Value,
    pub(super) version: i64,
    /// As what its deployment has counted it.
    pub(super) counted: Counted,
    pub(super) tags: Tags,
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, serde::Serialize, serde::Deserialize)]
#[strum(serialize_all = "UPPERCASE")]
pub(super) enum Stage {
    Provisioning,
    /// The image is being pulled.
    Pending,
    Running,
    /// It is being taken out of its load balancer.
    Deactivating,
    /// Its containers have got SIGTERM.
    Stopping,
    Stopped,
}

#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
pub(super) struct Times {
    pub(super) created: Moment,
    pub(super) pull_started: Option<Moment>,
    pub(super) pull_stopped: Option<Moment>,
    pub(super) started: Option<Moment>,
    pub(super) stopping: Option<Moment>,
    pub(super) stopped: Option<Moment>,
}

/// A host port that a container has got.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Binding {
    pub(super) container: String,
    pub(super) mapping: PortMapping,
    pub(super) host: u16,
}

/// Why a task ends. It is wanted no longer from the moment that it has this.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Stop {
    pub(super) code: StopCode,
    pub(super) reason: String,
    /// What the container says of itself.
    pub(super) container_reason: Option<String>,
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, serde::Serialize, serde::Deserialize)]
pub(super) enum StopCode {
    TaskFailedToStart,
    EssentialContainerExited,
    UserInitiated,
    ServiceSchedulerInitiated,
    TerminationNotice,
}

impl Stage {
    pub(super) fn is_pending(self) -> bool {
        matches!(self, Self::Provisioning | Self::Pending)
    }
}

impl Stop {
    pub(super) fn new(code: StopCode, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into(), container_reason: None }
    }

    pub(super) fn with_container_reason(mut self, reason: impl Into<String>) -> Self {
        self.container_reason = Some(reason.into());
        self
    }
}

impl Times {
    pub(super) fn from(created: Moment) -> Self {
        Self { created, pull_started: None, pull_stopped: None, started: None, stopping: None, stopped: None }
    }
}

impl Task {
    /// The name of the service that it belongs to.
    pub(super) fn service(&self) -> Option<&str> {
        self.group.strip_prefix("service:")
    }

    pub(super) fn is_wanted(&self) -> bool {
        self.stop.is_none()
    }

    /// Whether its containers are up.
    pub(super) fn is_up(&self) -> bool {
        matches!(self.stage, Stage::Running | Stage::Deactivating)
    }

    pub(super) fn desired_status(&self) -> &'static str {
        if self.is_wanted() { "RUNNING" } else { "STOPPED" }
    }

    pub(super) fn health(&self) -> &'static str {
        let checked = self.definition.containers.iter().any(|container| container.has_health_check);
        match (checked && self.is_up(), self.behaviour.is_unhealthy) {
            (false, _) => "UNKNOWN",
            (true, false) => "HEALTHY",
            (true, true) => "UNHEALTHY",
        }
    }

    pub(super) fn item(&self) -> Item {
        let stage: &str = self.stage.into();
        let item = Item::new("ecs", "tasks", &self.arn, &self.tags, stage).named(&self.group);
        item.with("task_definition", self.definition.arn.as_str())
    }

    /// `cluster` and `instance` are ARNs.
    pub(super) fn render(&self, cluster: &str, instance: &str, with_tags: bool) -> Value {
        let stage: &str = self.stage.into();
        let code = self.stop.as_ref().map(|stop| <&str>::from(stop.code));
        let containers: Vec<Value> =
            self.definition.containers.iter().map(|one| self.render_container(cluster, one)).collect();
        let time = |at: Option<Moment>| at.map(epoch);
        json!({
            "taskArn": self.arn,
            "clusterArn": cluster,
            "taskDefinitionArn": self.definition.arn,
            "containerInstanceArn": instance,
            "availabilityZone": self.zone,
            "group": self.group,
            "startedBy": self.started_by,
            "launchType": "EC2",
            "lastStatus": stage,
            "desiredStatus": self.desired_status(),
            "healthStatus": self.health(),
            "connectivity": "CONNECTED",
            "connectivityAt": epoch(self.times.created),
            "cpu": self.definition.needed_cpu().to_string(),
            "memory": self.definition.needed_memory().to_string(),
            "containers": containers,
            "overrides": self.overrides,
            "attachments": [],
            "attributes": [],
            "enableExecuteCommand": false,
            "inferenceAccelerators": [],
            "version": self.version,
            "createdAt": epoch(self.times.created),
            "pullStartedAt": time(self.times.pull_started),
            "pullStoppedAt": time(self.times.pull_stopped),
            "startedAt": time(self.times.started),
            "stoppingAt": time(self.times.stopping),
            "executionStoppedAt": time(self.times.started.and(self.times.stopped)),
            "stoppedAt": time(self.times.stopped),
            "stopCode": code,
            "stoppedReason": self.stop.as_ref().map(|stop| &stop.reason),
            "tags": if with_tags { self.tags.write("key", "value") } else { json!([]) },
        })
    }

    fn render_container(&self, cluster: &str, container: &Container) -> Value {
        let status = match self.stage {
            Stage::Provisioning | Stage::Pending => "PENDING",
            Stage::Running | Stage::Deactivating | Stage::Stopping => "RUNNING",
            Stage::Stopped => "STOPPED",
        };
        let reason = self.stop.as_ref().and_then(|stop| stop.container_reason.as_ref());
        let mine = self.bindings.iter().filter(|binding| binding.container == container.name);
        let bindings: Vec<Value> =
            if self.times.started.is_some() { mine.map(Binding::render).collect() } else { Vec::new() };
        let memory = |limit: Option<i64>| limit.map(|limit| limit.to_string());
        json!({
            "containerArn": format!("{}/{}/{}", cluster.replace(":cluster/", ":container/"), self.id, container.name),
            "taskArn": self.arn,
            "name": container.name,
            "image": container.image,
            "lastStatus": status,
            "exitCode": self.exit_code,
            "reason": reason,
            "healthStatus": if container.has_health_check { self.health() } else { "UNKNOWN" },
            "networkBindings": bindings,
            "networkInterfaces": [],
            "cpu": container.cpu.to_string(),
            "memory": memory(container.memory),
            "memoryReservation": memory(container.reservation),
            "runtimeId": self.times.started.map(|_| format!("{}-{}", self.id, container.name)),
        })
    }
}

impl Binding {
    fn render(&self) -> Value {
        let protocol: &str = self.mapping.protocol.into();
        json!({"bindIP": "0.0.0.0", "containerPort": self.mapping.container, "hostPort": self.host, "protocol": protocol})
    }
}
