//! Creating, describing and deleting groups, and how long they keep lines.

use std::collections::BTreeMap;

use serde_json::Value;

use super::group::Group;
use super::{paged, tagging, unfit};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>
const DAYS: [i64; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = checked(input.required("logGroupName")?)?;
    let tags = tagging::read(input)?;
    let group = Group {
        name: name.to_owned(),
        arn: context.arn("logs", &format!("log-group:{name}")),
        class: input.text("logGroupClass").unwrap_or("STANDARD").to_owned(),
        key: input.text("kmsKeyId").map(str::to_owned),
        created: context.now.timestamp_millis(),
        days_kept: None,
        streams: BTreeMap::new(),
        tags,
    };
    let groups = &mut context.region().logs.groups;
    if groups.contains_key(name) {
        return Err(AwsError::new("ResourceAlreadyExistsException", "The specified log group already exists"));
    }
    groups.insert(name.to_owned(), group);
    Ok(Value::Null)
}

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html>
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (prefix, pattern) = (input.text("logGroupNamePrefix"), input.text("logGroupNamePattern"));
    if prefix.is_some() && pattern.is_some() {
        return Err(super::invalid(
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
        ));
    }
    let class = input.text("logGroupClass");
    let wanted = |group: &&Group| {
        prefix.is_none_or(|prefix| group.name.starts_with(prefix))
            && pattern.is_none_or(|part| group.name.to_lowercase().contains(&part.to_lowercase()))
            && class.is_none_or(|class| group.class == class)
    };
    let groups = context.region().logs.groups.values().filter(wanted);
    let rows = groups.map(|group| (group.name.clone(), group.render())).collect();
    paged(input, "logGroups", rows, 50)
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let logs = &mut context.region().logs;
    let name = logs.group(input)?.name.clone();
    logs.groups.remove(&name);
    Ok(Value::Null)
}

pub(super) fn put_retention(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let days = input.required_int("retentionInDays")?;
    let group = context.region().logs.group_mut(input)?;
    if !DAYS.contains(&days) {
        let constraint = format!("Member must satisfy enum value set: {DAYS:?}");
        return Err(unfit("retentionInDays", &days.to_string(), &constraint));
    }
    group.days_kept = Some(days);
    Ok(Value::Null)
}

pub(super) fn delete_retention(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    context.region().logs.group_mut(input)?.days_kept = None;
    Ok(Value::Null)
}

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html>
fn checked(name: &str) -> Result<&str, AwsError> {
    if name.len() > 512 {
        return Err(unfit("logGroupName", name, "Member must have length less than or equal to 512"));
    }
    if !name.chars().all(|one| one.is_ascii_alphanumeric() || ".-_/#".contains(one)) {
        let constraint = "Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+";
        return Err(unfit("logGroupName", name, constraint));
    }
    Ok(name)
}
