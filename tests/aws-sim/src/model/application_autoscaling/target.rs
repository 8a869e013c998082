//! Scalable targets: what is known of one, and how it is shown.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::DIMENSION;
use super::activity::Activity;
use super::policy::Policy;
use super::scheduled_action::ScheduledAction;
use crate::model::clock::{Moment, epoch};
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// A service's count of tasks, and the bounds that it is kept in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Target {
    pub(super) resource: String,
    pub(super) arn: String,
    pub(super) role: String,
    pub(super) bounds: Bounds,
    pub(super) suspended: Value,
    pub(super) created: Moment,
    pub(super) policies: BTreeMap<String, Policy>,
    pub(super) actions: BTreeMap<String, ScheduledAction>,
    /// Newest first.
    pub(super) activities: VecDeque<Activity>,
    pub(super) tags: Tags,
}

/// How few and how many there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Bounds {
    pub(super) least: i64,
    pub(super) most: i64,
}

impl Target {
    /// The names of the cluster and of the service in it.
    pub(super) fn service(&self) -> (&str, &str) {
        let rest = self.resource.strip_prefix("service/").unwrap_or_default();
        rest.split_once('/').unwrap_or((rest, rest))
    }

    pub(super) fn item(&self) -> Item {
        let item = Item::new("application-autoscaling", "scalable-targets", &self.arn, &self.tags, "ACTIVE");
        item.named(&self.resource).with("min_capacity", self.bounds.least).with("max_capacity", self.bounds.most)
    }

    pub(super) fn render(&self) -> Value {
        json!({
            "ServiceNamespace": "ecs",
            "ResourceId": self.resource,
            "ScalableDimension": DIMENSION,
            "MinCapacity": self.bounds.least,
            "MaxCapacity": self.bounds.most,
            "RoleARN": self.role,
            "CreationTime": epoch(self.created),
            "SuspendedState": self.suspended,
            "ScalableTargetARN": self.arn,
        })
    }
}
