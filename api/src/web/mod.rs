//! The dashboard.

use axum::Router;

use crate::app::Api;

/// Everything under `/ui`.
pub fn router() -> Router<Api> {
    Router::new()
}
