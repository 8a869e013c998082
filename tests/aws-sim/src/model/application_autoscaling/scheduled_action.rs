//! Scheduled actions: what is known of one, when it is due, and how it is shown.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::DIMENSION;
use crate::model::clock::{Moment, epoch};
use crate::model::inventory::Item;
use crate::model::schedule_expression::Expression;
use crate::model::tags::Tags;

/// New bounds for a target at certain times.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ScheduledAction {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) resource: String,
    pub(super) schedule: String,
    pub(super) zone: Option<String>,
    pub(super) start: Option<Moment>,
    pub(super) end: Option<Moment>,
    pub(super) least: Option<i64>,
    pub(super) most: Option<i64>,
    pub(super) created: Moment,
    /// Counts its changes: what was scheduled before the last of them no longer counts.
    pub(super) version: u64,
}

impl ScheduledAction {
    /// The first time after `after`; none if there is none.
    pub(super) fn next(&self, after: Moment) -> Option<Moment> {
        let zone = self.zone.as_deref().and_then(|zone| zone.parse().ok()).unwrap_or(Tz::UTC);
        let from = self.start.map_or(after, |start| after.max(start - chrono::TimeDelta::milliseconds(1)));
        let next = Expression::parse(&self.schedule)?.next(from, self.start.unwrap_or(self.created), zone)?;
        self.end.is_none_or(|end| next <= end).then_some(next)
    }

    pub(super) fn item(&self) -> Item {
        Item::new("application-autoscaling", "scheduled-actions", &self.arn, &Tags::default(), "ACTIVE")
            .named(&self.name)
            .with("resource", self.resource.clone())
            .with("schedule", self.schedule.clone())
    }

    pub(super) fn render(&self) -> Value {
        json!({
            "ScheduledActionName": self.name,
            "ScheduledActionARN": self.arn,
            "ServiceNamespace": "ecs",
            "Schedule": self.schedule,
            "Timezone": self.zone,
            "ResourceId": self.resource,
            "ScalableDimension": DIMENSION,
            "StartTime": self.start.map(epoch),
            "EndTime": self.end.map(epoch),
            "ScalableTargetAction": {"MinCapacity": self.least, "MaxCapacity": self.most},
            "CreationTime": epoch(self.created),
        })
    }
}
