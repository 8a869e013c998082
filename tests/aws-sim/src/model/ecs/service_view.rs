//! How services are shown.

use serde_json::{Value, json};

use super::balancer::Balancer;
use super::revision::merge;
use super::service::Service;
use super::service_event::ServiceEvent;
use crate::model::clock::epoch;
use crate::model::inventory::Item;

impl Service {
    pub(super) fn item(&self) -> Item {
        let status: &str = self.status.into();
        let item = Item::new("ecs", "services", &self.arn, &self.tags, status).named(&self.name);
        let definition = self.primary().map(|primary| primary.definition().arn.clone());
        item.with("desired_count", self.desired).with("task_definition", definition)
    }

    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html>
    pub(super) fn render(&self, with_tags: bool) -> Value {
        let (status, scheduling): (&str, &str) = (self.status.into(), self.scheduling.into());
        let all = self.counts();
        let mut shown = json!({
            "serviceArn": self.arn,
            "serviceName": self.name,
            "clusterArn": self.cluster_arn,
            "status": status,
            "desiredCount": self.desired,
            "runningCount": all.running,
            "pendingCount": all.pending,
            "deploymentConfiguration": null,
            "deployments": null,
            "roleArn": self.role,
            "events": null,
            "createdAt": epoch(self.created),
            "createdBy": self.created_by,
            "currentServiceDeployment": self.history.front().filter(|one| one.status.is_ongoing()).map(|one| &one.arn),
            "currentServiceRevisions": null,
            "placementConstraints": self.constraints,
            "placementStrategy": self.strategy,
            "healthCheckGracePeriodSeconds": self.grace,
            "schedulingStrategy": scheduling,
            "deploymentController": {"type": self.controller},
            "enableECSManagedTags": self.is_managed_tags,
            "propagateTags": self.propagate_tags.as_deref().unwrap_or("NONE"),
            "enableExecuteCommand": self.has_execute_command,
            "availabilityZoneRebalancing": if self.rebalances_zones { "ENABLED" } else { "DISABLED" },
            "tags": if with_tags { self.tags.write("key", "value") } else { Value::Null },
        });
        // `json!` copies what it is given: what is large is put into its place instead.
        shown["deploymentConfiguration"] = self.configuration.render();
        shown["deployments"] = self.render_deployments().into();
        shown["events"] = self.events.iter().map(ServiceEvent::render).collect();
        shown["currentServiceRevisions"] = self.render_revisions().into();
        merge(&mut shown, self.render_workload());
        shown
    }

    /// What the service has of its newest revision.
    fn render_workload(&self) -> Value {
        let revision = self.primary().map(|primary| &primary.revision).or(self.last_completed.as_ref());
        let Some(workload) = revision.map(|revision| &revision.workload) else {
            return json!({"loadBalancers": [], "serviceRegistries": []});
        };
        let mut shown = json!({
            "taskDefinition": workload.definition.arn,
            "loadBalancers": workload.balancers.iter().map(Balancer::render).collect::<Vec<_>>(),
            "serviceRegistries": workload.registries,
            "networkConfiguration": workload.network,
        });
        merge(&mut shown, workload.launch.render());
        shown
    }

    fn render_deployments(&self) -> Vec<Value> {
        let shown = self.deployments.iter().enumerate().map(|(place, deployment)| {
            let status = if place == 0 { "PRIMARY" } else { "ACTIVE" };
            let is_classic = deployment.revision.workload.balancers.iter().any(Balancer::is_classic);
            deployment.render(status, self.wanted_at(place), !is_classic)
        });
        shown.collect()
    }

    fn render_revisions(&self) -> Vec<Value> {
        let shown = self.deployments.iter().enumerate().map(|(place, deployment)| {
            json!({
                "arn": deployment.revision.arn,
                "requestedTaskCount": self.wanted_at(place),
                "runningTaskCount": deployment.counts.running,
                "pendingTaskCount": deployment.counts.pending,
            })
        });
        shown.collect()
    }
}
