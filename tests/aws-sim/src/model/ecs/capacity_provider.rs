//! Capacity providers: those of Fargate, which are always there, and those that stand for an Auto Scaling group.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProvider.html>

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::State;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// The providers that every account has.
pub(super) const FARGATE: [&str; 2] = ["FARGATE", "FARGATE_SPOT"];

/// A provider that stands for an Auto Scaling group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CapacityProvider {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) group_arn: String,
    /// The group's name.
    pub(super) group: String,
    pub(super) scaling: Scaling,
    /// Whether instances with tasks are kept from scale-in.
    pub(super) protects: bool,
    /// Whether instances drain before they end.
    pub(super) drains: bool,
    pub(super) is_active: bool,
    pub(super) update: Option<Update>,
    /// For how many looks in a row the group has had too much.
    pub(super) looks_too_much: u32,
    /// Whether a look is planned.
    pub(super) is_watched: bool,
    pub(super) tags: Tags,
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ManagedScaling.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Scaling {
    pub(super) is_on: bool,
    /// How full the group shall be, percent.
    pub(super) target: i64,
    pub(super) least_step: i64,
    pub(super) most_step: i64,
    /// Seconds.
    pub(super) warmup: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, Serialize, Deserialize)]
pub(super) enum Update {
    #[strum(serialize = "UPDATE_IN_PROGRESS")]
    Updating,
    #[strum(serialize = "UPDATE_COMPLETE")]
    Updated,
    #[strum(serialize = "DELETE_IN_PROGRESS")]
    Deleting,
    #[strum(serialize = "DELETE_COMPLETE")]
    Deleted,
}

impl Default for Scaling {
    fn default() -> Self {
        Self { is_on: false, target: 100, least_step: 1, most_step: 10_000, warmup: 300 }
    }
}

impl CapacityProvider {
    pub(super) fn is_changing(&self) -> bool {
        matches!(self.update, Some(Update::Updating | Update::Deleting))
    }

    pub(super) fn render(&self, with_tags: bool) -> Value {
        let switch = |is_on: bool| if is_on { "ENABLED" } else { "DISABLED" };
        json!({
            "capacityProviderArn": self.arn,
            "name": self.name,
            "status": if self.is_active { "ACTIVE" } else { "INACTIVE" },
            "autoScalingGroupProvider": {
                "autoScalingGroupArn": self.group_arn,
                "managedScaling": {
                    "status": switch(self.scaling.is_on),
                    "targetCapacity": self.scaling.target,
                    "minimumScalingStepSize": self.scaling.least_step,
                    "maximumScalingStepSize": self.scaling.most_step,
                    "instanceWarmupPeriod": self.scaling.warmup,
                },
                "managedTerminationProtection": switch(self.protects),
                "managedDraining": switch(self.drains),
            },
            "updateStatus": self.update.map(<&str>::from),
            "tags": if with_tags { self.tags.write("key", "value") } else { json!([]) },
            "type": "EC2_AUTOSCALING",
        })
    }

    pub(super) fn item(&self) -> Item {
        Item::new("ecs", "capacity_providers", &self.arn, &self.tags, "ACTIVE").named(&self.name)
    }
}

/// One of those that are always there.
pub(super) fn render_fargate(name: &str, arn: &str) -> Value {
    json!({"capacityProviderArn": arn, "name": name, "status": "ACTIVE", "tags": [], "type": name})
}

impl State {
    pub(super) fn has_provider(&self, name: &str) -> bool {
        FARGATE.contains(&name) || self.capacity_providers.get(name).is_some_and(|one| one.is_active)
    }

    /// The provider of a group in a cluster.
    pub(super) fn provider_of_group(&self, cluster: &str, group: &str) -> Option<&CapacityProvider> {
        let providers = &self.clusters.get(cluster)?.providers;
        let known = providers.iter().filter_map(|name| self.capacity_providers.get(name));
        known.into_iter().find(|one| one.group == group && one.is_active)
    }
}
