//! A client that makes heritages and changes them.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use anyhow::Result;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, Http, Request, delete};

/// How many of its operations may be unfinished at once.
const MOST_OPEN: usize = 6;
/// How many of its requests it remembers to send again.
const REMEMBERED: usize = 20;
/// One heritage in so many has a load balancer: each takes a port of every instance.
const BALANCED_EACH: usize = 25;
/// States that an operation does not leave by itself.
pub(super) const ENDS: [&str; 5] = ["succeeded", "failed", "cancelled", "superseded", "stuck"];

/// A heritage as its client knows it.
struct Own {
    district: String,
    name: String,
    is_balanced: bool,
    stands: bool,
}

impl Own {
    fn path(&self) -> String {
        format!("/v1/districts/{}/heritages/{}", self.district, self.name)
    }

    fn create(&self, rng: &mut StdRng) -> Request {
        let mut service = json!({"name": "web", "cpu": 2, "memory": 8, "desired_count": rng.random_range(1..=2)});
        if self.is_balanced {
            service["port_mappings"] = json!([{"lb_port": 80, "container_port": 8080}]);
        }
        let body = json!({"name": self.name, "image_name": "app", "image_tag": tag(rng), "services": [service],
            "environment": {"A": number(rng)}});
        Request::new(Method::POST, format!("/v1/districts/{}/heritages", self.district), body)
    }

    fn change(&self, rng: &mut StdRng) -> Request {
        let path = self.path();
        let post = |path: String, body: Value| Request::new(Method::POST, path, body);
        match rng.random_range(0..20) {
            0..=6 => Request::new(Method::PATCH, path, json!({"image_tag": tag(rng)})),
            7..=11 => post(format!("{path}/services/web/scale"), json!({"scale": rng.random_range(0..=3)})),
            12..=16 => post(format!("{path}/env_vars"), json!({"env_vars": {letter(rng): number(rng)}})),
            17 => Request::new(Method::DELETE, format!("{path}/env_vars"), json!({"env_keys": [letter(rng)]})),
            18 => {
                let body = json!({"image_tag": tag(rng), "environment": {letter(rng): number(rng)}});
                Request::new(Method::PATCH, path, body)
            }
            _ => delete(path),
        }
    }
}

/// A client with heritages of its own.
pub struct HeritageClient {
    http: Http,
    rng: StdRng,
    own: Vec<Own>,
    open: VecDeque<String>,
    remembered: VecDeque<Request>,
}

impl HeritageClient {
    /// A client of these heritages: district and number.
    pub fn new(http: Http, own: Vec<(String, usize)>, seed: u64) -> HeritageClient {
        let own = own.into_iter().map(|(district, nth)| {
            let is_balanced = nth.is_multiple_of(BALANCED_EACH);
            Own { district, name: format!("h{nth}"), is_balanced, stands: false }
        });
        let (open, remembered) = (VecDeque::new(), VecDeque::new());
        HeritageClient { http, rng: StdRng::seed_from_u64(seed), own: own.collect(), open, remembered }
    }

    /// Changes things until `end`.
    pub async fn live(mut self, end: Instant) -> Result<()> {
        let mut nth = 0;
        while Instant::now() < end && !self.own.is_empty() {
            if self.open.len() >= MOST_OPEN {
                self.look().await;
                continue;
            }
            // Everything is made first, then things are changed at random.
            let which = if nth < self.own.len() { nth } else { self.rng.random_range(0..self.own.len()) };
            nth += 1;
            self.act(which).await?;
        }
        Ok(())
    }

    async fn act(&mut self, which: usize) -> Result<()> {
        let own = &self.own[which];
        if !own.stands {
            let create = own.create(&mut self.rng);
            let answer = self.send(create).await?;
            self.own[which].stands = answer.status == 202 || code(&answer) == "already_exists";
            return Ok(());
        }
        match self.rng.random_range(0..12) {
            0 => self.cancel().await,
            1 => self.repeat().await,
            2 => self.retry().await,
            _ => self.change(which).await,
        }
    }

    async fn change(&mut self, which: usize) -> Result<()> {
        let own = &self.own[which];
        let change = own.change(&mut self.rng);
        let takes_away = change.takes_away(&own.path());
        let answer = self.send(change).await?;
        self.own[which].stands = answer.status != 404 && !(takes_away && answer.status == 202);
        Ok(())
    }

    async fn send(&mut self, request: Request) -> Result<Answer> {
        let (request, answer) = self.http.change(request).await?;
        self.open.extend(answer.operation.clone());
        self.remembered.push_back(request);
        if self.remembered.len() > REMEMBERED {
            self.remembered.pop_front();
        }
        if answer.operation.is_none() {
            // What is refused now is asked for again a little later, not at once.
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(answer)
    }

    async fn cancel(&mut self) -> Result<()> {
        let open: Vec<&String> = self.open.iter().collect();
        let Some(operation) = open.choose(&mut self.rng) else { return Ok(()) };
        let request = Request::new(Method::POST, format!("/v1/operations/{operation}/cancel"), json!({}));
        self.http.ask(&request).await.map(|_| ())
    }

    /// Sends an earlier request again, with its key.
    async fn repeat(&mut self) -> Result<()> {
        let remembered: Vec<Request> = self.remembered.iter().cloned().collect();
        match remembered.choose(&mut self.rng) {
            Some(request) => self.http.ask(request).await.map(|_| ()),
            None => Ok(()),
        }
    }

    /// Retries what has failed last, if anything has.
    async fn retry(&mut self) -> Result<()> {
        let own = &self.own[self.rng.random_range(0..self.own.len())];
        let path = format!(
            "/v1/operations?district={}&heritage={}&limit=1&state=failed,cancelled,stuck",
            own.district, own.name
        );
        let Some(found) = self.http.look(&path).await else { return Ok(()) };
        let Some(operation) = found["operations"][0]["id"].as_str() else { return Ok(()) };
        let answer = self.http.ask(&super::retry(operation)).await?;
        self.open.extend(answer.operation);
        Ok(())
    }

    /// Looks at the oldest unfinished operation, and forgets it when it has ended.
    async fn look(&mut self) {
        let Some(operation) = self.open.pop_front() else { return };
        let seen = self.http.look(&format!("/v1/operations/{operation}")).await;
        let state = seen.as_ref().and_then(|seen| seen["operation"]["state"].as_str());
        if !state.is_some_and(|state| ENDS.contains(&state)) {
            self.open.push_back(operation);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

fn code(answer: &Answer) -> &str {
    answer.body["code"].as_str().unwrap_or_default()
}

fn tag(rng: &mut StdRng) -> String {
    format!("v{}", rng.random_range(1..1_000))
}

fn letter(rng: &mut StdRng) -> &'static str {
    ["A", "B", "C"].choose(rng).copied().unwrap_or("A")
}

fn number(rng: &mut StdRng) -> String {
    rng.random_range(0..1_000).to_string()
}
