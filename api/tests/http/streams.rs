//! Journals: pages, streams of one operation, and the stream of all.

use std::time::Duration;

use axum::response::Response;
use futures::StreamExt as _;
use serde_json::{Value, json};

use crate::stack::Stack;

/// One frame of a stream.
#[derive(Debug)]
struct Frame {
    id: Option<u64>,
    event: String,
    data: Value,
}

fn frame(text: &str) -> Option<Frame> {
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    let data = serde_json::from_str(field("data")?).unwrap();
    Some(Frame { id: field("id").and_then(|id| id.parse().ok()), event: field("event")?.to_owned(), data })
}

/// Reads frames until the stream ends or `enough` says so.
async fn frames(response: Response, enough: impl Fn(&Frame) -> bool) -> Vec<Frame> {
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut body = response.into_body().into_data_stream();
    let (mut frames, mut text) = (Vec::new(), String::new());
    let reading = async {
        while let Some(bytes) = body.next().await {
            text.push_str(std::str::from_utf8(&bytes.unwrap()).unwrap());
            while let Some((first, rest)) = text.split_once("\n\n") {
                frames.extend(frame(first));
                text = rest.to_owned();
                if frames.last().is_some_and(&enough) {
                    return;
                }
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), reading).await.unwrap();
    frames
}

const SSE: (&str, &str) = ("accept", "text/event-stream");

#[tokio::test]
async fn a_stream_begins_with_a_snapshot_goes_through_all_entries_and_ends() {
    let stack = Stack::start().await;
    let id = stack.post("/districts", json!({"name": "dev"})).await.operation();
    let path = format!("/v1/operations/{id}/events");
    let response = stack.respond("GET", &path, &[SSE], None).await;
    let (frames, _) = tokio::join!(frames(response, |_| false), stack.work());
    let events: Vec<_> = frames.iter().map(|frame| frame.event.as_str()).collect();
    assert_eq!(events, ["snapshot", "accepted", "claimed", "finished", "end"]);
    assert_eq!((frames[0].id, &frames[0].data["state"]), (None, &json!("queued")));
    let ids: Vec<_> = frames[1..].iter().map(|frame| frame.id.unwrap()).collect();
    assert_eq!(ids, [1, 2, 3, 3]);
    assert_eq!(frames[1].data["type"], "accepted");
    assert_eq!(frames[4].data["state"], "succeeded");
}

#[tokio::test]
async fn a_stream_resumes_after_the_last_event_that_was_seen() {
    let stack = Stack::with_district().await;
    let id = stack.operations().await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/operations/{id}/events");
    let response = stack.respond("GET", &path, &[SSE, ("last-event-id", "2")], None).await;
    let events: Vec<_> = frames(response, |_| false).await.into_iter().map(|frame| frame.event).collect();
    assert_eq!(events, ["finished", "end"]);
    for past in ["3", "99"] {
        assert_eq!(stack.send("GET", &path, &[SSE, ("last-event-id", past)], None).await.status, 204);
    }
    let wrong = stack.send("GET", &path, &[SSE, ("last-event-id", "x")], None).await;
    assert_eq!(wrong.problem().1, "malformed_request");
}

#[tokio::test]
async fn a_journal_is_read_in_pages() {
    let stack = Stack::with_district().await;
    let id = stack.operations().await[0]["id"].as_str().unwrap().to_owned();
    let page = stack.get(&format!("/v1/operations/{id}/events?limit=2")).await.body;
    let types: Vec<_> =
        page["events"].as_array().unwrap().iter().map(|entry| entry["type"].as_str().unwrap()).collect();
    assert_eq!((types, &page["next"]), (vec!["accepted", "claimed"], &json!(2)));
    let page = stack.get(&format!("/v1/operations/{id}/events?after=3")).await.body;
    assert_eq!((page["events"].as_array().unwrap().len(), &page["next"]), (0, &json!(3)));
}

#[tokio::test]
async fn all_journals_are_one_stream() {
    let stack = Stack::start().await;
    let page = stack.get("/v1/events").await.body;
    let cursor = page["next"].as_str().unwrap().to_owned();
    let response = stack.respond("GET", &format!("/v1/events?cursor={cursor}"), &[SSE], None).await;
    let reading = frames(response, |frame| frame.event == "finished");
    let (frames, _) = tokio::join!(reading, async {
        stack.post("/districts", json!({"name": "dev"})).await.operation();
        stack.work().await
    });
    let events: Vec<_> = frames.iter().map(|frame| frame.event.as_str()).collect();
    assert_eq!(events, ["accepted", "claimed", "finished"]);
    let page = stack.get(&format!("/v1/events?cursor={cursor}")).await.body;
    assert_eq!(page["events"].as_array().unwrap().len(), 3);
}
