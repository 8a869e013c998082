//! The journals of all operations as one list.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use shared::journal::Entry;
use utoipa::ToSchema;

use crate::app::Api;
use crate::problem::Result;
use crate::sse;
use crate::validate::query::{Query, of_page};

/// Entries on a page.
const PAGE: usize = 500;

/// A page of all journals.
#[derive(Serialize, ToSchema)]
pub struct AllEventsBody {
    events: Vec<Entry>,
    /// `cursor` of the next page.
    next: String,
}

/// All journals after `cursor`, or only what is new; a page, or with `Accept: text/event-stream` a stream.
#[utoipa::path(get, path = "/events", tag = "operations", operation_id = "list_events",
    params(("cursor" = Option<String>, Query, description = "`next` of the page before; without it only what is new"),
           ("Last-Event-ID" = Option<String>, Header, description = "Resumes a stream after this event")),
    responses((status = 200, description = "A page, or a stream", body = AllEventsBody)))]
pub async fn list(State(api): State<Api>, mut query: Query, headers: HeaderMap) -> Result<Response> {
    let cursor = query.one::<String>("cursor");
    query.finish()?;
    if sse::wanted(&headers) {
        let last = sse::last_event_id(&headers)?.map(str::to_owned);
        return Ok(sse::respond(sse::of_all(api, last.or(cursor))));
    }
    let (entries, next) = api.store.all_events(cursor.as_deref(), PAGE).await.map_err(of_page)?;
    let events = entries.into_iter().map(|(_, entry)| entry).collect();
    Ok(Json(AllEventsBody { events, next }).into_response())
}
