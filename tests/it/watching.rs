//! Watching an operation: the stream of its journal, and going on where one was cut off.

use std::time::Duration;

use serde_json::{Value, json};
use tests::Stack;

use crate::frames::{self, Frame};

/// Reads frames until the stream ends, or `enough` says so.
pub(crate) async fn read(stack: &Stack, id: &str, after: Option<u64>, enough: impl Fn(&Frame) -> bool) -> Vec<Frame> {
    let (mut frames, after) = (vec![], after.map(|after| after.to_string()));
    let mut each = |frame: Frame| {
        frames.push(frame);
        enough(&frames[frames.len() - 1])
    };
    let path = format!("/v1/operations/{id}/events");
    // A stream that cannot be opened while the store changes its master is asked for again, as clients do.
    let status = loop {
        match frames::read(&stack.api, &path, after.as_deref(), &mut each).await.unwrap() {
            503 => tokio::time::sleep(Duration::from_millis(100)).await,
            status => break status,
        }
    };
    assert_eq!(status, if frames.is_empty() { 204 } else { 200 });
    frames
}

#[tokio::test]
async fn a_stream_tells_everything_once_and_goes_on_where_it_was_cut() {
    let stack = Stack::start().await.unwrap();
    let id = stack.api.post("/v1/districts", &json!({"name": "dev"})).await.unwrap().operation().unwrap();

    let begun = read(&stack, &id, None, |frame| frame.event == "step_succeeded").await;
    assert_eq!((begun[0].event.as_str(), begun[0].seq()), ("snapshot", None));
    assert_eq!(begun[1].seq(), Some(1), "the first entry follows the snapshot");
    let last = begun.last().unwrap().seq().unwrap();

    let rest = read(&stack, &id, Some(last), |_| false).await;
    assert_eq!(rest.last().unwrap().event, "end");
    let seen: Vec<u64> = begun.iter().chain(&rest).filter(|it| it.event != "end").filter_map(Frame::seq).collect();
    assert_eq!(seen, (1..=*seen.last().unwrap()).collect::<Vec<_>>(), "no gap and nothing twice");
    assert_eq!(rest[rest.len() - 2].event, "finished");

    let journal = stack.api.get(&format!("/v1/operations/{id}/events?limit=1000")).await.unwrap();
    assert_eq!(journal.body["events"].as_array().unwrap().len(), seen.len());
    assert!(read(&stack, &id, seen.last().copied(), |_| false).await.is_empty(), "204: there is nothing more to come");
}

#[tokio::test]
async fn a_long_poll_returns_when_the_operation_changes_and_percent_never_falls() {
    let stack = Stack::start().await.unwrap();
    let id = stack.api.post("/v1/districts", &json!({"name": "dev"})).await.unwrap().operation().unwrap();
    let seen = std::sync::Mutex::new(vec![]);
    let watch = |operation: &Value| {
        seen.lock().unwrap().push((operation["seq"].as_u64().unwrap(), operation["percent"].as_u64().unwrap()));
        operation["state"] == "succeeded"
    };
    stack.api.operation_until(&id, Duration::from_secs(120), watch).await.unwrap();
    let seen = seen.into_inner().unwrap();
    assert!(seen.len() > 3, "it was seen on its way: {seen:?}");
    assert!(seen.windows(2).all(|pair| pair[0].0 < pair[1].0), "each answer is newer: {seen:?}");
    assert!(seen.windows(2).all(|pair| pair[0].1 <= pair[1].1), "percent never falls: {seen:?}");
    assert_eq!(seen.last().unwrap().1, 100);
}
