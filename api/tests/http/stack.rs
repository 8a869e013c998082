//! A Redis of its own and the API on it; the test plays the worker.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use api::{Api, App, Config};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request};
use axum::response::Response;
use clap::Parser as _;
use indexmap::IndexMap;
use serde_json::Value;
use shared::ids::OperationId;
use shared::operation::State;
use shared::payload::Payload;
use shared::resource::{Condition, Lifecycle};
use shared::store::{Checkpoint, Claim, Finish, RecordChange};
use tempfile::TempDir;
use tower::ServiceExt as _;

/// The token of every stack.
pub(crate) const TOKEN: &str = "test-token-of-the-api";
/// 32 times the byte 7.
pub(crate) const KEY: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

/// What the API answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// The id of the accepted operation.
    pub(crate) fn operation(&self) -> OperationId {
        assert_eq!(self.status, 202, "{:#}", self.body);
        self.body["operation"]["id"].as_str().unwrap().parse().unwrap()
    }

    /// The code of the problem, and where its first error is.
    pub(crate) fn problem(&self) -> (u16, &str, &str) {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{:#}", self.body);
        let pointer = self.body["errors"][0]["pointer"].as_str().unwrap_or_default();
        (self.status, self.body["code"].as_str().unwrap(), pointer)
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// Redis and the API.
pub(crate) struct Stack {
    redis: Child,
    _dir: TempDir,
    router: Router,
    pub(crate) api: Api,
}

impl Drop for Stack {
    fn drop(&mut self) {
        self.redis.kill().unwrap();
        self.redis.wait().unwrap();
    }
}

impl Stack {
    pub(crate) async fn start() -> Stack {
        Stack::with(&["--bootstrap-token", TOKEN, "--encryption-keys", KEY]).await
    }

    pub(crate) async fn with(arguments: &[&str]) -> Stack {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let dir = tempfile::tempdir().unwrap();
        let mut command = Command::new("redis-server");
        command.args(["--port", &port.to_string(), "--save", "", "--appendonly", "no"]).arg("--dir").arg(dir.path());
        let redis = command.stdout(Stdio::null()).spawn().unwrap();
        let api = app(&format!("redis://127.0.0.1:{port}"), arguments).await.api().clone();
        Stack { redis, _dir: dir, router: api::router::router(api.clone()), api }
    }

    /// One more API on the same Redis, which listens.
    pub(crate) async fn app(&self) -> App {
        self.app_with(&["--bootstrap-token", TOKEN]).await
    }

    /// The same, told otherwise.
    pub(crate) async fn app_with(&self, arguments: &[&str]) -> App {
        app(&self.api.store.settings().redis_url, arguments).await
    }

    pub(crate) async fn respond(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Response {
        let mut request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(path);
        if !headers.iter().any(|(name, _)| *name == "authorization") {
            request = request.header("authorization", format!("Bearer {TOKEN}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        self.router.clone().oneshot(request.unwrap()).await.unwrap()
    }

    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Answer {
        let response = self.respond(method, path, headers, body).await;
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, &[], Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send("PATCH", path, &[], Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, &[], None).await
    }

    /// Every operation there is, newest first.
    pub(crate) async fn operations(&self) -> Vec<Value> {
        self.get("/v1/operations").await.body["operations"].as_array().unwrap().clone()
    }

    /// Takes the next operation as a worker does.
    pub(crate) async fn claim(&self) -> Claim {
        self.api.store.claim("test").await.unwrap().unwrap()
    }

    /// Plays the worker that does the next operation and succeeds.
    pub(crate) async fn work(&self) -> OperationId {
        let claim = self.claim().await;
        self.succeed(&claim).await;
        claim.operation.id
    }

    /// Ends a claimed operation as its workflow would.
    pub(crate) async fn succeed(&self, claim: &Claim) {
        let id = &claim.operation.id;
        let record = record_after(self, claim).await;
        let finish =
            Finish { state: State::Succeeded, error: None, result: None, checkpoint: Checkpoint::default(), record };
        self.api.store.finish(id, &claim.fence, &finish).await.unwrap();
    }

    /// Makes `dev` with two instances.
    pub(crate) async fn with_district() -> Stack {
        let stack = Stack::start().await;
        stack.post("/districts", serde_json::json!({"name": "dev", "cluster_size": 2})).await.operation();
        stack.work().await;
        stack
    }

    /// Makes `dev` and in it `web-app` with the services `web` (on port 80) and `worker`.
    pub(crate) async fn with_heritage() -> Stack {
        let stack = Stack::with_district().await;
        stack.post("/districts/dev/heritages", web_app()).await.operation();
        stack.work().await;
        stack
    }
}

async fn app(redis: &str, arguments: &[&str]) -> App {
    let always = ["barcelona-api", "--bind", "127.0.0.1:0", "--redis-url", redis];
    api::build(Config::parse_from(always.iter().chain(arguments))).await.unwrap()
}

/// The heritage that most tests make.
pub(crate) fn web_app() -> Value {
    serde_json::json!({"name": "web-app", "image_name": "nginx", "image_tag": "1.9", "env_vars": {"A": "1"},
        "services": [{"name": "web", "cpu": 128, "memory": 256, "public": true,
                      "port_mappings": [{"lb_port": 80, "container_port": 80}]},
                     {"name": "worker", "command": "work"}]})
}

async fn record_after(stack: &Stack, claim: &Claim) -> RecordChange {
    let target = &claim.operation.target;
    let condition = Condition {
        kind: "Ready".into(),
        status: true,
        reason: "Done".into(),
        message: "It is as asked for.".into(),
        operation: Some(claim.operation.id.clone()),
        at: stack.api.store.now(),
    };
    match &claim.payload {
        Payload::DeleteDistrict { .. } => RecordChange::DistrictRemoved,
        Payload::DeleteHeritage { .. } => RecordChange::HeritageRemoved,
        Payload::ProvisionDistrict { spec } => {
            RecordChange::District { state: Lifecycle::Active, spec: Some(spec.clone()), ids: None, condition }
        }
        Payload::UpdateDistrict { patch } => {
            let (district, _, _) = stack.api.store.district(&target.district).await.unwrap().unwrap();
            let spec = Some(patch.applied_to(&district.spec));
            RecordChange::District { state: Lifecycle::Active, spec, ids: None, condition }
        }
        Payload::CreateHeritage { .. }
        | Payload::DeployHeritage { .. }
        | Payload::ScaleService { .. }
        | Payload::SetEnvVars { .. }
        | Payload::UnsetEnvVars { .. } => {
            let name = target.heritage.as_ref().unwrap();
            let view = stack.api.store.heritage(&target.district, name).await.unwrap().unwrap();
            let spec = claim.payload.fold(view.heritage.applied);
            RecordChange::Heritage { state: Lifecycle::Active, spec, services: Some(IndexMap::new()), condition }
        }
    }
}
