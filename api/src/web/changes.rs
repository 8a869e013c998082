//! Streams that tell an open page that it is not fresh any more. They carry no data: the page is read again.

use std::convert::Infallible;

use axum::extract::State;
use axum::response::Response;
use axum::response::sse::Event;
use futures::Stream;
use shared::store::Notice;

use super::visitor::Visitor;
use crate::app::Api;
use crate::place::OfOperation;
use crate::{sse, watch};

/// Tells when anything changed.
pub(super) async fn of_all(State(api): State<Api>, _visitor: Visitor) -> Response {
    sse::respond(changes(api, |_| true))
}

/// Tells when an operation changed.
pub(super) async fn of_operation(State(api): State<Api>, _visitor: Visitor, OfOperation(id): OfOperation) -> Response {
    sse::respond(changes(api, move |notice| notice.op == id))
}

/// The first one is sent at once: something may have changed between the page and the stream.
fn changes(
    api: Api,
    is_news: impl Fn(&Notice) -> bool + Send + Sync + 'static,
) -> impl Stream<Item = Result<Event, Infallible>> + Send + 'static {
    async_stream::stream! {
        let mut notices = api.watcher.notices.subscribe();
        loop {
            yield Ok(Event::default().data("changed"));
            if !watch::news(&mut notices, &is_news, None, &api.stop).await {
                break;
            }
        }
    }
}
