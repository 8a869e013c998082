//! A service as ECS describes it.

use aws_sdk_ecs::types::DeploymentRolloutState;
use serde::{Deserialize, Serialize};
use shared::time::Timestamp;

use super::{moment, read_tags};
use crate::aws::Tag;

/// Whether a service is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is.
    Active,
    /// It was deleted, and its tasks are stopping.
    Draining,
    /// It was deleted. ECS still describes it for a while.
    Inactive,
}

/// How far a rolling deployment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rollout {
    /// It goes on.
    InProgress,
    /// The service reached a steady state.
    Completed,
    /// The circuit breaker ended it.
    Failed,
    /// ECS documents that it does not tell for services behind a classic load balancer.
    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html>
    NotTold,
}

/// How deployments of a service go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rolling {
    /// Percent of the desired tasks that go on running.
    pub least: i32,
    /// Percent of the desired tasks that may run at once.
    pub most: i32,
    /// Whether ECS gives a deployment up whose tasks do not stay up.
    pub breaker: bool,
}

/// One deployment of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// `ecs-svc/…`; tasks carry it as `startedBy`.
    pub id: String,
    /// Whether it is the newest.
    pub is_primary: bool,
    /// ARN of its task definition.
    pub task_definition: String,
    /// Tasks that run.
    pub running: u32,
    /// How far it is.
    pub rollout: Rollout,
    /// Why it is there.
    pub reason: String,
    /// When it began.
    pub created_at: Timestamp,
}

/// A service as ECS describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceState {
    /// Its ARN.
    pub arn: String,
    /// Its name, unique in the cluster.
    pub name: String,
    /// Whether it is there.
    pub status: Status,
    /// ARN of the task definition that it is to run.
    pub task_definition: String,
    /// Tasks that are to run.
    pub desired: u32,
    /// Tasks that run.
    pub running: u32,
    /// Tasks that start.
    pub pending: u32,
    /// How its deployments go.
    pub rolling: Rolling,
    /// Deployments, newest first.
    pub deployments: Vec<Deployment>,
    /// What ECS says about it, newest first.
    pub events: Vec<(Timestamp, String)>,
    /// Its tags.
    pub tags: Vec<Tag>,
}

impl ServiceState {
    /// The deployment that is to prevail.
    pub fn primary(&self) -> Option<&Deployment> {
        self.deployments.iter().find(|deployment| deployment.is_primary)
    }

    pub(super) fn read(service: &aws_sdk_ecs::types::Service) -> Self {
        let configuration = service.deployment_configuration();
        let events = service
            .events()
            .iter()
            .map(|event| (moment(event.created_at()), event.message().unwrap_or_default().to_owned()));
        ServiceState {
            arn: text(service.service_arn()),
            name: text(service.service_name()),
            status: match service.status() {
                Some("DRAINING") => Status::Draining,
                Some("INACTIVE") => Status::Inactive,
                Some(_) | None => Status::Active,
            },
            task_definition: text(service.task_definition()),
            desired: count(service.desired_count()),
            running: count(service.running_count()),
            pending: count(service.pending_count()),
            rolling: Rolling {
                least: configuration.and_then(|it| it.minimum_healthy_percent()).unwrap_or(100),
                most: configuration.and_then(|it| it.maximum_percent()).unwrap_or(200),
                breaker: configuration.and_then(|it| it.deployment_circuit_breaker()).is_some_and(|it| it.enable()),
            },
            deployments: service.deployments().iter().map(read_deployment).collect(),
            events: events.collect(),
            tags: read_tags(service.tags()),
        }
    }
}

fn read_deployment(deployment: &aws_sdk_ecs::types::Deployment) -> Deployment {
    Deployment {
        id: text(deployment.id()),
        is_primary: deployment.status() == Some("PRIMARY"),
        task_definition: text(deployment.task_definition()),
        running: count(deployment.running_count()),
        rollout: match deployment.rollout_state() {
            Some(DeploymentRolloutState::Completed) => Rollout::Completed,
            Some(DeploymentRolloutState::Failed) => Rollout::Failed,
            Some(_) => Rollout::InProgress,
            None => Rollout::NotTold,
        },
        reason: text(deployment.rollout_state_reason()),
        created_at: moment(deployment.created_at()),
    }
}

fn text(field: Option<&str>) -> String {
    field.unwrap_or_default().to_owned()
}

fn count(number: i32) -> u32 {
    u32::try_from(number).unwrap_or_default()
}
