//! What time it is, and letting time pass.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::model::clock::{iso, seconds};
use crate::model::world::World;
use crate::sim::Sim;

/// How far to move the clock.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Advance {
    seconds: f64,
}

pub(super) async fn show(State(sim): State<Sim>) -> Json<Value> {
    Json(face(&sim.world()))
}

pub(super) async fn advance(State(sim): State<Sim>, Json(by): Json<Advance>) -> Json<Value> {
    let mut world = sim.world();
    world.advance(seconds(by.seconds));
    Json(face(&world))
}

fn face(world: &World) -> Value {
    let (pending, next) = world.pending();
    json!({
        "now": iso(world.clock.now()),
        "speed": world.clock.speed(),
        "step": world.clock.is_stopped(),
        "pending_events": pending,
        "next_event_at": next.map(iso),
    })
}
