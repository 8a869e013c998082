//! One log stream.

use serde_json::{Value, json};

/// Lines of one source, oldest first.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Stream {
    /// Milliseconds since 1970, as all times here.
    created: i64,
    lines: Vec<Line>,
    /// When the last line came in.
    received: Option<i64>,
    /// Of all lines that are kept, with what each costs besides its text.
    bytes: usize,
}

/// One line.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Line {
    pub(super) at: i64,
    pub(super) received: i64,
    pub(super) message: String,
}

impl Stream {
    pub(super) fn new(created: i64) -> Self {
        Self { created, lines: Vec::new(), received: None, bytes: 0 }
    }

    /// Adds a line behind those of the same time.
    pub(super) fn add(&mut self, line: Line) {
        let place = self.lines.partition_point(|other| other.at <= line.at);
        self.received = self.received.max(Some(line.received));
        self.bytes += line.size();
        self.lines.insert(place, line);
    }

    /// Forgets the lines before a time.
    pub(super) fn forget_before(&mut self, time: i64) {
        let expired = self.lines.partition_point(|line| line.at < time);
        self.bytes -= self.lines.drain(..expired).map(|line| line.size()).sum::<usize>();
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The lines from one time until before another.
    pub(super) fn between(&self, start: Option<i64>, end: Option<i64>) -> &[Line] {
        let first = self.lines.partition_point(|line| start.is_some_and(|start| line.at < start));
        let last = self.lines.partition_point(|line| end.is_none_or(|end| line.at < end));
        self.lines.get(first..last).unwrap_or_default()
    }

    pub(super) fn last_at(&self) -> Option<i64> {
        self.lines.last().map(|line| line.at)
    }

    /// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogStream.html>
    pub(super) fn render(&self, group_arn: &str, name: &str) -> Value {
        json!({
            "logStreamName": name,
            "arn": format!("{group_arn}:log-stream:{name}"),
            "creationTime": self.created,
            "firstEventTimestamp": self.lines.first().map(|line| line.at),
            "lastEventTimestamp": self.last_at(),
            "lastIngestionTime": self.received,
            "uploadSequenceToken": "1",
            "storedBytes": 0,
        })
    }
}

/// What a line costs besides its text.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html>
const OVERHEAD: usize = 26;

impl Line {
    /// As batches, pages and storage count it.
    pub(super) fn size(&self) -> usize {
        self.message.len() + OVERHEAD
    }

    pub(super) fn render(&self) -> Value {
        json!({"timestamp": self.at, "ingestionTime": self.received, "message": self.message})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stand_in_order_of_time_and_an_end_is_not_included() {
        let mut stream = Stream::new(0);
        for (at, message) in [(20, "c"), (10, "a"), (10, "b"), (30, "d")] {
            stream.add(Line { at, received: 40, message: message.to_owned() });
        }
        let seen = |start, end| stream.between(start, end).iter().map(|line| &*line.message).collect::<String>();
        assert_eq!(
            (seen(None, None), seen(Some(10), Some(30)), seen(Some(11), None)),
            ("abcd".into(), "abc".into(), "cd".into())
        );
        assert_eq!(seen(Some(30), Some(10)), "");
    }
}
