//! What a request carries besides its body: who sent it, its ids, its idempotency key.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use shared::problem::Code;

use crate::auth::Caller;
use crate::observe::RequestId;
use crate::problem::{Refused, Result};

/// The longest idempotency key, in bytes.
const LONGEST_KEY: usize = 255;

/// The sender of a request.
#[derive(Clone, Debug)]
pub struct Sender {
    /// Who.
    pub caller: Caller,
    /// The request's id.
    pub request_id: Option<String>,
    /// The trace that it belongs to.
    pub trace_id: Option<String>,
    /// Its `Idempotency-Key`.
    pub idempotency_key: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Sender {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        let caller = parts.extensions.get::<Caller>().cloned();
        let caller = caller.ok_or_else(|| Refused::new(Code::Unauthorized, "the request has no token"))?;
        Ok(Sender {
            caller,
            request_id: parts.extensions.get::<RequestId>().map(|id| id.0.clone()),
            trace_id: trace_id(&parts.headers),
            idempotency_key: idempotency_key(&parts.headers)?,
        })
    }
}

/// The trace id of a W3C `traceparent` header: `00-<32 hex digits>-<16 hex digits>-<flags>`.
/// <https://www.w3.org/TR/trace-context/#traceparent-header>
fn trace_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get("traceparent")?.to_str().ok()?.split('-').nth(1)?;
    let valid =
        id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) && id.bytes().any(|byte| byte != b'0');
    valid.then(|| id.to_ascii_lowercase())
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    match value.to_str() {
        Ok(key) if (1..=LONGEST_KEY).contains(&key.len()) => Ok(Some(key.to_owned())),
        Ok(_) | Err(_) => {
            let detail = format!("Idempotency-Key must have 1 to {LONGEST_KEY} visible ASCII characters");
            Err(Refused::new(Code::MalformedRequest, detail))
        }
    }
}
