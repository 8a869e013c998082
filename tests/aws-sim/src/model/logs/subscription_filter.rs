//! Filters that would send lines elsewhere. They are kept; nothing is sent.

use serde_json::{Value, json};

use super::metric_filter::checked_name;
use super::pattern::Pattern;
use super::{invalid, paged};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html>
const MOST: usize = 2;

/// Where a group sends lines.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct SubscriptionFilter {
    pattern: String,
    destination: String,
    role: Option<String>,
    distribution: String,
    /// Milliseconds since 1970.
    created: i64,
}

pub(super) fn put(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = checked_name(input)?;
    let pattern = input.text("filterPattern").ok_or_else(|| input.missing("filterPattern"))?;
    Pattern::read(pattern)?;
    let destination = input.required("destinationArn")?;
    let service = destination.strip_prefix("arn:aws:").and_then(|rest| rest.split(':').next());
    if !matches!(service, Some("lambda" | "kinesis" | "firehose" | "logs")) {
        return Err(invalid("PutSubscriptionFilter operation cannot work with destinationArn for vendor."));
    }
    if service != Some("lambda") && service != Some("logs") && !input.has("roleArn") {
        let message = "destinationArn for vendor kinesis or firehose can only be used with a roleArn.";
        return Err(invalid(message));
    }
    let filter = SubscriptionFilter {
        pattern: pattern.to_owned(),
        destination: destination.to_owned(),
        role: input.text("roleArn").map(str::to_owned),
        distribution: input.text("distribution").unwrap_or("ByLogStream").to_owned(),
        created: context.now.timestamp_millis(),
    };
    let group = context.region().logs.group_mut(input)?;
    if !group.subscription_filters.contains_key(name) && group.subscription_filters.len() >= MOST {
        return Err(AwsError::new("LimitExceededException", "Resource limit exceeded."));
    }
    group.subscription_filters.insert(name.to_owned(), filter);
    Ok(Value::Null)
}

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeSubscriptionFilters.html>
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let prefix = input.text("filterNamePrefix").unwrap_or_default();
    let group = context.region().logs.group(input)?;
    let kept = group.subscription_filters.iter().filter(|(name, _)| name.starts_with(prefix));
    let row = |(name, filter): (&String, &SubscriptionFilter)| {
        let row = json!({
            "filterName": name, "logGroupName": group.name, "filterPattern": filter.pattern,
            "destinationArn": filter.destination, "roleArn": filter.role, "distribution": filter.distribution,
            "creationTime": filter.created,
        });
        (name.clone(), row)
    };
    paged(input, "subscriptionFilters", kept.map(row).collect(), 50)
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("filterName")?;
    let group = context.region().logs.group_mut(input)?;
    let message = "The specified subscription filter does not exist.";
    let absent = || AwsError::new("ResourceNotFoundException", message);
    group.subscription_filters.remove(name).map(|_| Value::Null).ok_or_else(absent)
}
