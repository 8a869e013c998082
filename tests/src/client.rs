//! A small HTTP client for tests: says what it sends and keeps what came back.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use reqwest::Method;
use serde_json::Value;

/// An answer as it came.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: reqwest::header::HeaderMap,
    /// Body; `Null` when it was empty or not JSON.
    pub body: Value,
}

impl Answer {
    /// The id of the operation that was accepted.
    pub fn operation(&self) -> Result<String> {
        let id = self.body["operation"]["id"].as_str();
        Ok(id.with_context(|| format!("no operation in {} {}", self.status, self.body))?.to_owned())
    }
}

/// A client of one server.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    /// `http://127.0.0.1:…`
    pub base: String,
    token: Option<String>,
}

impl Client {
    /// A client of `base` that sends `token`.
    pub fn new(base: &str, token: Option<&str>) -> Client {
        // Two installs in one process are one: the second is refused, and that is fine.
        let _already = rustls::crypto::ring::default_provider().install_default();
        Client { http: reqwest::Client::new(), base: base.to_owned(), token: token.map(str::to_owned) }
    }

    /// Sends one request.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Answer> {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await?;
        Ok(Answer { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::Null) })
    }

    /// `GET path`
    pub async fn get(&self, path: &str) -> Result<Answer> {
        self.send(Method::GET, path, &[], None).await
    }

    /// `POST path`
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        self.send(Method::POST, path, &[], Some(body)).await
    }

    /// `PATCH path`
    pub async fn patch(&self, path: &str, body: &Value) -> Result<Answer> {
        self.send(Method::PATCH, path, &[], Some(body)).await
    }

    /// `DELETE path`
    pub async fn delete(&self, path: &str) -> Result<Answer> {
        self.send(Method::DELETE, path, &[], None).await
    }

    /// Waits by long-poll until `seen` holds for the operation, and returns it.
    pub async fn operation_until(&self, id: &str, limit: Duration, seen: impl Fn(&Value) -> bool) -> Result<Value> {
        let begun = Instant::now();
        let mut etag = String::new();
        loop {
            let headers = [("prefer", "wait=5"), ("if-none-match", etag.as_str())];
            let headers = if etag.is_empty() { &headers[..0] } else { &headers[..] };
            let answer = self.send(Method::GET, &format!("/v1/operations/{id}"), headers, None).await?;
            if answer.status == 200 {
                let operation = answer.body["operation"].clone();
                if seen(&operation) {
                    return Ok(operation);
                }
                etag = answer.headers.get("etag").and_then(|tag| tag.to_str().ok()).unwrap_or_default().to_owned();
            } else if answer.status == 503 {
                // The store is away; the answer's Retry-After is for people, a test looks again soon.
                tokio::time::sleep(Duration::from_millis(100)).await;
            } else {
                ensure!(answer.status == 304, "{id}: {} {}", answer.status, answer.body);
            }
            if begun.elapsed() > limit {
                let now = self.get(&format!("/v1/operations/{id}")).await?;
                anyhow::bail!("{id} is not there after {limit:?}: {:#}", now.body);
            }
        }
    }

    /// Waits until the operation has ended, and returns it.
    pub async fn ended(&self, id: &str, limit: Duration) -> Result<Value> {
        let ends = ["succeeded", "failed", "cancelled", "superseded", "stuck"];
        self.operation_until(id, limit, |operation| ends.iter().any(|end| operation["state"] == *end)).await
    }

    /// Waits until the operation has succeeded; fails with the whole operation when it ended otherwise.
    pub async fn succeeded(&self, id: &str, limit: Duration) -> Result<Value> {
        let operation = self.ended(id, limit).await?;
        ensure!(operation["state"] == "succeeded", "{id} did not succeed: {operation:#}");
        Ok(operation)
    }
}
