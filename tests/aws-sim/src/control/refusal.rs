//! How the control API says no: a status and one sentence, so that a mistake in a test is seen where it was made.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// What the control API cannot do, and why.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    reason: String,
}

impl Refusal {
    /// The request can be read, but asks for something that makes no sense.
    pub(super) fn unprocessable(reason: impl Into<String>) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, reason: reason.into() }
    }

    /// What is asked for contradicts what there is.
    pub(super) fn conflict(reason: impl Into<String>) -> Self {
        Self { status: StatusCode::CONFLICT, reason: reason.into() }
    }

    pub(super) fn not_found(reason: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, reason: reason.into() }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, Json(json!({"error": self.reason}))).into_response()
    }
}
