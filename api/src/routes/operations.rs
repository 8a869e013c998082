//! Operations: list, show (with long-poll), their journal (page or stream), cancel, retry, abandon.

use std::num::NonZeroUsize;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use shared::ids::OperationId;
use shared::journal::Entry;
use shared::operation::{self, Operation, Unreadable};
use shared::problem::{Code, Problem};
use shared::store::{Cancelled, Filter, Refusal, StoreError};
use shared::time::Timestamp;
use tokio::time::Instant;
use utoipa::ToSchema;

use crate::answer::{self, OperationBody};
use crate::app::Api;
use crate::change_request::{Plain, Reasoned};
use crate::place::OfOperation;
use crate::problem::{Refused, Result};
use crate::sender::Sender;
use crate::validate::query::{Query, of_page};
use crate::{sse, watch};

/// The longest that a long-poll waits.
const LONGEST_WAIT: u64 = 60;
/// How many a page has, when nothing is said and at most.
const PAGE: (usize, usize) = (50, 1_000);

/// A page of operations.
#[derive(Serialize, ToSchema)]
pub struct OperationsBody {
    operations: Vec<Operation>,
    /// Those of the page that this API cannot read, and why.
    unreadable: Vec<Unreadable>,
    /// `cursor` of the next page; null on the last.
    next: Option<String>,
}

/// A page of a journal.
#[derive(Serialize, ToSchema)]
pub struct EventsBody {
    events: Vec<Entry>,
    /// `after` of the next page.
    next: u64,
}

/// Lists operations, newest first.
#[utoipa::path(get, path = "/operations", tag = "operations", operation_id = "list_operations",
    params(("state" = Option<String>, Query, description = "One of these states, with commas"),
           ("kind" = Option<String>, Query, description = "One of these kinds, with commas"),
           ("code" = Option<String>, Query, description = "Ended with an error of one of these codes, with commas: `state=stuck&code=quarantined`"),
           ("district" = Option<String>, Query), ("heritage" = Option<String>, Query), ("actor" = Option<String>, Query),
           ("since" = Option<Timestamp>, Query, description = "Accepted at or after"),
           ("until" = Option<Timestamp>, Query, description = "Accepted before"),
           ("cursor" = Option<String>, Query, description = "`next` of the page before"),
           ("limit" = Option<usize>, Query, description = "At most so many; 50, and never more than 1000")),
    responses((status = 200, description = "A page", body = OperationsBody)))]
pub async fn list(State(api): State<Api>, mut query: Query) -> Result<Json<OperationsBody>> {
    let filter = Filter {
        states: query.words("state"),
        kinds: query.words("kind"),
        codes: query.words("code"),
        district: query.one("district"),
        heritage: query.one("heritage"),
        actor: query.one("actor"),
        since: query.moment("since"),
        until: query.moment("until"),
    };
    let (cursor, limit) = (query.one::<String>("cursor"), limit(&mut query));
    query.finish()?;
    let page = api.store.operations(&filter, cursor.as_deref(), limit).await.map_err(of_page)?;
    Ok(Json(OperationsBody { operations: page.items, unreadable: page.unreadable, next: page.next }))
}

/// Shows an operation. `Prefer: wait=30` with `If-None-Match` waits until it changes.
#[utoipa::path(get, path = "/operations/{operation}", tag = "operations", operation_id = "show_operation",
    params(("Prefer" = Option<String>, Header, description = "`wait=30`: seconds to wait for a change"),
           ("If-None-Match" = Option<String>, Header, description = "The ETag that is known")),
    responses((status = 200, description = "The operation", body = OperationBody),
              (status = 304, description = "Nothing changed")))]
pub async fn show(
    State(api): State<Api>,
    OfOperation(id): OfOperation,
    query: Query,
    headers: HeaderMap,
) -> Result<Response> {
    query.finish()?;
    let known = known_seq(&headers);
    let wait = wait(&headers);
    let until = Instant::now() + Duration::from_secs(wait.unwrap_or(0));
    let mut notices = api.watcher.notices.subscribe();
    let mut operation = find(&api, &id).await?;
    while wait.is_some() && known == Some(operation.seq) && Instant::now() < until {
        let news = watch::grew_past(&id, operation.seq);
        let goes_on = watch::news(&mut notices, news, Some(until), &api.stop).await;
        operation = find(&api, &id).await?;
        if !goes_on {
            break;
        }
    }
    let etag = [(header::ETAG, format!("\"{}\"", operation.seq))];
    let applied = wait.map(|wait| [(HeaderName::from_static("preference-applied"), format!("wait={wait}"))]);
    let answer = if known == Some(operation.seq) {
        (etag, StatusCode::NOT_MODIFIED).into_response()
    } else {
        (etag, Json(OperationBody { operation })).into_response()
    };
    Ok(match applied {
        Some(applied) => (applied, answer).into_response(),
        None => answer,
    })
}

