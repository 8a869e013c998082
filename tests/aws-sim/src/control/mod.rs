//! Our own API beside AWS's, under `/_sim`: what exists, what was called, what shall go wrong, and what time it is.

mod accounts;
mod body;
mod calls;
mod clock;
mod faults;
pub(crate) mod inventory;
mod page;
mod refusal;
mod snapshot;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::sim::Sim;

/// Every route of the control API.
pub(crate) fn router() -> Router<Sim> {
    Router::new()
        .route("/_sim", get(page::show))
        .route("/_sim/page/{action}", post(page::act))
        .route("/_sim/health", get(health))
        .route("/_sim/inventory", get(inventory::show))
        .route("/_sim/calls", get(calls::list).delete(calls::clear))
        .route("/_sim/unknown", get(calls::unknown))
        .route("/_sim/faults", get(faults::list).post(faults::add).delete(faults::clear))
        .route("/_sim/faults/{id}", get(faults::show).delete(faults::remove))
        .route("/_sim/clock", get(clock::show).put(clock::set_pace))
        .route("/_sim/clock/advance", post(clock::advance))
        .route("/_sim/snapshot", get(snapshot::show).put(snapshot::put).layer(DefaultBodyLimit::disable()))
        .route("/_sim/snapshots", get(snapshot::list))
        .route("/_sim/snapshots/{name}", post(snapshot::keep).delete(snapshot::forget))
        .route("/_sim/snapshots/{name}/restore", post(snapshot::restore))
        .route("/_sim/accounts", get(accounts::list).post(accounts::add))
        .route("/_sim/reset", post(reset))
}

async fn health() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

async fn reset(State(sim): State<Sim>) -> StatusCode {
    sim.reset();
    StatusCode::NO_CONTENT
}
