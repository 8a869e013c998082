//! Writing lines to a stream and reading them back.

use serde_json::{Value, json};

use super::stream::Line;
use super::{invalid, no_such_stream};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// The most lines of one answer.
const LARGEST_PAGE: i64 = 10_000;

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html>
pub(super) fn put(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let received = context.now.timestamp_millis();
    let mut lines: Vec<Line> = Vec::new();
    for part in input.parts("logEvents") {
        let line =
            Line { at: part.required_int("timestamp")?, received, message: part.required("message")?.to_owned() };
        if lines.last().is_some_and(|before| before.at > line.at) {
            return Err(invalid("Log events in a single PutLogEvents request must be in chronological order."));
        }
        lines.push(line);
    }
    let group = context.region().logs.group_mut(input)?;
    let stream = group.streams.get_mut(input.required("logStreamName")?).ok_or_else(no_such_stream)?;
    lines.into_iter().for_each(|line| stream.add(line));
    Ok(json!({"nextSequenceToken": "1"}))
}

/// The newest lines, or the oldest, and from there on with a token in either direction. At an end the token repeats.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html>
pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let limit = usize::try_from(input.int("limit")?.unwrap_or(LARGEST_PAGE).clamp(1, LARGEST_PAGE)).unwrap_or_default();
    let group = context.region().logs.group(input)?;
    let stream = group.streams.get(input.required("logStreamName")?).ok_or_else(no_such_stream)?;
    let lines = stream.between(input.int("startTime")?, input.int("endTime")?);
    let (first, last) = match input.text("nextToken").map(read_token).transpose()? {
        Some(Token::Forward(at)) => (at.min(lines.len()), at.saturating_add(limit).min(lines.len())),
        Some(Token::Backward(at)) => (at.min(lines.len()).saturating_sub(limit), at.min(lines.len())),
        None if input.flag("startFromHead")?.unwrap_or(false) => (0, limit.min(lines.len())),
        None => (lines.len().saturating_sub(limit), lines.len()),
    };
    let page: Vec<Value> = lines.get(first..last).unwrap_or_default().iter().map(Line::render).collect();
    Ok(json!({
        "events": page,
        "nextForwardToken": format!("f/{last:056}/s"),
        "nextBackwardToken": format!("b/{first:056}/s"),
    }))
}

/// The place of the first line of the next page, or the place behind the last one.
enum Token {
    Forward(usize),
    Backward(usize),
}

fn read_token(text: &str) -> Result<Token, AwsError> {
    let well_formed = || {
        let (direction, rest) = text.split_once('/')?;
        let at = rest.strip_suffix("/s")?.parse().ok()?;
        match direction {
            "f" => Some(Token::Forward(at)),
            "b" => Some(Token::Backward(at)),
            _ => None,
        }
    };
    well_formed().ok_or_else(|| invalid("The specified nextToken is invalid."))
}