/// An operation's journal: a page of it, or with `Accept: text/event-stream` all of it and what is added.
#[utoipa::path(get, path = "/operations/{operation}/events", tag = "operations", operation_id = "list_operation_events",
    params(("after" = Option<u64>, Query, description = "Entries after this sequence number"),
           ("limit" = Option<usize>, Query, description = "At most so many; 50, and never more than 1000"),
           ("Last-Event-ID" = Option<String>, Header, description = "Resumes a stream after this sequence number")),
    responses((status = 200, description = "A page, or a stream", body = EventsBody),
              (status = 204, description = "The stream has nothing after Last-Event-ID and never will")))]
pub async fn events(
    State(api): State<Api>,
    OfOperation(id): OfOperation,
    mut query: Query,
    headers: HeaderMap,
) -> Result<Response> {
    let (after, limit) = (query.one::<u64>("after"), limit(&mut query));
    query.finish()?;
    let operation = find(&api, &id).await?;
    if !sse::wanted(&headers) {
        let after = after.unwrap_or(0);
        let events = api.store.journal(&id, after, limit).await?;
        let next = events.last().map_or(after, |entry| entry.seq);
        return Ok(Json(EventsBody { events, next }).into_response());
    }
    let last = sse::last_event_id(&headers)?.map(|last| sse::seq(last, &id)).transpose()?;
    if operation.state.is_terminal() && last.is_some_and(|last| last >= operation.seq) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(sse::respond(sse::of_operation(api, operation, last.or(after))))
}

/// Cancels an operation: at once while it is queued, else at its next safe point, taking back what it did.
#[utoipa::path(post, path = "/operations/{operation}/cancel", tag = "operations", operation_id = "cancel_operation",
    responses((status = 202, description = "It is cancelled, or will be", body = OperationBody)))]
pub async fn cancel(State(api): State<Api>, OfOperation(id): OfOperation, plain: Plain) -> Result<Response> {
    match api.store.cancel(&id, &plain.sender.caller.actor).await {
        Ok(Some(Cancelled::AtOnce(operation) | Cancelled::Requested(operation))) => {
            answer::accepted(operation, false, None)
        }
        Ok(None) => Err(missing(&api, &id)),
        Err(StoreError::Refused(Refusal::WrongState(state))) => {
            let was_cancelled = |now: &Operation| now.state == operation::State::Cancelled && now.cancel_requested;
            let problem = Problem::new(Code::NotCancellable, format!("{id} is {state}"));
            repeated(&api, &id, &plain.sender, was_cancelled, problem).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Retries an operation that failed, was cancelled or is stuck, from the step where it stopped.
#[utoipa::path(post, path = "/operations/{operation}/retry", tag = "operations", operation_id = "retry_operation",
    responses((status = 202, description = "It is queued again", body = OperationBody)))]
pub async fn retry(State(api): State<Api>, OfOperation(id): OfOperation, plain: Plain) -> Result<Response> {
    match api.store.retry_within(&api.limits, &id, &plain.sender.caller.actor).await {
        Ok(Some(retried)) => answer::accepted(retried.operation, false, None),
        Ok(None) => Err(missing(&api, &id)),
        Err(StoreError::Refused(Refusal::WrongState(state))) => {
            let is_retried = |now: &Operation| !now.state.is_terminal() && now.attempt > 1;
            let problem = Problem::new(Code::NotRetryable, format!("{id} is {state}"));
            repeated(&api, &id, &plain.sender, is_retried, problem).await
        }
        Err(StoreError::Refused(Refusal::Abandoned)) => {
            Err(of(&id, Problem::new(Code::Abandoned, format!("{id} was given up for good"))))
        }
        Err(StoreError::Refused(Refusal::Reserved(what))) => {
            Err(of(&id, Problem::new(Code::NotRetryable, format!("{what}, which it had drawn, was taken meanwhile"))))
        }
        Err(error) => Err(error.into()),
    }
}

/// What is said with giving an operation up.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "it documents the body, which is read field by field")]
pub struct AbandonRequest {
    /// Why it is given up; kept in its journal.
    reason: Option<String>,
}

/// Gives a stuck operation up for good: lists what it left, and never retries it. Deleting its target removes what is left.
#[utoipa::path(post, path = "/operations/{operation}/abandon", tag = "operations", operation_id = "abandon_operation",
    request_body(content = Option<AbandonRequest>),
    responses((status = 202, description = "It is given up; once more, it stays so", body = OperationBody)))]
