//! Writing lines to a stream and reading them back.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::stream::Line;
use super::{invalid, no_such_stream, unfit};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// The most of one batch, and of one page.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html>
const LARGEST_BATCH: usize = 10_000;
const LARGEST_PAGE: i64 = 10_000;
const LARGEST_BYTES: usize = 1_048_576;
/// How far lines of one batch may be apart, and how old and how early a line may be.
const LONGEST_SPAN: TimeDelta = TimeDelta::hours(24);
const OLDEST: TimeDelta = TimeDelta::days(14);
const EARLIEST: TimeDelta = TimeDelta::hours(2);

/// Lines outside the time that is taken are left out, and the answer says up to and from where.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html>
pub(super) fn put(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let now = context.now;
    let lines = read(input, now.timestamp_millis())?;
    let group = context.region().logs.group_mut(input)?;
    let oldest_kept = group.oldest_kept(now).unwrap_or(i64::MIN);
    let stream = group.streams.get_mut(input.required("logStreamName")?).ok_or_else(no_such_stream)?;
    let (oldest, newest) = ((now - OLDEST).timestamp_millis(), (now + EARLIEST).timestamp_millis());
    let too_old = lines.partition_point(|line| line.at < oldest);
    let expired = lines.partition_point(|line| line.at < oldest_kept);
    let too_new = lines.partition_point(|line| line.at <= newest);
    let taken = lines.get(too_old.max(expired)..too_new).unwrap_or_default();
    if let [first, .., last] = taken
        && last.at - first.at > LONGEST_SPAN.num_milliseconds()
    {
        return Err(invalid(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
        ));
    }
    let rejected = (taken.len() < lines.len()).then(|| {
        json!({
            "tooOldLogEventEndIndex": (too_old > 0).then_some(too_old),
            "expiredLogEventEndIndex": (expired > 0).then_some(expired),
            "tooNewLogEventStartIndex": (too_new < lines.len()).then_some(too_new),
        })
    });
    taken.iter().for_each(|line| stream.add(line.clone()));
    Ok(
        json!({"nextSequenceToken": "49039859603200000000000000000000000000000000000000000000", "rejectedLogEventsInfo": rejected}),
    )
}

fn read(input: &Input<'_>, received: i64) -> Result<Vec<Line>, AwsError> {
    let parts = input.parts("logEvents");
    if parts.is_empty() || parts.len() > LARGEST_BATCH {
        let constraint = if parts.is_empty() {
            "Member must have length greater than or equal to 1"
        } else {
            "Member must have length less than or equal to 10000"
        };
        return Err(unfit("logEvents", "[...]", constraint));
    }
    let mut lines: Vec<Line> = Vec::with_capacity(parts.len());
    for part in parts {
        let line =
            Line { at: part.required_int("timestamp")?, received, message: part.required("message")?.to_owned() };
        if lines.last().is_some_and(|before| before.at > line.at) {
            return Err(invalid("Log events in a single PutLogEvents request must be in chronological order."));
        }
        lines.push(line);
    }
    let size: usize = lines.iter().map(Line::size).sum();
    if size > LARGEST_BYTES {
        return Err(invalid(format!("Upload too large: {size} bytes exceeds limit of {LARGEST_BYTES}")));
    }
    Ok(lines)
}

/// The newest lines, or the oldest, and from there on with a token in either direction. At an end the token repeats.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html>
pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let limit = input.int("limit")?.unwrap_or(LARGEST_PAGE);
    if !(1..=LARGEST_PAGE).contains(&limit) {
        let bound = if limit < 1 { "greater than or equal to 1" } else { "less than or equal to 10000" };
        return Err(unfit("limit", &limit.to_string(), &format!("Member must have value {bound}")));
    }
    let limit = usize::try_from(limit).unwrap_or_default();
    let now = context.now;
    let group = context.region().logs.fresh_group(input, now)?;
    let stream = group.streams.get(input.required("logStreamName")?).ok_or_else(no_such_stream)?;
    let lines = stream.between(input.int("startTime")?, input.int("endTime")?);
    let from_head = input.flag("startFromHead")?.unwrap_or(false);
    let (first, last) = match input.text("nextToken").map(read_token).transpose()? {
        Some(Token::Forward(at)) => forward(lines, at.min(lines.len()), limit),
        Some(Token::Backward(at)) => backward(lines, at.min(lines.len()), limit),
        None if from_head => forward(lines, 0, limit),
        None => backward(lines, lines.len(), limit),
    };
    let page: Vec<Value> = lines.get(first..last).unwrap_or_default().iter().map(Line::render).collect();
    Ok(json!({
        "events": page,
        "nextForwardToken": format!("f/{last:056}/s"),
        "nextBackwardToken": format!("b/{first:056}/s"),
    }))
}

/// As many lines from a place on as fit into a page, and at least one.
fn forward(lines: &[Line], first: usize, limit: usize) -> (usize, usize) {
    let rest = lines.get(first..).unwrap_or_default();
    (first, first + fitting(rest.iter(), limit))
}

/// The same up to a place.
fn backward(lines: &[Line], last: usize, limit: usize) -> (usize, usize) {
    let before = lines.get(..last).unwrap_or_default();
    (last - fitting(before.iter().rev(), limit), last)
}

fn fitting<'a>(lines: impl Iterator<Item = &'a Line>, limit: usize) -> usize {
    let mut size = 0;
    let fits = |(place, line): &(usize, &Line)| {
        size += line.size();
        size <= LARGEST_BYTES || *place == 0
    };
    lines.take(limit).enumerate().take_while(fits).count()
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
