//! Server-sent events: one operation's journal, and the journals of all.
//!
//! Read from the durable journal, woken by notices; a Redis that is away for a while ends no stream.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures::Stream;
use serde::Serialize;
use shared::ids::OperationId;
use shared::journal::{self, Entry};
use shared::operation::Operation;
use shared::problem::{Code, Problem};
use shared::store::{Refusal, StoreError};

use crate::app::Api;
use crate::problem::{Refused, Result};
use crate::watch;

const HEARTBEAT: Duration = Duration::from_secs(15);
/// Entries that are read at once.
const PAGE: usize = 500;
/// How long a store that does not answer is left alone.
const PAUSE: Duration = Duration::from_secs(1);

/// Whether a request wants a stream and not a page.
pub fn wanted(headers: &HeaderMap) -> bool {
    let accept = headers.get("accept").and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.contains("text/event-stream")
}

/// The id of the last event that a client saw.
pub fn last_event_id(headers: &HeaderMap) -> Result<Option<&str>> {
    let Some(value) = headers.get("last-event-id") else { return Ok(None) };
    let unreadable = |_| no_last_event("Last-Event-ID cannot be read");
    value.to_str().map(|text| Some(text).filter(|text| !text.is_empty())).map_err(unreadable)
}

fn no_last_event(detail: impl Into<String>) -> Refused {
    let problem = Problem::new(Code::MalformedRequest, detail);
    problem.advised("Send the id of the last event that came, or leave the header out to begin at the first.").into()
}

/// A stream as an answer, with a comment every 15 s so that nobody between takes it for dead.
pub fn respond(events: impl Stream<Item = std::result::Result<Event, Infallible>> + Send + 'static) -> Response {
    Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT).text("heartbeat")).into_response()
}

/// An operation's journal after `after`, then what is added to it, until it ends. Without `after` the operation itself
/// comes first, as `snapshot` without an id.
pub fn of_operation(
    api: Api,
    operation: Operation,
    after: Option<u64>,
) -> impl Stream<Item = std::result::Result<Event, Infallible>> + Send + 'static {
    async_stream::stream! {
        let mut notices = api.watcher.notices.subscribe();
        let id = operation.id.clone();
        if after.is_none() {
            yield Ok(event("snapshot", None, &operation));
        }
        let mut seen = after.unwrap_or(0);
        let mut ended = operation.state.is_terminal().then_some(operation);
        let mut may_have_ended = false;
        loop {
            let entries = api.store.journal(&id, seen, PAGE).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "a stream waits for the store");
                Vec::new()
            });
            for entry in &entries {
                seen = entry.seq;
                yield Ok(event(entry.event.name(), Some(seen.to_string()), entry));
            }
            may_have_ended |= entries.iter().any(ends);
            if may_have_ended && let Ok(now) = api.store.operation(&id).await {
                // Kept no longer: nothing will ever come.
                let Some(now) = now else { break };
                ended = Some(now).filter(|now| now.state.is_terminal());
                may_have_ended = false;
            }
            if let Some(operation) = ended.as_ref().filter(|operation| operation.seq <= seen) {
                yield Ok(event("end", Some(seen.to_string()), operation));
                break;
            }
            if entries.is_empty() && !watch::news(&mut notices, watch::grew_past(&id, seen), None, &api.stop).await {
                break;
            }
        }
    }
}

/// Whether an entry may be the last of an attempt.
fn ends(entry: &Entry) -> bool {
    matches!(entry.event, journal::Event::Finished { .. } | journal::Event::Superseded { .. })
}

/// All journals after `cursor`; a `reset` event when it was trimmed: what came between is lost, read the lists again.
pub fn of_all(
    api: Api,
    mut cursor: Option<String>,
) -> impl Stream<Item = std::result::Result<Event, Infallible>> + Send + 'static {
    async_stream::stream! {
        let mut notices = api.watcher.notices.subscribe();
        loop {
            match api.store.all_events(cursor.as_deref(), PAGE).await {
                Ok((entries, next)) => {
                    let is_end = entries.len() < PAGE;
                    for (id, entry) in entries {
                        yield Ok(event(entry.event.name(), Some(id), &entry));
                    }
                    cursor = Some(next);
                    if is_end && !watch::news(&mut notices, |_| true, None, &api.stop).await {
                        break;
                    }
                }
                Err(StoreError::Refused(Refusal::Stale)) => {
                    yield Ok(event("reset", None, &Reset { lost_after: cursor.take() }));
                }
                Err(error) => {
                    tracing::warn!(%error, "a stream waits for the store");
                    tokio::select! {
                        () = tokio::time::sleep(PAUSE) => {}
                        () = api.stop.cancelled() => break,
                    }
                }
            }
        }
    }
}

/// Events after this cursor were trimmed.
#[derive(Serialize)]
struct Reset {
    lost_after: Option<String>,
}

fn event(kind: &str, id: Option<String>, data: &impl Serialize) -> Event {
    let data = serde_json::to_string(data).unwrap_or_else(|error| {
        tracing::error!(%error, "an event cannot be written");
        "null".to_owned()
    });
    let event = Event::default().event(kind).data(data);
    match id {
        Some(id) => event.id(id),
        None => event,
    }
}

/// The sequence number in a `Last-Event-ID` of an operation's stream.
pub fn seq(last_event_id: &str, id: &OperationId) -> Result<u64> {
    last_event_id.parse().map_err(|_| no_last_event(format!("Last-Event-ID is no sequence number of {id}")))
}
