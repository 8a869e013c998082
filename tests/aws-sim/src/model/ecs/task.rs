//! Tasks: what is known of one. How it is shown is in `task_view`, how it lives in `task_life`.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::attachment::Attachment;
use super::container::PortMapping;
use super::image::Behaviour;
use super::launch::LaunchType;
use super::placement::Needs;
use super::tally::Counted;
use super::task_definition::TaskDefinition;
use crate::model::clock::Moment;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// Containers that run together on one instance, or on Fargate.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Task {
    /// The last part of the ARN.
    pub(super) id: String,
    pub(super) arn: String,
    #[serde(with = "crate::model::shared")]
    pub(super) definition: Arc<TaskDefinition>,
    pub(super) launch: LaunchType,
    /// The capacity provider that it was started by, if it was by one.
    pub(super) provider: Option<String>,
    /// The container instance's id; empty on Fargate, and while it waits for capacity.
    pub(super) instance: String,
    pub(super) zone: String,
    /// `service:name`, or `family:name`, or what RunTask was told.
    pub(super) group: String,
    /// The deployment's id for tasks of services.
    pub(super) started_by: Option<String>,
    pub(super) stage: Stage,
    /// As what its deployment has counted it.
    pub(super) counted: Counted,
    pub(super) needs: Needs,
    pub(super) bindings: Vec<Binding>,
    pub(super) attachment: Option<Box<Attachment>>,
    /// One for each container of the definition.
    pub(super) containers: Vec<ContainerState>,
    pub(super) times: Times,
    pub(super) stop: Option<Box<Stop>>,
    /// What RunTask changed of the definition; null if nothing.
    pub(super) overrides: Value,
    /// Until when services may not stop it.
    pub(super) protected_until: Option<Moment>,
    /// Whether ExecuteCommand may go into it.
    pub(super) is_open: bool,
    pub(super) version: i64,
    pub(super) tags: Tags,
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr, Serialize, Deserialize)]
#[strum(serialize_all = "UPPERCASE")]
pub(super) enum Stage {
    /// It waits for capacity or for its network interface.
    Provisioning,
    /// The image is being pulled.
    Pending,
    /// Its containers run, and what is around them is being told.
    Activating,
    Running,
    /// It is being taken out of its load balancer.
    Deactivating,
    /// Its containers have got SIGTERM.
    Stopping,
    /// Its network interface is being taken away.
    Deprovisioning,
    Stopped,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Times {
    pub(super) created: Moment,
    /// When its agent first spoke of it.
    pub(super) connected: Option<Moment>,
    pub(super) pull_started: Option<Moment>,
    pub(super) pull_stopped: Option<Moment>,
    pub(super) started: Option<Moment>,
    pub(super) stopping: Option<Moment>,
    pub(super) execution_stopped: Option<Moment>,
    pub(super) stopped: Option<Moment>,
}

/// What of one container is not in the definition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ContainerState {
    pub(super) phase: Phase,
    pub(super) health: Health,
    /// None if it never ran.
    pub(super) exit_code: Option<i32>,
    /// What it says of its end.
    pub(super) reason: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, strum::IntoStaticStr, Serialize, Deserialize)]
#[strum(serialize_all = "UPPERCASE")]
pub(super) enum Phase {
    #[default]
    Pending,
    Running,
    Stopped,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr, Serialize, Deserialize)]
#[strum(serialize_all = "UPPERCASE")]
pub(super) enum Health {
    Healthy,
    #[default]
    Unknown,
    Unhealthy,
}

/// A host port that a container has got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Binding {
    pub(super) container: String,
    pub(super) mapping: PortMapping,
    pub(super) host: u16,
}

/// Why a task ends. It is wanted no longer from the moment that it has this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stop {
    pub(super) code: StopCode,
    pub(super) reason: String,
    /// What its first essential container says of itself.
    pub(super) container_reason: Option<String>,
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, Serialize, Deserialize)]
pub(super) enum StopCode {
    TaskFailedToStart,
    EssentialContainerExited,
    UserInitiated,
    ServiceSchedulerInitiated,
    SpotInterruption,
    TerminationNotice,
}

impl Stage {
    pub(super) fn is_pending(self) -> bool {
        matches!(self, Self::Provisioning | Self::Pending | Self::Activating)
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
        Self {
            created,
            connected: None,
            pull_started: None,
            pull_stopped: None,
            started: None,
            stopping: None,
            execution_stopped: None,
            stopped: None,
        }
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

    /// Whether somebody who connects to its ports is answered.
    pub(super) fn answers(&self) -> bool {
        self.is_up() && !self.essential().any(|behaviour| behaviour.is_unhealthy)
    }

    /// Whether a service must let it run although it has too many.
    pub(super) fn is_protected(&self, now: Moment) -> bool {
        self.protected_until.is_some_and(|until| until > now)
    }

    /// Its address in its subnet, if it has one of its own.
    pub(super) fn private_ip(&self) -> Option<&str> {
        let made = self.attachment.as_ref()?.interface.as_ref()?;
        Some(&made.ip)
    }

    pub(super) fn desired_status(&self) -> &'static str {
        if self.is_wanted() { "RUNNING" } else { "STOPPED" }
    }

    /// Whether an essential container has a health check.
    pub(super) fn is_checked(&self) -> bool {
        self.definition.containers.iter().any(|one| one.is_essential && one.health_check.is_some())
    }

    /// That of its essential containers with a health check, the worst of them.
    /// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/healthcheck.html>
    pub(super) fn health(&self) -> &'static str {
        let containers = self.definition.containers.iter().zip(&self.containers);
        let checked = containers.filter(|(one, _)| one.is_essential && one.health_check.is_some());
        checked.map(|(_, state)| state.health).max().unwrap_or_default().into()
    }

    /// How its essential containers behave: the others may come and go.
    pub(super) fn essential(&self) -> impl Iterator<Item = Behaviour> {
        self.definition.containers.iter().filter(|one| one.is_essential).map(|one| one.behaviour)
    }

    /// The role under that member, of the definition or as it was overridden.
    pub(super) fn role(&self, member: &str) -> Option<String> {
        let own = self.overrides.get(member).and_then(Value::as_str);
        let role = own.or_else(|| self.definition.given.get(member).and_then(Value::as_str));
        role.filter(|role| !role.is_empty()).map(str::to_owned)
    }

    /// Whether RunTask gave a container a command: such tasks end by themselves.
    pub(super) fn is_commanded(&self, container: &str) -> bool {
        let given = self.overrides.get("containerOverrides").and_then(Value::as_array);
        given.into_iter().flatten().any(|one| one["name"] == container && one.get("command").is_some())
    }

    pub(super) fn item(&self) -> Item {
        let stage: &str = self.stage.into();
        let item = Item::new("ecs", "tasks", &self.arn, &self.tags, stage).named(&self.group);
        let item = item.with("task_definition", self.definition.arn.as_str());
        item.with("private_ip", self.private_ip().map(str::to_owned))
    }
}
