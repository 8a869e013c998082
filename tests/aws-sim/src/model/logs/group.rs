//! One log group.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::stream::Stream;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// A set of streams that are kept equally long.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) class: String,
    pub(super) key: Option<String>,
    /// Milliseconds since 1970.
    pub(super) created: i64,
    pub(super) days_kept: Option<i64>,
    pub(super) streams: BTreeMap<String, Stream>,
    pub(super) tags: Tags,
}

impl Group {
    pub(super) fn item(&self) -> Item {
        let item = Item::new("logs", "log_groups", &self.name, &self.tags, "available").named(&self.name);
        item.with("retention_in_days", self.days_kept).with("streams", self.streams.len())
    }

    /// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html>
    pub(super) fn render(&self) -> Value {
        json!({
            "logGroupName": self.name,
            "arn": format!("{}:*", self.arn),
            "logGroupArn": self.arn,
            "logGroupClass": self.class,
            "kmsKeyId": self.key,
            "creationTime": self.created,
            "retentionInDays": self.days_kept,
            "metricFilterCount": 0,
            "storedBytes": 0,
        })
    }
}
