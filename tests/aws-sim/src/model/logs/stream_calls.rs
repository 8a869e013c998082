//! Creating, describing and deleting streams.

use serde_json::Value;

use super::stream::Stream;
use super::{invalid, no_such_stream, paged};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("logStreamName")?;
    if name.contains([':', '*']) || name.len() > 512 {
        return Err(super::unfit("logStreamName", name, "Member must satisfy regular expression pattern: [^:*]*"));
    }
    let now = context.now.timestamp_millis();
    let group = context.region().logs.group_mut(input)?;
    if group.streams.contains_key(name) {
        return Err(AwsError::new("ResourceAlreadyExistsException", "The specified log stream already exists"));
    }
    group.streams.insert(name.to_owned(), Stream::new(now));
    Ok(Value::Null)
}

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html>
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let prefix = input.text("logStreamNamePrefix").unwrap_or_default();
    let by_time = match input.text("orderBy") {
        None | Some("LogStreamName") => false,
        Some("LastEventTime") if prefix.is_empty() => true,
        Some("LastEventTime") => return Err(invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")),
        Some(other) => {
            let constraint = "Member must satisfy enum value set: [LogStreamName, LastEventTime]";
            return Err(super::unfit("orderBy", other, constraint));
        }
    };
    let group = context.region().logs.group(input)?;
    let wanted = group.streams.iter().filter(|(name, _)| name.starts_with(prefix));
    // The key is what pages go by: it is in the order that was asked for.
    let key = |name: &str, stream: &Stream| match by_time {
        true => format!("{:020} {name}", stream.last_at().unwrap_or_default()),
        false => name.to_owned(),
    };
    let mut rows: Vec<_> = wanted.map(|(name, stream)| (key(name, stream), stream.render(&group.arn, name))).collect();
    rows.sort_by(|(one, _), (other, _)| one.cmp(other));
    if input.flag("descending")?.unwrap_or(false) {
        rows.reverse();
    }
    paged(input, "logStreams", rows, 50)
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("logStreamName")?;
    let group = context.region().logs.group_mut(input)?;
    group.streams.remove(name).map(|_| Value::Null).ok_or_else(no_such_stream)
}
