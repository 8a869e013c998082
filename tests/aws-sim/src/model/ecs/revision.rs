//! Service revisions: everything of a service whose change begins a deployment. A revision never changes.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-revision.html>

use std::sync::Arc;

use serde_json::{Value, json};

use super::balancer::Balancer;
use super::capacity_strategy::Share;
use super::launch::Plan;
use super::task_definition::TaskDefinition;
use crate::model::clock::{Moment, epoch};
use crate::model::context::Context;

/// What a deployment rolls out.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Revision {
    /// The last part of its ARN, and of its deployment's id.
    pub(super) number: String,
    pub(super) arn: String,
    pub(super) created: Moment,
    pub(super) workload: Workload,
}

/// The parameters of a service that a revision holds.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Workload {
    #[serde(with = "crate::model::shared")]
    pub(super) definition: Arc<TaskDefinition>,
    pub(super) launch: Launch,
    /// As it was given; null if it was not.
    pub(super) network: Value,
    pub(super) balancers: Vec<Balancer>,
    pub(super) registries: Value,
    /// Service Connect; null if it was never spoken of.
    pub(super) connect: Value,
}

/// Where tasks run.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Launch {
    /// None if capacity providers decide.
    pub(super) kind: Option<String>,
    pub(super) providers: Value,
    /// Of Fargate only.
    pub(super) platform: Option<String>,
}

impl Launch {
    pub(super) fn of(plan: &Plan) -> Self {
        let latest = || "LATEST".to_owned();
        Self {
            kind: plan.launch.map(|kind| <&str>::from(kind).to_owned()),
            providers: plan.shares.iter().map(Share::render).collect(),
            platform: plan.is_fargate().then(|| plan.platform.clone().unwrap_or_else(latest)),
        }
    }

    pub(super) fn is_fargate(&self) -> bool {
        self.kind.as_deref() == Some("FARGATE") || self.platform.is_some()
    }

    /// The members that services, deployments and revisions have in common.
    pub(super) fn render(&self) -> Value {
        json!({
            "launchType": self.kind,
            "capacityProviderStrategy": if self.kind.is_some() { Value::Null } else { self.providers.clone() },
            "platformVersion": self.platform,
            "platformFamily": self.is_fargate().then_some("Linux"),
        })
    }
}

impl Workload {
    /// Whether a service that has this needs no deployment to get the other.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.definition.arn == other.definition.arn
            && self.launch.platform == other.launch.platform
            && self.network == other.network
            && self.balancers == other.balancers
            && self.registries == other.registries
            && self.connect == other.connect
    }
}

impl Revision {
    pub(super) fn new(context: &mut Context<'_>, service_arn: &str, workload: Workload) -> Arc<Self> {
        let number = u64::from_str_radix(&context.world.ids.hex(15), 16).unwrap_or_default();
        let number = format!("{number:019}");
        let arn = format!("{}/{number}", service_arn.replace(":service/", ":service-revision/"));
        Arc::new(Self { number, arn, created: context.now, workload })
    }

    /// The id of the deployment that rolls it out.
    pub(super) fn deployment_id(&self) -> String {
        format!("ecs-svc/{}", self.number)
    }

    pub(super) fn render(&self, service_arn: &str, cluster_arn: &str) -> Value {
        let workload = &self.workload;
        let images = workload.definition.containers.iter().map(|container| {
            let digest = (!container.image.contains("missing")).then(|| digest_of(&container.image));
            json!({"containerName": container.name, "image": container.image, "imageDigest": digest})
        });
        let mut shown = json!({
            "serviceRevisionArn": self.arn,
            "serviceArn": service_arn,
            "clusterArn": cluster_arn,
            "taskDefinition": workload.definition.arn,
            "loadBalancers": workload.balancers.iter().map(Balancer::render).collect::<Vec<_>>(),
            "serviceRegistries": workload.registries,
            "networkConfiguration": workload.network,
            "containerImages": images.collect::<Vec<_>>(),
            "guardDutyEnabled": false,
            "serviceConnectConfiguration": workload.connect,
            "createdAt": epoch(self.created),
        });
        merge(&mut shown, workload.launch.render());
        shown
    }
}

/// What a registry would say that an image is: equal names have equal digests.
fn digest_of(image: &str) -> String {
    use sha2::{Digest, Sha256};
    format!("sha256:{}", hex::encode(Sha256::digest(image)))
}

/// Adds the members of one object to another.
pub(super) fn merge(shown: &mut Value, more: Value) {
    if let (Some(members), Value::Object(more)) = (shown.as_object_mut(), more) {
        members.extend(more);
    }
}
