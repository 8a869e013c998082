//! The whole world as one document, to be kept in a file or restored in another process, and snapshots that are only
//! kept in memory under a name, which cost a copy and no text.
//!
//! A snapshot holds what AWS consists of, the time, what is due and the faults in force. The calls that were made are
//! not in it, nor is the pace of the clock: both belong to the process that looks on.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::body;
use super::refusal::Refusal;
use crate::model::clock::iso;
use crate::model::shared;
use crate::model::world::Saved;
use crate::sim::Sim;

pub(super) async fn show(State(sim): State<Sim>) -> Json<Saved> {
    let saved = sim.world().save();
    Json(saved)
}

/// Goes on from a document; one that cannot be read changes nothing.
pub(super) async fn put(State(sim): State<Sim>, document: Bytes) -> Result<Json<Value>, Refusal> {
    let saved: Saved = shared::reading(|| body::read(&document))?;
    let mut world = sim.world();
    world.restore(saved);
    Ok(Json(json!({"now": iso(world.clock.now())})))
}

pub(super) async fn list(State(sim): State<Sim>) -> Json<Value> {
    let snapshots: Vec<Value> =
        sim.snapshots().iter().map(|(name, saved)| json!({"name": name, "now": iso(saved.now())})).collect();
    Json(json!({"snapshots": snapshots}))
}

/// Keeps what is now under a name; a snapshot that had the name is forgotten.
pub(super) async fn keep(State(sim): State<Sim>, Path(name): Path<String>) -> (StatusCode, Json<Value>) {
    let saved = sim.world().save();
    let answer = json!({"name": name, "now": iso(saved.now())});
    sim.snapshots().insert(name, saved);
    (StatusCode::CREATED, Json(answer))
}

pub(super) async fn restore(State(sim): State<Sim>, Path(name): Path<String>) -> Result<Json<Value>, Refusal> {
    let saved = sim.snapshots().get(&name).cloned().ok_or_else(|| unknown(&name))?;
    let mut world = sim.world();
    world.restore(saved);
    Ok(Json(json!({"name": name, "now": iso(world.clock.now())})))
}

pub(super) async fn forget(State(sim): State<Sim>, Path(name): Path<String>) -> Result<StatusCode, Refusal> {
    sim.snapshots().remove(&name).map(|_| StatusCode::NO_CONTENT).ok_or_else(|| unknown(&name))
}

fn unknown(name: &str) -> Refusal {
    Refusal::not_found(format!("there is no snapshot called {name}"))
}