pub async fn abandon(State(api): State<Api>, OfOperation(id): OfOperation, reasoned: Reasoned) -> Result<Response> {
    match api.store.abandon(&id, &reasoned.sender.caller.actor, reasoned.reason.as_deref()).await {
        Ok(Some(operation)) => answer::accepted(operation, false, None),
        Ok(None) => Err(missing(&api, &id)),
        Err(StoreError::Refused(Refusal::WrongState(state))) => {
            Err(of(&id, Problem::new(Code::NotAbandonable, format!("{id} is {state}"))))
        }
        Err(error) => Err(error.into()),
    }
}

/// A cancel or retry sent again with an idempotency key is answered as the first was, when what it asks for has happened.
async fn repeated(
    api: &Api,
    id: &OperationId,
    sender: &Sender,
    has_happened: impl Fn(&Operation) -> bool,
    problem: Problem,
) -> Result<Response> {
    match api.store.operation(id).await?.filter(has_happened) {
        Some(operation) if sender.idempotency_key.is_some() => answer::accepted(operation, true, None),
        Some(_) | None => Err(of(id, problem)),
    }
}

async fn find(api: &Api, id: &OperationId) -> Result<Operation> {
    api.store.operation(id).await?.ok_or_else(|| missing(api, id))
}

/// Nobody knows whether it was never accepted, or is kept no longer.
pub fn missing(api: &Api, id: &OperationId) -> Refused {
    let days = api.store.settings().retention.as_secs().div_ceil(24 * 60 * 60);
    let problem = Problem::new(Code::NotFound, format!("there is no operation {id}, or none any longer"));
    problem
        .advised(format!("Operations are kept for {days} days after their end; the list has those there are."))
        .into()
}

fn of(id: &OperationId, problem: Problem) -> Refused {
    Problem { operation: Some(id.clone()), ..problem }.into()
}

fn limit(query: &mut Query) -> usize {
    let (usual, most) = PAGE;
    query.one::<NonZeroUsize>("limit").map_or(usual, NonZeroUsize::get).min(most)
}

/// `Prefer: wait=30`. <https://www.rfc-editor.org/rfc/rfc7240#section-4.3>
fn wait(headers: &HeaderMap) -> Option<u64> {
    let all =
        headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok()).flat_map(|it| it.split([',', ';']));
    let mut waits = all.filter_map(|preference| preference.trim().strip_prefix("wait=")?.trim().parse().ok());
    waits.next().map(|seconds: u64| seconds.min(LONGEST_WAIT))
}

/// The sequence number in `If-None-Match`; a proxy may have made the tag a weak one.
fn known_seq(headers: &HeaderMap) -> Option<u64> {
    let tag = headers.get(header::IF_NONE_MATCH)?.to_str().ok()?.trim();
    tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(HeaderName::from_static(name), value.parse().unwrap())])
    }

    #[test]
    fn a_wait_is_read_among_other_preferences_and_has_a_limit() {
        assert_eq!(wait(&headers("prefer", "respond-async, wait=30")), Some(30));
        assert_eq!(wait(&headers("prefer", "wait=9999")), Some(LONGEST_WAIT));
        assert_eq!(wait(&headers("prefer", "return=minimal")), None);
    }

    #[test]
    fn strong_and_weak_tags_are_sequence_numbers() {
        assert_eq!(known_seq(&headers("if-none-match", "\"12\"")), Some(12));
        assert_eq!(known_seq(&headers("if-none-match", "W/\"12\"")), Some(12));
        assert_eq!(known_seq(&headers("if-none-match", "*")), None);
    }
}
