//! Everything that exists: service, then kind, then the things.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;

use crate::model::inventory::{Item, take};
use crate::sim::Sim;

/// Which things are wanted; what is absent narrows nothing.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    /// `key=value`, or `key` for any value.
    tag: Option<String>,
    account: Option<String>,
    region: Option<String>,
}

pub(super) type Inventory = BTreeMap<&'static str, BTreeMap<&'static str, Vec<Item>>>;

pub(super) async fn show(State(sim): State<Sim>, Query(wanted): Query<Wanted>) -> Json<Inventory> {
    let items = {
        let mut world = sim.world();
        world.settle();
        take(&world)
    };
    let mut inventory = Inventory::new();
    for item in items.into_iter().filter(|item| wanted.includes(item)) {
        inventory.entry(item.service).or_default().entry(item.kind).or_default().push(item);
    }
    Json(inventory)
}

impl Wanted {
    fn includes(&self, item: &Item) -> bool {
        self.tag.as_deref().is_none_or(|tag| is_tagged(item, tag))
            && self.account.as_deref().is_none_or(|account| account == item.account)
            && self.region.as_deref().is_none_or(|region| region == item.region)
    }
}

fn is_tagged(item: &Item, tag: &str) -> bool {
    match tag.split_once('=') {
        Some((key, value)) => item.tags.get(key).is_some_and(|have| have == value),
        None => item.tags.get(tag).is_some(),
    }
}
