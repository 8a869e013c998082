//! Asking for trouble: the rules of `model::faults` as a resource.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::body::Body;
use super::refusal::Refusal;
use crate::model::faults::{Armed, Rule, check};
use crate::sim::Sim;

pub(super) async fn add(State(sim): State<Sim>, Body(rule): Body<Rule>) -> Result<(StatusCode, Json<Value>), Refusal> {
    if let Some(fault) = check::fault(&rule) {
        return Err(Refusal::unprocessable(fault));
    }
    let id = sim.world().faults.add(rule);
    Ok((StatusCode::CREATED, Json(json!({"id": id}))))
}

pub(super) async fn list(State(sim): State<Sim>) -> Json<Value> {
    let world = sim.world();
    let faults: Vec<Value> = world.faults.iter().map(render).collect();
    Json(json!({"faults": faults}))
}

pub(super) async fn show(State(sim): State<Sim>, Path(id): Path<u64>) -> Result<Json<Value>, Refusal> {
    sim.world().faults.get(id).map(|armed| Json(render(armed))).ok_or_else(|| unknown(id))
}

pub(super) async fn clear(State(sim): State<Sim>) -> StatusCode {
    sim.world().faults.clear();
    StatusCode::NO_CONTENT
}

pub(super) async fn remove(State(sim): State<Sim>, Path(id): Path<u64>) -> Result<StatusCode, Refusal> {
    if sim.world().faults.remove(id) { Ok(StatusCode::NO_CONTENT) } else { Err(unknown(id)) }
}

fn unknown(id: u64) -> Refusal {
    Refusal::not_found(format!("there is no fault {id}"))
}

/// The rule with what it has done so far.
fn render(armed: &Armed) -> Value {
    let mut tree = json!({"id": armed.id, "seen": armed.seen, "hit": armed.hit});
    if let (Value::Object(tree), Ok(Value::Object(rule))) = (&mut tree, serde_json::to_value(&armed.rule)) {
        tree.extend(rule);
    }
    tree
}
