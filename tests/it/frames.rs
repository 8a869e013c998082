//! Reading server-sent events as a client does that goes on where a stream was cut.

use std::time::Duration;

use futures::StreamExt as _;
use serde_json::Value;
use tests::{Client, stack::TOKEN};

/// Longer than any stream is silent: heartbeats come every 15 seconds.
const SILENCE: Duration = Duration::from_secs(60);

/// One frame of an event stream.
#[derive(Clone, Debug, Default)]
pub(crate) struct Frame {
    pub(crate) id: Option<String>,
    pub(crate) event: String,
    pub(crate) data: Value,
}

impl Frame {
    /// Its id as a sequence number.
    pub(crate) fn seq(&self) -> Option<u64> {
        self.id.as_ref().map(|id| id.parse().unwrap())
    }
}

/// Hands each frame after `last` to `enough`, until that says so, or the stream ends or breaks. The status of the answer; an
/// error when there was none.
pub(crate) async fn read(
    api: &Client,
    path: &str,
    last: Option<&str>,
    mut enough: impl FnMut(Frame) -> bool,
) -> reqwest::Result<u16> {
    let mut request = reqwest::Client::new().get(format!("{}{path}", api.base)).bearer_auth(TOKEN);
    request = request.header("accept", "text/event-stream");
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    let response = request.send().await?;
    let status = response.status().as_u16();
    assert!(status != 200 || response.headers()["content-type"] == "text/event-stream");
    let (mut text, mut bytes) = (String::new(), response.bytes_stream());
    while let Some(Ok(chunk)) = tokio::time::timeout(SILENCE, bytes.next()).await.unwrap() {
        text.push_str(std::str::from_utf8(&chunk).unwrap());
        while let Some((frame, rest)) = text.split_once("\n\n") {
            let frame = parse(frame);
            text = rest.to_owned();
            if !frame.event.is_empty() && enough(frame) {
                return Ok(status);
            }
        }
    }
    Ok(status)
}

fn parse(text: &str) -> Frame {
    let mut frame = Frame::default();
    for line in text.lines() {
        match line.split_once(':').map(|(name, value)| (name, value.trim_start())) {
            Some(("id", value)) => frame.id = Some(value.to_owned()),
            Some(("event", value)) => frame.event = value.to_owned(),
            Some(("data", value)) => frame.data = serde_json::from_str(value).unwrap(),
            Some(_) | None => {}
        }
    }
    frame
}
