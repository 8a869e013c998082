//! Event buses: what is known of one, and how it is shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::rule::Rule;
use crate::model::clock::{Moment, epoch};
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// Takes events and gives them to its rules.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Bus {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) description: Option<String>,
    pub(super) created: Moment,
    pub(super) rules: BTreeMap<String, Rule>,
    pub(super) tags: Tags,
}

impl Bus {
    pub(super) fn new(name: &str, arn: String, now: Moment) -> Self {
        Self {
            name: name.to_owned(),
            arn,
            description: None,
            created: now,
            rules: BTreeMap::new(),
            tags: Tags::default(),
        }
    }

    pub(super) fn item(&self) -> Item {
        Item::new("events", "event-buses", &self.arn, &self.tags, "ACTIVE").named(&self.name)
    }

    pub(super) fn render(&self) -> Value {
        json!({
            "Name": self.name,
            "Arn": self.arn,
            "Description": self.description,
            "CreationTime": epoch(self.created),
            "LastModifiedTime": epoch(self.created),
        })
    }
}
