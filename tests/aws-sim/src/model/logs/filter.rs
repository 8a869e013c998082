//! Searching the lines of a whole group.

use serde_json::{Value, json};

use super::pattern::Pattern;
use super::{invalid, no_such_stream, paged};
use crate::model::context::Context;
use crate::model::error::Answer;
use crate::model::input::Input;

/// Lines by time, whatever their stream; oldest first unless that is not wanted.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html>
pub(super) fn filter(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let pattern = Pattern::read(input.text("filterPattern").unwrap_or_default())?;
    let (names, prefix) = (input.texts("logStreamNames"), input.text("logStreamNamePrefix"));
    if !names.is_empty() && prefix.is_some() {
        return Err(invalid("LogStream names and LogStream name prefix are mutually exclusive parameters."));
    }
    if names.len() > 100 {
        let shown = format!("[{}]", names.join(", "));
        return Err(super::unfit("logStreamNames", &shown, "Member must have length less than or equal to 100"));
    }
    // The end is in, other than with GetLogEvents.
    let (start, end) = (input.int("startTime")?, input.int("endTime")?.map(|end| end.saturating_add(1)));
    let oldest_first = input.flag("startFromHead")?.unwrap_or(true);
    let now = context.now;
    let group = context.region().logs.fresh_group(input, now)?;
    if names.iter().any(|name| !group.streams.contains_key(*name)) {
        return Err(no_such_stream());
    }
    let asked = group.streams.iter().filter(|(name, _)| names.is_empty() || names.contains(&name.as_str()));
    let mut rows = Vec::new();
    for (name, stream) in asked.filter(|(name, _)| prefix.is_none_or(|prefix| name.starts_with(prefix))) {
        for (place, line) in stream.between(start, end).iter().enumerate() {
            if pattern.matches(&line.message) {
                let mut row = line.render();
                row["logStreamName"] = json!(name);
                row["eventId"] = json!(format!("{:020}{place:036}", line.at));
                rows.push((format!("{:020} {name} {place:020}", line.at), row));
            }
        }
    }
    rows.sort_by(|(one, _), (other, _)| one.cmp(other));
    if !oldest_first {
        rows.reverse();
    }
    let mut answer = paged(input, "events", rows, 10_000)?;
    answer["searchedLogStreams"] = Value::Array(Vec::new());
    Ok(answer)
}
