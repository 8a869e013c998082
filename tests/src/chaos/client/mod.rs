//! Clients: each changes heritages or a district of its own, one request after the other, and writes down what it sent and
//! what was answered. What a request became is asked for again with the same key until it is known.

mod district;
mod heritage;
mod http;

pub use district::DistrictClient;
pub use heritage::HeritageClient;
pub use http::{Answer, Http, Request};

use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::json;
use tokio::task::JoinSet;

use super::log::Log;
use super::options::Options;
use super::world::World;

/// Starts all clients; they stop at `end`, each when it knows what became of its last request.
pub fn start(world: &World, options: &Options, end: Instant) -> Result<JoinSet<Result<()>>> {
    let log = Arc::new(Log::create(&world.dir, "clients.jsonl")?);
    let mut rng = StdRng::seed_from_u64(options.seed);
    let mut clients = JoinSet::new();
    let http = |name: String, rng: &mut StdRng| Http::new(name, world.fronts(), log.clone(), rng.random());
    for nth in 0..options.districts {
        let client = DistrictClient::new(http(format!("d{nth}"), &mut rng), district(nth), nth, rng.random());
        clients.spawn(client.live(end));
    }
    for nth in 0..options.clients {
        let own = (nth..options.heritages).step_by(options.clients);
        let own = own.map(|heritage| (district(heritage % options.districts), heritage)).collect();
        let client = HeritageClient::new(http(format!("c{nth}"), &mut rng), own, rng.random());
        clients.spawn(client.live(end));
    }
    Ok(clients)
}

/// The name of a district.
pub fn district(nth: usize) -> String {
    format!("d{nth}")
}

/// What takes a thing away: no body.
fn delete(path: String) -> Request {
    Request::new(reqwest::Method::DELETE, path, serde_json::Value::Null)
}

fn retry(operation: &str) -> Request {
    Request::new(reqwest::Method::POST, format!("/v1/operations/{operation}/retry"), json!({}))
}
