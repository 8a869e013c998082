//! Searching the lines of a whole group.

use serde_json::{Value, json};

use super::paged;
use super::stream::Line;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// Streams by name in order, lines by time in each other.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html>
pub(super) fn filter(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let terms = read_pattern(input.text("filterPattern").unwrap_or_default())?;
    let (names, prefix) = (input.texts("logStreamNames"), input.text("logStreamNamePrefix").unwrap_or_default());
    let (start, end) = (input.int("startTime")?, input.int("endTime")?);
    let group = context.region().logs.group(input)?;
    let asked = group.streams.iter().filter(|(name, _)| names.is_empty() || names.contains(&name.as_str()));
    let mut rows = Vec::new();
    for (name, stream) in asked.filter(|(name, _)| name.starts_with(prefix)) {
        for (place, line) in stream.between(start, end).iter().enumerate().filter(|(_, line)| terms.keep(line)) {
            let mut row = line.render();
            row["logStreamName"] = json!(name);
            row["eventId"] = json!(format!("{:020}{place:036}", line.at));
            rows.push((format!("{:020} {name} {place:020}", line.at), row));
        }
    }
    rows.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut answer = paged(input, "events", rows, 10_000)?;
    answer["searchedLogStreams"] = Value::Array(Vec::new());
    Ok(answer)
}

/// What a line must have, may have one of, and must not have.
#[derive(Debug, Default, PartialEq)]
struct Terms {
    all: Vec<String>,
    any: Vec<String>,
    none: Vec<String>,
}

impl Terms {
    fn keep(&self, line: &Line) -> bool {
        let has = |term: &String| line.message.contains(term.as_str());
        self.all.iter().all(has) && !self.none.iter().any(has) && (self.any.is_empty() || self.any.iter().any(has))
    }
}

/// Words, quoted or not, with `?` before alternatives and `-` before what is not wanted.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>
fn read_pattern(text: &str) -> Result<Terms, AwsError> {
    if text.trim_start().starts_with(['{', '[', '%']) {
        let message = "aws-sim does not know filter patterns for JSON, columns or regular expressions";
        return Err(AwsError::new("NotSimulated", message).with_status(501));
    }
    let mut terms = Terms::default();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let list = match rest.as_bytes().first() {
            Some(b'?') => &mut terms.any,
            Some(b'-') => &mut terms.none,
            Some(_) | None => &mut terms.all,
        };
        rest = rest.strip_prefix(['?', '-']).unwrap_or(rest);
        let (term, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        list.push(term.to_owned());
        rest = after.trim_start();
    }
    Ok(terms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_words_alternatives_and_what_is_not_wanted() {
        let terms = read_pattern("ERROR \"out of memory\" ?a ?b -health").unwrap();
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let all = owned(&["ERROR", "out of memory"]);
        assert_eq!(terms, Terms { all, any: owned(&["a", "b"]), none: owned(&["health"]) });
        assert_eq!(read_pattern("").unwrap(), Terms::default());
        assert_eq!(read_pattern("{ $.level = 1 }").unwrap_err().status, 501);
    }
}
