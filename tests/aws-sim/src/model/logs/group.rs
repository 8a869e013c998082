//! One log group.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::metric_filter::MetricFilter;
use super::stream::Stream;
use super::subscription_filter::SubscriptionFilter;
use crate::model::clock::Moment;
use crate::model::inventory::Item;
use crate::model::tags::Tags;
use crate::model::timing;

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
    pub(super) is_protected: bool,
    pub(super) metric_filters: BTreeMap<String, MetricFilter>,
    pub(super) subscription_filters: BTreeMap<String, SubscriptionFilter>,
    pub(super) streams: BTreeMap<String, Stream>,
    pub(super) tags: Tags,
}

impl Group {
    /// Lines go some days after the retention is over.
    /// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>
    pub(super) fn forget_expired(&mut self, now: Moment) {
        let Some(days) = self.days_kept else { return };
        let time = (now - chrono::TimeDelta::days(days) - timing::EXPIRED_LINES_STAY).timestamp_millis();
        self.streams.values_mut().for_each(|stream| stream.forget_before(time));
    }

    /// The oldest time whose lines the group takes.
    pub(super) fn oldest_kept(&self, now: Moment) -> Option<i64> {
        self.days_kept.map(|days| (now - chrono::TimeDelta::days(days)).timestamp_millis())
    }

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
            "metricFilterCount": self.metric_filters.len(),
            "storedBytes": self.streams.values().map(Stream::bytes).sum::<usize>(),
            "deletionProtectionEnabled": self.is_protected,
        })
    }
}
