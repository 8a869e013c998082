//! A client that makes a district and lets it grow.

use std::time::{Duration, Instant};

use anyhow::Result;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use reqwest::Method;
use serde_json::json;

use super::{Http, Request, retry};

/// How many instances a district begins with, and how many it has at most.
const SIZES: (u64, u64) = (3, 6);

/// A client with a district of its own.
pub struct DistrictClient {
    http: Http,
    rng: StdRng,
    name: String,
    nat_type: &'static str,
}

impl DistrictClient {
    /// A client of the district of this name; `nth` decides how its instances reach the internet.
    pub fn new(http: Http, name: String, nth: usize, seed: u64) -> DistrictClient {
        let nat_type = ["none", "gateway", "gateway_multi_az"][nth % 3];
        DistrictClient { http, rng: StdRng::seed_from_u64(seed), name, nat_type }
    }

    /// Makes the district, again when that fails, and lets it grow now and then until `end`.
    pub async fn live(mut self, end: Instant) -> Result<()> {
        while Instant::now() < end && !self.stands().await? {}
        let mut size = SIZES.0;
        while Instant::now() < end {
            let pause = self.rng.random_range(5_000..20_000);
            tokio::time::sleep(Duration::from_millis(pause).min(end.saturating_duration_since(Instant::now()))).await;
            if size < SIZES.1 && Instant::now() < end {
                size += 1;
                let path = format!("/v1/districts/{}", self.name);
                let (_, answer) =
                    self.http.change(Request::new(Method::PATCH, path, json!({"cluster_size": size}))).await?;
                if let Some(operation) = answer.operation {
                    self.ended(&operation, end).await;
                }
            }
        }
        Ok(())
    }

    /// Asks for the district and waits for the end; whether it stands then.
    async fn stands(&mut self) -> Result<bool> {
        let body = json!({"name": self.name, "cluster_size": SIZES.0, "nat_type": self.nat_type});
        let (_, answer) = self.http.change(Request::new(Method::POST, "/v1/districts".to_owned(), body)).await?;
        let far = Instant::now() + Duration::from_secs(600);
        let Some(operation) = answer.operation else {
            tokio::time::sleep(Duration::from_millis(500)).await;
            return Ok(false);
        };
        let state = self.ended(&operation, far).await;
        if state == "stuck" {
            self.http.ask(&retry(&operation)).await?;
            return Ok(self.ended(&operation, far).await == "succeeded");
        }
        Ok(state == "succeeded")
    }

    /// Waits until the operation has ended or the time is over; the state that was seen last.
    async fn ended(&mut self, operation: &str, end: Instant) -> String {
        let mut seen = String::new();
        while Instant::now() < end {
            if let Some(found) = self.http.look(&format!("/v1/operations/{operation}")).await {
                found["operation"]["state"].as_str().unwrap_or_default().clone_into(&mut seen);
                if super::heritage::ENDS.contains(&seen.as_str()) {
                    break;
                }
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        seen
    }
}
