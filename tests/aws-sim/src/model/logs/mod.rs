//! CloudWatch Logs: groups, the streams in them, and the lines in those.

mod column_pattern;
mod event_calls;
mod filter;
mod group;
mod group_calls;
mod json_pattern;
mod metric_filter;
mod pattern;
mod resource_policy;
mod stream;
mod stream_calls;
mod subscription_filter;
mod tagging;
mod term_pattern;

use std::collections::BTreeMap;

use group::Group;
use resource_policy::ResourcePolicy;
use serde_json::{Value, json};
use stream::Line;

use super::clock::Moment;
use super::context::{Context, Handler};
use super::error::{Answer, AwsError};
use super::input::Input;
use super::inventory::Item;
use super::page;

/// What CloudWatch Logs has in one region.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct State {
    groups: BTreeMap<String, Group>,
    /// By name.
    resource_policies: BTreeMap<String, ResourcePolicy>,
}

impl State {
    /// The group that a call names, by name or by ARN.
    fn group(&self, input: &Input<'_>) -> Result<&Group, AwsError> {
        self.groups.get(group_name(input)?).ok_or_else(no_such_group)
    }

    /// The group that a call reads lines of, without those that are over.
    fn fresh_group(&mut self, input: &Input<'_>, now: Moment) -> Result<&Group, AwsError> {
        if input.has("logGroupName") && input.has("logGroupIdentifier") {
            let message = "LogGroup name and LogGroup identifier are mutually exclusive parameters.";
            return Err(invalid(message));
        }
        let group = self.group_mut(input)?;
        group.forget_expired(now);
        Ok(group)
    }

    fn group_mut(&mut self, input: &Input<'_>) -> Result<&mut Group, AwsError> {
        self.groups.get_mut(group_name(input)?).ok_or_else(no_such_group)
    }
}

/// Another service writes a line, as the `awslogs` driver does for containers. The stream is made when it is missing;
/// false if there is no such group.
pub(crate) fn write(context: &mut Context<'_>, group: &str, stream: &str, line: &str) -> bool {
    let now = context.now.timestamp_millis();
    let Some(group) = context.region().logs.groups.get_mut(group) else { return false };
    let stream = group.streams.entry(stream.to_owned()).or_insert_with(|| stream::Stream::new(now));
    stream.add(Line { at: now, received: now, message: line.to_owned() });
    true
}

/// Whether there is such a group.
pub(crate) fn has_group(context: &mut Context<'_>, name: &str) -> bool {
    context.region().logs.groups.contains_key(name)
}

/// The operation of that name, if it is simulated.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CreateLogGroup" => group_calls::create,
        "DescribeLogGroups" => group_calls::describe,
        "DeleteLogGroup" => group_calls::delete,
        "PutRetentionPolicy" => group_calls::put_retention,
        "DeleteRetentionPolicy" => group_calls::delete_retention,
        "CreateLogStream" => stream_calls::create,
        "DescribeLogStreams" => stream_calls::describe,
        "DeleteLogStream" => stream_calls::delete,
        "PutLogEvents" => event_calls::put,
        "GetLogEvents" => event_calls::get,
        "FilterLogEvents" => filter::filter,
        "PutLogGroupDeletionProtection" => group_calls::put_protection,
        "AssociateKmsKey" => group_calls::associate_key,
        "DisassociateKmsKey" => group_calls::disassociate_key,
        "PutMetricFilter" => metric_filter::put,
        "DescribeMetricFilters" => metric_filter::describe,
        "DeleteMetricFilter" => metric_filter::delete,
        "TestMetricFilter" => metric_filter::test,
        "PutSubscriptionFilter" => subscription_filter::put,
        "DescribeSubscriptionFilters" => subscription_filter::describe,
        "DeleteSubscriptionFilter" => subscription_filter::delete,
        "PutResourcePolicy" => resource_policy::put,
        "DescribeResourcePolicies" => resource_policy::describe,
        "DeleteResourcePolicy" => resource_policy::delete,
        "TagResource" => tagging::tag,
        "UntagResource" => tagging::untag,
        "ListTagsForResource" => tagging::list,
        "TagLogGroup" => tagging::tag_group,
        "UntagLogGroup" => tagging::untag_group,
        "ListTagsLogGroup" => tagging::list_of_group,
        _ => return None,
    })
}

/// What exists.
pub(crate) fn inventory(state: &State) -> Vec<Item> {
    state.groups.values().map(Group::item).collect()
}

/// The members `logGroupName` or `logGroupIdentifier`, of which the latter may be an ARN.
fn group_name<'a>(input: &Input<'a>) -> Result<&'a str, AwsError> {
    match input.text("logGroupIdentifier") {
        Some(identifier) => Ok(name_in_arn(identifier)),
        None => input.required("logGroupName"),
    }
}

/// `arn:aws:logs:us-east-1:123456789012:log-group:name`, with or without `:*` behind it; a plain name is itself.
fn name_in_arn(arn: &str) -> &str {
    let name = arn.split_once(":log-group:").map_or(arn, |(_, name)| name);
    name.strip_suffix(":*").unwrap_or(name)
}

/// One page under the list's name, with the token for the next.
fn paged(input: &Input<'_>, list: &str, rows: Vec<(String, Value)>, largest: i64) -> Answer {
    let limit = input.int("limit")?.unwrap_or(largest);
    if !(1..=largest).contains(&limit) {
        let constraint = format!("Member must have value between 1 and {largest}");
        return Err(unfit("limit", &limit.to_string(), &constraint));
    }
    let page = page::cut(rows, usize::try_from(limit).ok(), input.text("nextToken"));
    let (page, next) = page.ok_or_else(|| invalid("The specified nextToken is invalid."))?;
    Ok(json!({ list: page, "nextToken": next }))
}

fn no_such_group() -> AwsError {
    AwsError::new("ResourceNotFoundException", "The specified log group does not exist.")
}

fn no_such_stream() -> AwsError {
    AwsError::new("ResourceNotFoundException", "The specified log stream does not exist.")
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterException", message)
}

fn unfit(member: &str, value: &str, constraint: &str) -> AwsError {
    invalid(format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {constraint}"
    ))
}
