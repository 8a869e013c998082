//! An API that plays a script: answers to changes, and event streams that end or are cut where the script says.

use std::collections::VecDeque;
use std::process::Output;
use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};
use shared::ids::OperationId;
use shared::journal::{Entry, Event};
use shared::operation::{Kind, Operation, Target};
use shared::problem::{AwsError, Code, Problem};
use shared::time::Timestamp;

/// The operation of every script.
pub(crate) const ID: &str = "op_01J9ZK3M7Q4V8R2T6X0BDEFGHJ";
const ACCEPTED_AT: u64 = 1_795_000_000_000;

/// What came in.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// `POST /v1/districts?dry_run=true`
    pub(crate) line: String,
    /// `Idempotency-Key`
    pub(crate) key: Option<String>,
    /// `Last-Event-ID`
    pub(crate) last_event_id: Option<String>,
    /// `Authorization`
    pub(crate) authorization: Option<String>,
    /// Body; `Null` when there was none.
    pub(crate) body: Value,
}

/// What is answered: the first answer whose line matches is used up.
#[derive(Clone, Default)]
pub(crate) struct Fake {
    answers: Arc<Mutex<VecDeque<(String, u16, String)>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Fake {
    /// One more answer, to a request whose line begins so.
    pub(crate) fn answer(self, line: &str, status: u16, body: impl ToString) -> Self {
        self.answers.lock().unwrap().push_back((line.to_owned(), status, body.to_string()));
        self
    }

    /// An event stream of these frames; it is cut when the last is not `end`.
    pub(crate) fn stream(self, frames: &[String]) -> Self {
        self.answer(&format!("GET /v1/operations/{ID}/events"), 200, frames.concat())
    }

    /// The operation, as it is read at the end.
    pub(crate) fn operation(self, operation: &Operation) -> Self {
        self.answer(&format!("GET /v1/operations/{ID}"), 200, json!({"operation": operation}))
    }

    /// What came in so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// Runs `bcn` against it.
    pub(crate) async fn bcn(&self, line: &str) -> Ran {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let app = axum::Router::new().fallback(respond).with_state(self.clone());
        let server = tokio::spawn(async move { axum::serve(listener, app).await });
        let ran = run(line, &endpoint).await;
        server.abort();
        ran
    }
}

/// Runs `bcn` against an endpoint.
pub(crate) async fn run(line: &str, endpoint: &str) -> Ran {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_bcn"));
    command.args(line.split(' ').filter(|word| !word.is_empty())).stdin(std::process::Stdio::null());
    command.env("BARCELONA_ENDPOINT", endpoint).env("BARCELONA_TOKEN", "t0ken");
    Ran::from(command.output().await.unwrap())
}

/// How `bcn` ended and what it printed.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Ran {
            status: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

async fn respond(State(fake): State<Fake>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let header = |name: &str| parts.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let line = format!("{} {}", parts.method, parts.uri);
    let bytes = to_bytes(body, 1 << 20).await.unwrap();
    fake.seen.lock().unwrap().push(Seen {
        line: line.clone(),
        key: header("idempotency-key"),
        last_event_id: header("last-event-id"),
        authorization: header("authorization"),
        body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
    });
    let mut answers = fake.answers.lock().unwrap();
    let nth = answers.iter().position(|(begin, ..)| line.starts_with(begin));
    match nth.and_then(|nth| answers.remove(nth)) {
        Some((_, status, body)) => {
            let document: Value = serde_json::from_str(&body).unwrap_or_default();
            let mut answer = (StatusCode::from_u16(status).unwrap(), Body::from(body)).into_response();
            if let Some(seconds) = document["retry_after"].as_u64() {
                answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            answer
        }
        None => (StatusCode::NOT_IMPLEMENTED, format!("nothing in the script for {line}")).into_response(),
    }
}

/// The answer to a change that was accepted.
pub(crate) fn accepted() -> Value {
    json!({"operation": {"id": ID, "kind": "create_heritage", "state": "queued"}})
}

/// The operation when it was accepted, with three steps to come.
pub(crate) fn queued() -> Operation {
    let steps = ["create_log_group:web", "create_service:web", "await_service:web"];
    let steps: Vec<_> =
        steps.map(|name| json!({"name": name, "state": "pending", "attempt": 0, "resources": []})).into();
    let at = Timestamp(ACCEPTED_AT);
    serde_json::from_value(json!({
        "id": ID, "kind": Kind::CreateHeritage, "state": "queued", "attempt": 1, "seq": 1, "target": target(),
        "actor": "token:ci", "on_failure": "undo", "cancel_requested": false, "percent": 0, "headline": "",
        "steps": steps, "residue": [], "warnings": [], "children": [], "created_at": at, "updated_at": at,
        "links": {"self": format!("/v1/operations/{ID}"), "events": format!("/v1/operations/{ID}/events")},
    }))
    .unwrap()
}

fn target() -> Target {
    serde_json::from_value(json!({"district": "dev", "heritage": "web-app"})).unwrap()
}

/// The operation after it ended so.
pub(crate) fn ended(journal: &[Entry]) -> Operation {
    let mut operation = queued();
    journal.iter().for_each(|entry| bcn::fold::fold(&mut operation, entry));
    operation
}

/// A journal: each event with the second in which it happened.
pub(crate) fn journal(events: Vec<(u64, Event)>) -> Vec<Entry> {
    let accepted = Event::Accepted { kind: Kind::CreateHeritage, target: target(), actor: "token:ci".to_owned() };
    let events = std::iter::once((0, accepted)).chain(events);
    let entry = |(nth, (second, event))| Entry {
        seq: nth as u64 + 1,
        at: Timestamp(ACCEPTED_AT + second * 1000),
        op: OperationId::parse(ID).unwrap(),
        attempt: 1,
        event,
    };
    events.enumerate().map(entry).collect()
}

/// The snapshot that begins a stream.
pub(crate) fn snapshot(operation: &Operation) -> String {
    format!("event: snapshot\ndata: {}\n\n", serde_json::to_string(operation).unwrap())
}

/// Entries of a journal as frames.
pub(crate) fn frames(journal: &[Entry]) -> String {
    let frame = |entry: &Entry| {
        let data = serde_json::to_string(entry).unwrap();
        format!("id: {}\nevent: {}\ndata: {data}\n\n", entry.seq, entry.event.name())
    };
    journal.iter().map(frame).collect()
}

/// The frame after which a stream closes.
pub(crate) fn end(journal: &[Entry]) -> String {
    let operation = serde_json::to_string(&ended(journal)).unwrap();
    format!("id: {}\nevent: end\ndata: {operation}\n\n", journal.len())
}

/// What AWS said when it refused.
pub(crate) fn refused_by_aws() -> Problem {
    let aws = AwsError {
        service: "ecs".to_owned(),
        action: "CreateService".to_owned(),
        code: "AccessDeniedException".to_owned(),
        message: "User is not authorized to perform: ecs:CreateService".to_owned(),
        request_id: Some("7d1e".to_owned()),
    };
    let problem = Problem::new(Code::AwsAccessDenied, "the service web could not be made").said_by_aws(aws);
    problem.with_evidence("service_event", "web was refused")
}
