//! Asking for trouble: the rules of `model::faults` as a resource.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::model::faults::{Armed, Rule};
use crate::sim::Sim;

pub(super) async fn add(State(sim): State<Sim>, Json(rule): Json<Rule>) -> (StatusCode, Json<Value>) {
    let id = sim.world().faults.add(rule);
    (StatusCode::CREATED, Json(json!({"id": id})))
}

pub(super) async fn list(State(sim): State<Sim>) -> Json<Value> {
    let world = sim.world();
    let faults: Vec<&Armed> = world.faults.iter().collect();
    Json(json!({"faults": faults}))
}

pub(super) async fn show(State(sim): State<Sim>, Path(id): Path<u64>) -> Result<Json<Armed>, StatusCode> {
    sim.world().faults.get(id).cloned().map(Json).ok_or(StatusCode::NOT_FOUND)
}

pub(super) async fn clear(State(sim): State<Sim>) -> StatusCode {
    sim.world().faults.clear();
    StatusCode::NO_CONTENT
}

pub(super) async fn remove(State(sim): State<Sim>, Path(id): Path<u64>) -> StatusCode {
    if sim.world().faults.remove(id) { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}
