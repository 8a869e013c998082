//! An API that was asked to stop, as its clients see it while it still serves.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Version, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::Api;

/// Has connections closed with their next answer, so that their clients open others, elsewhere, before this API stops: a
/// request sent on a connection that is being closed would be lost.
pub async fn close_connections(State(api): State<Api>, request: Request, next: Next) -> Response {
    let may_close = request.version() <= Version::HTTP_11;
    let mut response = next.run(request).await;
    if may_close && api.leaving.is_cancelled() {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
