//! What happens around every request: its id, its line in the log, its time limit.

use std::time::{Duration, Instant};

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use shared::problem::Code;
use tracing::Instrument as _;

use crate::problem::Refused;

const HEADER: &str = "x-request-id";
/// The longest id that is taken over from a request.
const LONGEST: usize = 128;
/// Longer than the longest long-poll; a stream counts until it begins.
const LIMIT: Duration = Duration::from_secs(90);

/// The id of a request: the caller's, or drawn.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Gives a request its id, logs it, and ends it when it takes too long. Never logs bodies, queries or headers.
pub async fn observe(mut request: Request, next: Next) -> Response {
    let id = given(request.headers()).unwrap_or_else(|| hex::encode(rand::random::<[u8; 12]>()));
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let span = tracing::info_span!("request", request_id = id, %method, path);
    request.extensions_mut().insert(RequestId(id.clone()));
    let begun = Instant::now();
    let answered = tokio::time::timeout(LIMIT, next.run(request)).instrument(span.clone()).await;
    let mut response = answered.unwrap_or_else(|_| {
        Refused::new(Code::StoreUnavailable, format!("no answer within {} s", LIMIT.as_secs())).into_response()
    });
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER, value);
    }
    let took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| tracing::info!(status = response.status().as_u16(), took_ms, "a request was answered"));
    response
}

fn given(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(HEADER)?.to_str().ok()?;
    let fine = (1..=LONGEST).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
    fine.then(|| id.to_owned())
}
