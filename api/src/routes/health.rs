//! Whether the API lives, and whether it can accept anything.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::problem::{Code, Problem};
use utoipa::ToSchema;

use crate::app::Api;
use crate::limits;
use crate::problem::{Refused, Result};

/// The process answers.
#[derive(Serialize, ToSchema)]
pub struct LiveBody {
    /// `live`
    status: &'static str,
}

/// The store takes writes.
#[derive(Serialize, ToSchema)]
pub struct ReadyBody {
    /// `ready`, or `limited` while only what makes room is accepted
    status: &'static str,
    /// What new changes are refused with now; cancels and deletions are accepted all the same.
    refused: Vec<Problem>,
    /// Why accepted operations may be lost, when they may.
    may_lose_writes: Option<String>,
}

/// Whether the process answers; asks nobody else.
#[utoipa::path(get, path = "/healthz", tag = "health", operation_id = "live", security(()),
    servers((url = "/")), responses((status = 200, description = "It lives", body = LiveBody)))]
pub async fn live() -> Json<LiveBody> {
    Json(LiveBody { status: "live" })
}

/// Whether the store answers and takes writes, and the API is not about to stop.
#[utoipa::path(get, path = "/readyz", tag = "health", operation_id = "ready", security(()),
    servers((url = "/")), responses((status = 200, description = "It is ready", body = ReadyBody)))]
pub async fn ready(State(api): State<Api>) -> Result<Json<ReadyBody>> {
    if api.leaving.is_cancelled() {
        return Err(Refused::new(Code::ShuttingDown, "it was asked to stop"));
    }
    let health = api.pulse.or_silent(api.store.health()).await??;
    if !health.writable {
        return Err(Refused::new(Code::StoreUnavailable, "Redis takes no writes"));
    }
    // Not 503: whoever balances load would take away the one place that accepts cancels and deletions.
    let refused = limits::reached(&api, &health).await?;
    let status = if refused.is_empty() { "ready" } else { "limited" };
    Ok(Json(ReadyBody { status, refused, may_lose_writes: health.may_lose_writes }))
}
