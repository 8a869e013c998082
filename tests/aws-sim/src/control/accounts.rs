//! Accounts: each has its own state, and access keys that lead to it.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::Body;
use super::refusal::Refusal;
use crate::model::region;
use crate::model::world::World;
use crate::sim::{Sim, is_account_id};

/// An account that shall exist, or be given more.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    id: String,
    access_key: String,
    secret: String,
    /// Regions that are off by default and that the account opts into.
    #[serde(default)]
    regions: Vec<String>,
}

pub(super) async fn list(State(sim): State<Sim>) -> Json<Value> {
    Json(json!({"accounts": describe(&sim.world())}))
}

pub(super) async fn add(
    State(sim): State<Sim>,
    Body(wanted): Body<Wanted>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let Wanted { id, access_key, secret, regions } = wanted;
    if !is_account_id(&id) {
        return Err(Refusal::unprocessable(format!("{id} is no account id: it has twelve digits")));
    }
    if access_key.is_empty() || secret.is_empty() {
        return Err(Refusal::unprocessable("access_key and secret must not be empty"));
    }
    if let Some(unknown) = regions.iter().find(|name| region::find(name).is_none()) {
        return Err(Refusal::unprocessable(format!("there is no region {unknown}")));
    }
    let mut world = sim.world();
    if !world.add_key(&id, &access_key, &secret) {
        return Err(Refusal::conflict(format!("another account has the access key {access_key}")));
    }
    for region in &regions {
        world.opt_in(&id, region);
    }
    let account = describe(&world).into_iter().find(|account| account["id"] == id.as_str());
    Ok((StatusCode::CREATED, Json(account.unwrap_or_default())))
}

/// Accounts with their own users' keys; the keys of sessions are not among them, and no secrets are.
fn describe(world: &World) -> Vec<Value> {
    let mut keys: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (key, credential) in world.credentials.iter().filter(|(_, credential)| credential.token.is_none()) {
        keys.entry(&credential.account).or_default().push(key);
    }
    let account = |(id, account): (&std::sync::Arc<str>, &crate::model::world::Account)| {
        let regions: Vec<&String> = account.opted_in().collect();
        json!({"id": &**id, "access_keys": keys.get(&**id), "regions": regions})
    };
    world.accounts().map(account).collect()
}
