//! Filters that would count lines into metrics. They are kept; there are no metrics.

use serde_json::{Value, json};

use super::group::Group;
use super::pattern::Pattern;
use super::{invalid, paged, unfit};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>
const MOST: usize = 100;

/// What a group counts.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct MetricFilter {
    pattern: String,
    transformations: Value,
    /// Milliseconds since 1970.
    created: i64,
}

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html>
pub(super) fn put(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = checked_name(input)?;
    let pattern = input.text("filterPattern").ok_or_else(|| input.missing("filterPattern"))?;
    Pattern::read(pattern)?;
    let transformations = input.parts("metricTransformations");
    if transformations.len() != 1 {
        let constraint = "Member must have length less than or equal to 1";
        return Err(unfit("metricTransformations", &transformations.len().to_string(), constraint));
    }
    for transformation in &transformations {
        for member in ["metricName", "metricNamespace", "metricValue"] {
            transformation.required(member)?;
        }
        if transformation.has("dimensions") && transformation.has("defaultValue") {
            return Err(invalid(
                "Invalid metric transformation: dimensions and default value are mutually exclusive properties.",
            ));
        }
    }
    let filter = MetricFilter {
        pattern: pattern.to_owned(),
        transformations: transformations.iter().map(|part| part.value().clone()).collect(),
        created: context.now.timestamp_millis(),
    };
    let group = context.region().logs.group_mut(input)?;
    if !group.metric_filters.contains_key(name) && group.metric_filters.len() >= MOST {
        return Err(AwsError::new("LimitExceededException", "Resource limit exceeded."));
    }
    group.metric_filters.insert(name.to_owned(), filter);
    Ok(Value::Null)
}

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeMetricFilters.html>
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let prefix = input.text("filterNamePrefix").unwrap_or_default();
    let metric = (input.text("metricName"), input.text("metricNamespace"));
    if metric.0.is_some() != metric.1.is_some() {
        return Err(invalid("metricName and metricNamespace must be given together."));
    }
    let logs = &context.region().logs;
    let groups: Vec<&Group> =
        if input.has("logGroupName") { vec![logs.group(input)?] } else { logs.groups.values().collect() };
    let mut rows = Vec::new();
    for group in groups {
        for (name, filter) in group.metric_filters.iter().filter(|(name, _)| name.starts_with(prefix)) {
            let counted = &filter.transformations[0];
            let of_metric = metric.0.is_none_or(|wanted| counted["metricName"] == wanted)
                && metric.1.is_none_or(|wanted| counted["metricNamespace"] == wanted);
            if of_metric {
                let row = json!({
                    "filterName": name, "filterPattern": filter.pattern, "logGroupName": group.name,
                    "metricTransformations": filter.transformations, "creationTime": filter.created,
                });
                rows.push((format!("{name} {}", group.name), row));
            }
        }
    }
    rows.sort_by(|(one, _), (other, _)| one.cmp(other));
    paged(input, "metricFilters", rows, 50)
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("filterName")?;
    let group = context.region().logs.group_mut(input)?;
    let message = "The specified metric filter does not exist.";
    let absent = || AwsError::new("ResourceNotFoundException", message);
    group.metric_filters.remove(name).map(|_| Value::Null).ok_or_else(absent)
}

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TestMetricFilter.html>
pub(super) fn test(_context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let pattern = Pattern::read(input.text("filterPattern").ok_or_else(|| input.missing("filterPattern"))?)?;
    let messages = input.texts("logEventMessages");
    if !(1..=50).contains(&messages.len()) {
        let constraint = "Member must have length between 1 and 50";
        return Err(unfit("logEventMessages", &messages.len().to_string(), constraint));
    }
    let matching = messages.iter().enumerate().filter(|(_, message)| pattern.matches(message));
    let rows: Vec<Value> = matching
        .map(|(place, message)| {
            json!({"eventNumber": place + 1, "eventMessage": message, "extractedValues": pattern.extracted(message)})
        })
        .collect();
    Ok(json!({ "matches": rows }))
}

/// The member `filterName`.
pub(super) fn checked_name<'a>(input: &Input<'a>) -> Result<&'a str, AwsError> {
    let name = input.required("filterName")?;
    if name.contains([':', '*']) || name.len() > 512 {
        return Err(unfit("filterName", name, "Member must satisfy regular expression pattern: [^:*]*"));
    }
    Ok(name)
}
