//! Services: what is known of one, and how it is shown. How it is kept as it shall be is in `scheduler`.

use std::collections::VecDeque;

use indexmap::IndexSet;
use serde_json::{Value, json};

use super::census::Census;
use super::deployment::{Deployment, Status as DeploymentStatus};
use super::service_event::ServiceEvent;
use crate::model::clock::{Moment, epoch};
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// A number of tasks that is kept running.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Service {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) cluster_arn: String,
    pub(super) status: Status,
    pub(super) desired: i64,
    pub(super) balancers: Vec<Balancer>,
    /// By which ECS talks to the load balancers.
    pub(super) role: Option<String>,
    pub(super) rolling: Rolling,
    /// Seconds in which failed checks of the load balancer do not count.
    pub(super) grace: Option<i64>,
    pub(super) strategy: Value,
    pub(super) constraints: Value,
    pub(super) is_managed_tags: bool,
    pub(super) propagate_tags: Option<String>,
    /// The ids of those of its tasks that are not stopped, in the order in which they were started.
    pub(super) tasks: IndexSet<String>,
    /// Newest first; the first is the primary one.
    pub(super) deployments: Vec<Deployment>,
    /// What a failed deployment is rolled back to.
    pub(super) last_completed: Option<Deployment>,
    /// Newest first.
    pub(super) events: VecDeque<ServiceEvent>,
    pub(super) created: Moment,
    pub(super) created_by: String,
    /// When the scheduler looks next.
    pub(super) next_look: Option<Moment>,
    /// Whether it has said that it is steady and has been so since.
    pub(super) is_steady: bool,
    /// When it last said that it cannot place a task.
    pub(super) obstacle_told: Option<Moment>,
    pub(super) tags: Tags,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, serde::Serialize, serde::Deserialize)]
#[strum(serialize_all = "UPPERCASE")]
pub(super) enum Status {
    Active,
    /// Deleted, but its tasks are not all stopped yet.
    Draining,
    Inactive,
}

/// A classic load balancer, and which of the task's ports it talks to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Balancer {
    pub(super) name: String,
    pub(super) container: String,
    pub(super) port: i64,
}

/// How deployments go. <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Rolling {
    pub(super) least_percent: i64,
    pub(super) most_percent: i64,
    /// The circuit breaker: none if it was never spoken of.
    pub(super) breaker: Option<Breaker>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Breaker {
    pub(super) is_on: bool,
    pub(super) rolls_back: bool,
}

impl Service {
    pub(super) fn primary(&self) -> Option<&Deployment> {
        self.deployments.first()
    }

    pub(super) fn deployment_mut(&mut self, id: &str) -> Option<&mut Deployment> {
        self.deployments.iter_mut().find(|deployment| deployment.id == id)
    }

    pub(super) fn wants_distinct_instances(&self) -> bool {
        let constraints = self.constraints.as_array();
        constraints.into_iter().flatten().any(|one| one["type"] == "distinctInstance")
    }

    pub(super) fn item(&self) -> Item {
        let status: &str = self.status.into();
        let item = Item::new("ecs", "services", &self.arn, &self.tags, status).named(&self.name);
        let definition = self.primary().map(|primary| primary.definition.arn.clone());
        item.with("desired_count", self.desired).with("task_definition", definition)
    }

    pub(super) fn render(&self, census: &Census, with_tags: bool) -> Value {
        let status: &str = self.status.into();
        let balancers: Vec<Value> = self.balancers.iter().map(Balancer::render).collect();
        let deployments = self.deployments.iter().enumerate().map(|(age, deployment)| {
            let counts = census.of(&deployment.id);
            let (status, desired) = match age {
                0 => (DeploymentStatus::Primary, self.desired),
                _ => (DeploymentStatus::Active, counts.wanted()),
            };
            deployment.render(status, desired, &counts)
        });
        let all = census.all();
        json!({
            "serviceArn": self.arn,
            "serviceName": self.name,
            "clusterArn": self.cluster_arn,
            "loadBalancers": balancers,
            "serviceRegistries": [],
            "status": status,
            "desiredCount": self.desired,
            "runningCount": all.running,
            "pendingCount": all.pending,
            "launchType": "EC2",
            "taskDefinition": self.primary().map(|primary| &primary.definition.arn),
            "deploymentConfiguration": self.rolling.render(),
            "deployments": deployments.collect::<Vec<_>>(),
            "roleArn": self.role,
            "events": self.events.iter().map(ServiceEvent::render).collect::<Vec<_>>(),
            "createdAt": epoch(self.created),
            "createdBy": self.created_by,
            "placementConstraints": self.constraints,
            "placementStrategy": self.strategy,
            "healthCheckGracePeriodSeconds": self.grace,
            "schedulingStrategy": "REPLICA",
            "deploymentController": {"type": "ECS"},
            "enableECSManagedTags": self.is_managed_tags,
            "propagateTags": self.propagate_tags.as_deref().unwrap_or("NONE"),
            "enableExecuteCommand": false,
            "availabilityZoneRebalancing": "DISABLED",
            "tags": if with_tags { self.tags.write("key", "value") } else { Value::Null },
        })
    }
}

impl Balancer {
    fn render(&self) -> Value {
        json!({"loadBalancerName": self.name, "containerName": self.container, "containerPort": self.port})
    }
}

impl Rolling {
    /// How many tasks must stay healthy, and how many there may be, while a deployment goes on.
    pub(super) fn bounds(self, desired: i64) -> (i64, i64) {
        ((desired * self.least_percent + 99) / 100, desired * self.most_percent / 100)
    }

    fn render(self) -> Value {
        let breaker = self.breaker.unwrap_or(Breaker { is_on: false, rolls_back: false });
        json!({
            "deploymentCircuitBreaker": {"enable": breaker.is_on, "rollback": breaker.rolls_back},
            "maximumPercent": self.most_percent,
            "minimumHealthyPercent": self.least_percent,
            "strategy": "ROLLING",
            "bakeTimeInMinutes": 0,
        })
    }
}
