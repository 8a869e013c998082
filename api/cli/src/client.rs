//! The transport: one place that sends, repeats what may be repeated, and turns refusals into errors.

use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::problem::Problem;

use crate::change::Change;
use crate::error::ClientError;
use crate::view::{Accepted, PlanDocument};

/// Pauses before a request is sent again; after the last one its error is final.
const PAUSES: [Duration; 4] =
    [Duration::from_millis(200), Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2)];
/// The longest `Retry-After` that is waited for without asking.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How long an answer may take; streams have a limit of their own.
const ANSWER_LIMIT: Duration = Duration::from_secs(45);

/// A bearer token; prints as `***`.
#[derive(Clone)]
pub struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl std::str::FromStr for Token {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Token(text.trim().to_owned()))
    }
}

/// An answer, as it came and as it was read.
#[derive(Clone, Debug)]
pub struct Answer<T> {
    /// The whole body.
    pub document: Value,
    /// What was read of it.
    pub value: T,
}

/// What became of a change.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// An operation does it now, or did when the same key was sent before.
    Accepted(Answer<Accepted>),
    /// It was a dry run.
    Planned(Answer<PlanDocument>),
}

/// A client of one installation.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    endpoint: String,
    token: Option<Token>,
}

impl Client {
    /// A client of the API at `endpoint`, `http://127.0.0.1:8080`.
    pub fn new(endpoint: &str, token: Option<Token>) -> Result<Self, ClientError> {
        // Two installs in one process are one: the second is refused, and that is fine.
        let _already = rustls::crypto::ring::default_provider().install_default();
        let endpoint = endpoint.trim_end_matches('/').to_owned();
        let http = reqwest::Client::builder()
            .user_agent(concat!("bcn/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(5))
            .build()
            .map_err(|source| ClientError::Unreachable {
                endpoint: endpoint.clone(),
                may_have_arrived: false,
                source,
            })?;
        Ok(Client { http, endpoint, token })
    }

    /// Reads `path`.
    pub async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<Answer<T>, ClientError> {
        let request = || self.request(Method::GET, path).query(query).timeout(ANSWER_LIMIT);
        read(path, self.answered(path, request).await?.1)
    }

    /// Sends a change. What is sent again carries the same idempotency key, and so is one change.
    pub async fn send(&self, change: &Change) -> Result<Outcome, ClientError> {
        let request = || {
            let mut request = self.request(change.method.clone(), &change.path).query(&change.query);
            request = request.timeout(ANSWER_LIMIT).header("idempotency-key", &change.key);
            match &change.body {
                Some(body) => request.json(body),
                None => request,
            }
        };
        let (status, document) = self.answered(&change.path, request).await?;
        match status {
            StatusCode::ACCEPTED => Ok(Outcome::Accepted(read(&change.path, document)?)),
            _ => Ok(Outcome::Planned(read(&change.path, document)?)),
        }
    }

    /// Opens the event stream of an operation; `None` when there is nothing after `last`.
    pub(crate) async fn stream(&self, path: &str, last: Option<u64>) -> Result<Option<Response>, ClientError> {
        let mut request = self.request(Method::GET, path).header("accept", "text/event-stream");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await.map_err(|source| self.unreachable(source))?;
        match response.status() {
            StatusCode::NO_CONTENT => Ok(None),
            StatusCode::OK => Ok(Some(response)),
            status => Err(self.refusal(status, response.text().await.unwrap_or_default())),
        }
    }

    pub(crate) fn unreachable(&self, source: reqwest::Error) -> ClientError {
        let may_have_arrived = !source.is_connect();
        ClientError::Unreachable { endpoint: self.endpoint.clone(), may_have_arrived, source: source.without_url() }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.endpoint));
        match &self.token {
            Some(Token(token)) => request.bearer_auth(token),
            None => request,
        }
    }

    /// The body of a good answer; sends again after what passes.
    async fn answered(
        &self,
        path: &str,
        request: impl Fn() -> RequestBuilder,
    ) -> Result<(StatusCode, Value), ClientError> {
        let mut pauses = PAUSES.into_iter();
        let mut arrived = false;
        loop {
            let mut failed = match self.once(path, request()).await {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            if let ClientError::Unreachable { may_have_arrived, .. } = &mut failed.error {
                arrived |= *may_have_arrived;
                *may_have_arrived = arrived;
            }
            match (failed.again, pauses.next()) {
                (Some(asked_for), Some(pause)) => tokio::time::sleep(pause.max(asked_for)).await,
                (Some(_), None) | (None, _) => return Err(failed.error),
            }
        }
    }

    async fn once(&self, path: &str, request: RequestBuilder) -> Result<(StatusCode, Value), Failed> {
        let lost = |source| Failed { error: self.unreachable(source), again: Some(Duration::ZERO) };
        let response = request.send().await.map_err(lost)?;
        let (status, again) = (response.status(), pause_asked_for(response.status(), response.headers()));
        let text = response.text().await.map_err(lost)?;
        if !status.is_success() {
            return Err(Failed { error: self.refusal(status, text), again });
        }
        let document = serde_json::from_str(&text).map_err(|source| Failed {
            error: ClientError::Unreadable { path: path.to_owned(), source },
            again: None,
        })?;
        Ok((status, document))
    }

    fn refusal(&self, status: StatusCode, text: String) -> ClientError {
        match serde_json::from_str::<Problem>(&text) {
            Ok(problem) => ClientError::Refused(Box::new(problem)),
            Err(_) => ClientError::Unexpected {
                endpoint: self.endpoint.clone(),
                status: status.as_u16(),
                body: text.chars().take(200).collect(),
            },
        }
    }
}

/// A try that failed, and whether another makes sense: after how long at least.
struct Failed {
    error: ClientError,
    again: Option<Duration>,
}

fn pause_asked_for(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    let passes = matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    );
    let asked_for = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    passes.then(|| asked_for.map_or(Duration::ZERO, Duration::from_secs)).filter(|pause| *pause <= LONGEST_PAUSE)
}

fn read<T: DeserializeOwned>(path: &str, document: Value) -> Result<Answer<T>, ClientError> {
    match T::deserialize(&document) {
        Ok(value) => Ok(Answer { document, value }),
        Err(source) => Err(ClientError::Unreadable { path: path.to_owned(), source }),
    }
}
