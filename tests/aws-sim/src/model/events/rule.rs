//! Rules: what is known of one, and how it is shown.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::model::clock::Moment;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// Calls its targets at its times, or for each event that fits its pattern.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) bus: String,
    pub(super) arn: String,
    pub(super) pattern: Option<String>,
    pub(super) expression: Option<String>,
    /// `ENABLED`, `DISABLED`, or enabled for management events too.
    pub(super) state: String,
    pub(super) description: Option<String>,
    pub(super) role: Option<String>,
    /// By their ids, in the order in which they were put.
    pub(super) targets: IndexMap<String, Value>,
    pub(super) created: Moment,
    pub(super) created_by: String,
    /// Counts its changes: what was scheduled before the last of them no longer counts.
    pub(super) version: u64,
    pub(super) tags: Tags,
}

impl Rule {
    pub(super) fn is_enabled(&self) -> bool {
        self.state != "DISABLED"
    }

    pub(super) fn item(&self) -> Item {
        let item = Item::new("events", "rules", &self.arn, &self.tags, &self.state).named(&self.name);
        item.with("expression", self.expression.clone()).with("targets", self.targets.len())
    }

    pub(super) fn render(&self) -> Value {
        json!({
            "Name": self.name,
            "Arn": self.arn,
            "EventPattern": self.pattern,
            "ScheduleExpression": self.expression,
            "State": self.state,
            "Description": self.description,
            "RoleArn": self.role,
            "EventBusName": self.bus,
        })
    }

    pub(super) fn described(&self) -> Value {
        let mut described = self.render();
        described["CreatedBy"] = self.created_by.clone().into();
        described
    }
}
