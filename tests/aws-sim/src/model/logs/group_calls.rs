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
        class: class(input)?.unwrap_or("STANDARD").to_owned(),
        key: input.text("kmsKeyId").map(str::to_owned),
        created: context.now.timestamp_millis(),
        days_kept: None,
        is_protected: input.flag("deletionProtectionEnabled")?.unwrap_or(false),
        metric_filters: BTreeMap::new(),
        subscription_filters: BTreeMap::new(),
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
    let class = class(input)?;
    let named: Vec<&str> = input.texts("logGroupIdentifiers").into_iter().map(super::name_in_arn).collect();
    let now = context.now;
    let wanted = |group: &&mut Group| {
        prefix.is_none_or(|prefix| group.name.starts_with(prefix))
            && pattern.is_none_or(|part| group.name.to_lowercase().contains(&part.to_lowercase()))
            && class.is_none_or(|class| group.class == class)
            && (named.is_empty() || named.contains(&group.name.as_str()))
    };
    let groups = context.region().logs.groups.values_mut().filter(wanted);
    let row = |group: &mut Group| {
        group.forget_expired(now);
        (group.name.clone(), group.render())
    };
    paged(input, "logGroups", groups.map(row).collect(), 50)
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let logs = &mut context.region().logs;
    let group = logs.group(input)?;
    if group.is_protected {
        let message = "The log group can't be deleted because deletion protection is enabled. Disable deletion protection \
                       and try again.";
        return Err(AwsError::new("ValidationException", message));
    }
    let name = group.name.clone();
    logs.groups.remove(&name);
    Ok(Value::Null)
}

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogGroupDeletionProtection.html>
pub(super) fn put_protection(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let enabled = input.flag("deletionProtectionEnabled")?;
    let enabled = enabled.ok_or_else(|| input.missing("deletionProtectionEnabled"))?;
    context.region().logs.group_mut(input)?.is_protected = enabled;
    Ok(Value::Null)
}

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html>
pub(super) fn associate_key(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let key = input.required("kmsKeyId")?;
    context.region().logs.group_mut(input)?.key = Some(key.to_owned());
    Ok(Value::Null)
}

pub(super) fn disassociate_key(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    context.region().logs.group_mut(input)?.key = None;
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

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html>
fn class<'a>(input: &Input<'a>) -> Result<Option<&'a str>, AwsError> {
    const CLASSES: [&str; 4] = ["STANDARD", "INFREQUENT_ACCESS", "DELIVERY", "ESSENTIALS"];
    let class = input.text("logGroupClass");
    match class {
        Some(other) if !CLASSES.contains(&other) => {
            let constraint = format!("Member must satisfy enum value set: [{}]", CLASSES.join(", "));
            Err(unfit("logGroupClass", other, &constraint))
        }
        class => Ok(class),
    }
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
