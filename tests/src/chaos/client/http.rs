//! Requests that are repeated until it is known what became of them, each try written down.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use reqwest::Method;
use serde::Serialize;
use serde_json::Value;

use crate::chaos::log::{Log, now_ms};
use crate::stack::TOKEN;

/// How long an answer is waited for.
const TIMEOUT: Duration = Duration::from_secs(4);
/// How long it may take until it is known what became of a request.
const PATIENCE: Duration = Duration::from_secs(120);

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    method: Method,
    path: String,
    body: Value,
    key: Option<String>,
}

impl Request {
    /// A request without a key.
    pub fn new(method: Method, path: String, body: Value) -> Request {
        Request { method, path, body, key: None }
    }

    /// Whether it takes the thing at this path away.
    pub fn takes_away(&self, path: &str) -> bool {
        self.method == Method::DELETE && self.path == path
    }
}

/// What was answered in the end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The operation that was accepted.
    pub operation: Option<String>,
    /// The body.
    pub body: Value,
}

/// One try as the checker reads it.
#[derive(Serialize)]
struct Try<'a> {
    client: &'a str,
    key: Option<&'a str>,
    method: &'a str,
    path: &'a str,
    body: &'a Value,
    sent_ms: u64,
    known_ms: u64,
    status: Option<u16>,
    operation: Option<&'a str>,
    replayed: bool,
    code: Option<&'a str>,
    error: Option<String>,
}

/// A client of all APIs.
pub struct Http {
    name: String,
    http: reqwest::Client,
    fronts: Vec<String>,
    log: Arc<Log>,
    rng: StdRng,
    sent: u64,
}

impl Http {
    /// A client of this name.
    pub fn new(name: String, fronts: Vec<String>, log: Arc<Log>, seed: u64) -> Http {
        Http { name, http: reqwest::Client::new(), fronts, log, rng: StdRng::seed_from_u64(seed), sent: 0 }
    }

    /// Changes something, with a new key.
    pub async fn change(&mut self, mut request: Request) -> Result<(Request, Answer)> {
        self.sent += 1;
        request.key = Some(format!("{}-{}", self.name, self.sent));
        let answer = self.ask(&request).await?;
        Ok((request, answer))
    }

    /// Asks until it is known what became of the request: when its answer is lost, the same is sent again.
    pub async fn ask(&mut self, request: &Request) -> Result<Answer> {
        let begun = Instant::now();
        loop {
            if let Some(answer) = self.once(request).await? {
                return Ok(answer);
            }
            if begun.elapsed() > PATIENCE {
                bail!("{}: nobody knows what became of {request:?}", self.name);
            }
            let pause = self.rng.random_range(20..300);
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }

    /// Looks something up; `None` when that failed, which is not written down.
    pub async fn look(&mut self, path: &str) -> Option<Value> {
        let front = self.front();
        let sent = self.http.get(format!("{front}{path}")).bearer_auth(TOKEN).timeout(TIMEOUT).send().await.ok()?;
        if sent.status() != 200 {
            return None;
        }
        sent.json().await.ok()
    }

    /// Looks something up, again until it is answered.
    pub async fn see(&mut self, path: &str) -> Result<Value> {
        let begun = Instant::now();
        loop {
            if let Some(seen) = self.look(path).await {
                return Ok(seen);
            }
            if begun.elapsed() > PATIENCE {
                bail!("{}: {path} is not answered", self.name);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn front(&mut self) -> String {
        self.fronts[self.rng.random_range(0..self.fronts.len())].clone()
    }

    /// One try; `None` when it is not known what became of it, or when it is to be sent again.
    async fn once(&mut self, request: &Request) -> Result<Option<Answer>> {
        let sent_ms = now_ms();
        let sent = self.send(request).await;
        let (answer, replayed, error) = match sent {
            Ok((answer, replayed)) => (Some(answer), replayed, None),
            Err(error) => (None, false, Some(format!("{error:#}"))),
        };
        self.log.write(&Try {
            client: &self.name,
            key: request.key.as_deref(),
            method: request.method.as_str(),
            path: &request.path,
            body: &request.body,
            sent_ms,
            known_ms: now_ms(),
            status: answer.as_ref().map(|answer| answer.status),
            operation: answer.as_ref().and_then(|answer| answer.operation.as_deref()),
            replayed,
            code: answer.as_ref().and_then(|answer| answer.body["code"].as_str()),
            error,
        })?;
        Ok(answer.filter(|answer| answer.status < 500 && answer.status != 429))
    }

    async fn send(&mut self, request: &Request) -> Result<(Answer, bool)> {
        let url = format!("{}{}", self.front(), request.path);
        let mut sending = self.http.request(request.method.clone(), url).bearer_auth(TOKEN).timeout(TIMEOUT);
        if let Some(key) = &request.key {
            sending = sending.header("idempotency-key", key);
        }
        if !request.body.is_null() {
            sending = sending.json(&request.body);
        }
        let response = sending.send().await?;
        let status = response.status().as_u16();
        let replayed = response.headers().contains_key("idempotency-replayed");
        let body: Value = serde_json::from_slice(&response.bytes().await?)?;
        let operation = body["operation"]["id"].as_str().filter(|_| status == 202).map(str::to_owned);
        Ok((Answer { status, operation, body }, replayed))
    }
}
