//! Scaling policies: what is known of one, and how it is shown.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::DIMENSION;
use crate::model::clock::{Moment, epoch};
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// When to scale, as the caller described it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Policy {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) resource: String,
    /// `StepScaling` or `TargetTrackingScaling`.
    pub(super) kind: String,
    pub(super) configuration: Value,
    pub(super) alarms: Vec<Value>,
    pub(super) created: Moment,
}

impl Policy {
    pub(super) fn item(&self) -> Item {
        Item::new("application-autoscaling", "scaling-policies", &self.arn, &Tags::default(), "ACTIVE")
            .named(&self.name)
            .with("resource", self.resource.clone())
    }

    pub(super) fn render(&self) -> Value {
        let member = format!("{}PolicyConfiguration", self.kind);
        json!({
            "PolicyARN": self.arn,
            "PolicyName": self.name,
            "ServiceNamespace": "ecs",
            "ResourceId": self.resource,
            "ScalableDimension": DIMENSION,
            "PolicyType": self.kind,
            member: self.configuration,
            "Alarms": self.alarms,
            "CreationTime": epoch(self.created),
        })
    }
}
