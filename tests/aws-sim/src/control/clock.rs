//! What time it is, letting time pass, and how fast it passes by itself.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::Body;
use super::refusal::Refusal;
use crate::model::clock::{iso, seconds};
use crate::model::world::World;
use crate::sim::Sim;

/// The fastest that time may run: an hour in a millisecond.
const FASTEST: f64 = 3_600_000.0;

/// How far to move the clock: one of these.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Advance {
    pub(super) seconds: Option<f64>,
    /// To the moment of what is due next, which happens.
    #[serde(default)]
    pub(super) to_next_event: bool,
    /// Until nothing happens any more but checks that come again and again.
    #[serde(default)]
    pub(super) until_idle: bool,
    /// Where `until_idle` ends in any case.
    pub(super) at_most_seconds: Option<f64>,
}

/// How time passes from now on; what is absent stays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pace {
    pub(super) speed: Option<f64>,
    pub(super) step: Option<bool>,
}

pub(super) async fn show(State(sim): State<Sim>) -> Json<Value> {
    Json(face(&sim.world()))
}

pub(super) async fn advance(State(sim): State<Sim>, Body(by): Body<Advance>) -> Result<Json<Value>, Refusal> {
    by.apply(&mut sim.world()).map(Json)
}

pub(super) async fn set_pace(State(sim): State<Sim>, Body(pace): Body<Pace>) -> Result<Json<Value>, Refusal> {
    pace.apply(&mut sim.world()).map(Json)
}

impl Advance {
    /// Moves the clock; answers what it shows then.
    pub(super) fn apply(&self, world: &mut World) -> Result<Value, Refusal> {
        match (self.seconds, self.to_next_event, self.until_idle, self.at_most_seconds) {
            (Some(by), false, false, None) => {
                world.advance(seconds(forward("seconds", by)?));
                Ok(face(world))
            }
            (None, true, false, None) => {
                world.advance_to_next_event();
                Ok(face(world))
            }
            (None, false, true, Some(at_most)) => {
                let idle = world.advance_until_idle(seconds(forward("at_most_seconds", at_most)?));
                let mut face = face(world);
                face["idle"] = idle.into();
                Ok(face)
            }
            _ => Err(Refusal::unprocessable(
                "either seconds, or to_next_event, or until_idle with at_most_seconds must be given",
            )),
        }
    }
}

impl Pace {
    pub(super) fn apply(&self, world: &mut World) -> Result<Value, Refusal> {
        let speed = self.speed.unwrap_or_else(|| world.clock.speed());
        if !(speed > 0.0 && speed <= FASTEST) {
            return Err(Refusal::unprocessable(format!("speed: {speed} is not above 0 and at most {FASTEST}")));
        }
        world.settle();
        world.clock.set_pace(speed, self.step.unwrap_or_else(|| world.clock.is_stopped()));
        Ok(face(world))
    }
}

fn forward(name: &str, seconds: f64) -> Result<f64, Refusal> {
    if seconds.is_finite() && seconds >= 0.0 {
        Ok(seconds)
    } else {
        Err(Refusal::unprocessable(format!("{name}: time does not go back: {seconds}")))
    }
}

fn face(world: &World) -> Value {
    let (pending, next) = world.pending();
    json!({
        "now": iso(world.clock.now()),
        "speed": world.clock.speed(),
        "step": world.clock.is_stopped(),
        "pending_events": pending,
        "happened_events": world.happened(),
        "next_event_at": next.map(iso),
    })
}
