//! Schedules and groups: what is known of them, and how they are shown.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::wish::Wish;
use crate::model::clock::{Moment, epoch};
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// Calls one target at its times.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Schedule {
    pub(super) name: String,
    pub(super) group: String,
    pub(super) arn: String,
    pub(super) wish: Wish,
    pub(super) created: Moment,
    pub(super) modified: Moment,
    /// Counts its changes: what was scheduled before the last of them no longer counts.
    pub(super) version: u64,
    pub(super) made_by: Option<(String, Value)>,
}

/// Schedules that belong together, tagged together.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) is_deleting: bool,
    pub(super) created: Moment,
    pub(super) modified: Moment,
    pub(super) made_by: Option<(String, Value)>,
    pub(super) tags: Tags,
}

impl Schedule {
    pub(super) fn item(&self) -> Item {
        let state = if self.wish.is_enabled { "ENABLED" } else { "DISABLED" };
        let item = Item::new("scheduler", "schedules", &self.arn, &Tags::default(), state).named(&self.name);
        item.with("expression", self.wish.expression.clone()).with("group", self.group.clone())
    }

    pub(super) fn render(&self) -> Value {
        let wish = &self.wish;
        json!({
            "Arn": self.arn,
            "GroupName": self.group,
            "Name": self.name,
            "ScheduleExpression": wish.expression,
            "ScheduleExpressionTimezone": wish.zone,
            "StartDate": wish.start.map(epoch),
            "EndDate": wish.end.map(epoch),
            "Description": wish.description,
            "State": if wish.is_enabled { "ENABLED" } else { "DISABLED" },
            "CreationDate": epoch(self.created),
            "LastModificationDate": epoch(self.modified),
            "KmsKeyArn": wish.kms_key,
            "Target": wish.target,
            "FlexibleTimeWindow": wish.window,
            "ActionAfterCompletion": if wish.is_deleted_after { "DELETE" } else { "NONE" },
        })
    }

    pub(super) fn summary(&self) -> Value {
        json!({
            "Arn": self.arn,
            "GroupName": self.group,
            "Name": self.name,
            "State": if self.wish.is_enabled { "ENABLED" } else { "DISABLED" },
            "CreationDate": epoch(self.created),
            "LastModificationDate": epoch(self.modified),
            "Target": {"Arn": self.wish.target["Arn"]},
        })
    }
}

impl Group {
    pub(super) fn new(name: &str, arn: String, now: Moment) -> Self {
        Self {
            name: name.to_owned(),
            arn,
            is_deleting: false,
            created: now,
            modified: now,
            made_by: None,
            tags: Tags::default(),
        }
    }

    pub(super) fn item(&self) -> Item {
        Item::new("scheduler", "schedule-groups", &self.arn, &self.tags, self.state()).named(&self.name)
    }

    pub(super) fn render(&self) -> Value {
        json!({
            "Arn": self.arn,
            "Name": self.name,
            "State": self.state(),
            "CreationDate": epoch(self.created),
            "LastModificationDate": epoch(self.modified),
        })
    }

    fn state(&self) -> &'static str {
        if self.is_deleting { "DELETING" } else { "ACTIVE" }
    }
}
