//! Everything that exists: service, then kind, then the things.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{RawQuery, State};

use super::refusal::Refusal;
use crate::model::inventory::{Item, Wanted, take};
use crate::model::world::World;
use crate::sim::Sim;

pub(crate) type Inventory = BTreeMap<&'static str, BTreeMap<&'static str, Vec<Item>>>;

pub(super) async fn show(State(sim): State<Sim>, RawQuery(query): RawQuery) -> Result<Json<Inventory>, Refusal> {
    let wanted = read(&query.unwrap_or_default())?;
    let mut world = sim.world();
    Ok(Json(of(&mut world, &wanted)))
}

/// What exists and is wanted, once all that is due has happened.
pub(crate) fn of(world: &mut World, wanted: &Wanted) -> Inventory {
    world.settle();
    let items = take(world, wanted);
    let mut inventory = Inventory::new();
    for item in items {
        inventory.entry(item.service).or_default().entry(item.kind).or_default().push(item);
    }
    inventory
}

/// Reads what is wanted; `tag` may come many times, as `key=value`, or `key` for any value.
fn read(query: &str) -> Result<Wanted, Refusal> {
    let mut wanted = Wanted::default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "service" => wanted.service = Some(value.into_owned()),
            "kind" => wanted.kind = Some(value.into_owned()),
            "account" => wanted.account = Some(value.into_owned()),
            "region" => wanted.region = Some(value.into_owned()),
            "tag" => wanted.tags.push(match value.split_once('=') {
                Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
                None => (value.into_owned(), None),
            }),
            other => return Err(Refusal::unprocessable(format!("there is no parameter {other}"))),
        }
    }
    Ok(wanted)
}
