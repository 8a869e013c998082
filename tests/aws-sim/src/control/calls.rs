//! Every call that was made, and every operation that was asked for and is not simulated.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::model::call_log::Entry;
use crate::sim::Sim;

/// Which calls are wanted; what is absent narrows nothing.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    service: Option<String>,
    operation: Option<String>,
    outcome: Option<String>,
    /// Only calls after this sequence number.
    after: Option<u64>,
}

pub(super) async fn list(State(sim): State<Sim>, Query(wanted): Query<Wanted>) -> Json<Value> {
    let world = sim.world();
    let calls: Vec<&Entry> = world.calls.entries().filter(|entry| wanted.includes(entry)).collect();
    Json(json!({"calls": calls, "count": calls.len()}))
}

pub(super) async fn clear(State(sim): State<Sim>) -> StatusCode {
    sim.world().calls.clear();
    StatusCode::NO_CONTENT
}

pub(super) async fn unknown(State(sim): State<Sim>) -> Json<Value> {
    let world = sim.world();
    let unknown: Vec<Value> = world
        .calls
        .unknown()
        .map(|(service, operation, count)| json!({"service": service, "operation": operation, "count": count}))
        .collect();
    Json(json!({"unknown": unknown, "panics": world.calls.panics()}))
}

impl Wanted {
    fn includes(&self, entry: &Entry) -> bool {
        self.service.as_deref().is_none_or(|service| service == entry.service)
            && self.operation.as_deref().is_none_or(|operation| operation == entry.operation)
            && self.outcome.as_deref().is_none_or(|outcome| outcome == entry.outcome)
            && self.after.is_none_or(|after| entry.seq > after)
    }
}
