//! AWS without a socket: the SDKs' HTTP client answers from the simulator in this process, and is where calls go wrong.
//!
//! The simulator's clock stands still. It moves on to what is due next when a step asks the same question again and nothing
//! else is going on: a wait ends after a few looks, and what is made is never ready at the first.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use aws_sim::Sim;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use axum::body::{Body, to_bytes};
use serde_json::json;
use worker::engine::current_step;

use crate::point::{Point, Side, Trouble};
use crate::seam::Seam;

/// How often the others are let go on before nothing is taken to be going on.
const LOOKS: u32 = 6;

/// The way to AWS.
#[derive(Clone)]
pub(crate) struct Transport {
    pub(crate) sim: Sim,
    pub(crate) seam: Arc<Seam>,
    /// What is to be healed after so many reads.
    pub(crate) lag: Arc<std::sync::Mutex<Option<(u64, u32)>>>,
}

/// A call as it is recognised.
struct Asked {
    service: String,
    changes: bool,
    point: Option<Point>,
}

impl std::fmt::Debug for Transport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Transport")
    }
}

impl HttpClient for Transport {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Transport {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let transport = self.clone();
        HttpConnectorFuture::new(async move { transport.answer(request).await })
    }
}

impl Transport {
    async fn answer(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let asked = self.asked(&request);
        if asked.changes {
            self.seam.news();
        } else {
            self.pass_time(&request).await;
        }
        let points: Vec<_> = asked.point.iter().cloned().collect();
        let mut loses = false;
        match self.seam.meet(&points, Side::Before) {
            None => {}
            Some(Trouble::Cut) => return Err(lost("the connection was cut before the call")),
            Some(Trouble::Kill) => {
                self.seam.kill().await;
                return Err(lost("the worker is gone"));
            }
            Some(Trouble::Throttle) => return self.refused(request, &asked, true).await,
            Some(Trouble::Refuse) => return self.refused(request, &asked, false).await,
            Some(Trouble::Lag) => self.begin_lag(&asked),
            Some(Trouble::LagAndCut) => {
                self.begin_lag(&asked);
                loses = true;
            }
            Some(other @ (Trouble::Cancel | Trouble::Restart)) => self.seam.act(other).await,
        }
        if current_step().is_some_and(|step| self.seam.is_refused(&step.label)) {
            return self.refused(request, &asked, false).await;
        }
        let answer = self.perform(request).await?;
        self.count_lag(&asked);
        match self.seam.meet(&points, Side::After) {
            Some(Trouble::Cut) => return Err(lost("the connection was cut before the answer")),
            Some(Trouble::Kill) => self.seam.kill().await,
            Some(_) | None => {}
        }
        if loses { Err(lost("the connection was cut before the answer")) } else { Ok(answer) }
    }

    async fn perform(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let answer = self.sim.respond(to_axum(&request)?).await;
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.map_err(|error| ConnectorError::io(error.into()))?;
        let status = StatusCode::try_from(parts.status.as_u16()).map_err(|error| ConnectorError::io(error.into()))?;
        let mut response = HttpResponse::new(status, SdkBody::from(bytes));
        for (name, value) in &parts.headers {
            response.headers_mut().append(name.as_str().to_owned(), value.to_str().unwrap_or_default().to_owned());
        }
        Ok(response)
    }

    /// Refused in the words of the service's protocol; nobody else calls meanwhile.
    async fn refused(
        &self,
        request: HttpRequest,
        asked: &Asked,
        throttles: bool,
    ) -> Result<HttpResponse, ConnectorError> {
        let mut rule = json!({"service": asked.service, "kind": "throttle"});
        if !throttles {
            rule = json!({"service": asked.service, "kind": "error", "status": 403, "code": "AccessDenied",
                          "message": "not authorized"});
        }
        let fault = self.sim.fault(rule).map_err(|wrong| ConnectorError::other(wrong.into(), None))?;
        // Working out an answer in the simulator waits for nothing, so that no other call comes between.
        let answer = self.perform(request).await;
        self.sim.heal(fault);
        answer
    }

    fn begin_lag(&self, asked: &Asked) {
        let rule = json!({"service": asked.service, "kind": "lag", "delay_ms": 3_600_000});
        if let Ok(fault) = self.sim.fault(rule) {
            *self.lag.lock().unwrap() = Some((fault, 3));
        }
    }

    /// Reads lag for so many of them only: nothing here passes time but reads.
    fn count_lag(&self, asked: &Asked) {
        let mut lag = self.lag.lock().unwrap();
        if let Some((fault, left)) = lag.as_mut()
            && !asked.changes
        {
            *left -= 1;
            if *left == 0 {
                self.sim.heal(*fault);
                *lag = None;
            }
        }
    }

    /// Lets the simulator's time pass when all that goes on is asking whether something is ready.
    async fn pass_time(&self, request: &HttpRequest) {
        let mut hasher = DefaultHasher::new();
        (request.method(), request.uri(), request.headers().get("x-amz-target")).hash(&mut hasher);
        request.body().bytes().hash(&mut hasher);
        let Some(news) = self.seam.asked_again(hasher.finish()) else { return };
        for _ in 0..LOOKS {
            tokio::task::yield_now().await;
            if !self.seam.is_quiet_since(news) {
                return;
            }
        }
        self.sim.advance_to_next_event();
        self.seam.news();
    }

    fn asked(&self, request: &HttpRequest) -> Asked {
        let scope = request.headers().get("authorization").unwrap_or_default();
        let service = scope.split('/').nth(3).unwrap_or_default().to_owned();
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        let target = request.headers().get("x-amz-target").and_then(|target| target.rsplit('.').next());
        let in_form = body.split('&').find_map(|part| part.strip_prefix("Action="));
        let action = target.or(in_form).map_or_else(|| by_path(request, &body), str::to_owned);
        let changes = !["Describe", "List", "Get"].iter().any(|read| action.starts_with(read));
        let point = current_step().map(|step| Point::Call {
            kind: self.seam.kind(),
            step: step.label,
            back: self.seam.is_back(),
            action,
            changes,
        });
        Asked { service, changes, point }
    }
}

/// The operation of Route 53, which has no name in the request.
fn by_path(request: &HttpRequest, body: &str) -> String {
    let path = request.uri().split('?').next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    match (request.method(), last) {
        _ if body.contains("ChangeTagsForResource") => "ChangeTagsForResource".to_owned(),
        _ if body.contains("ListTagsForResources") => "ListTagsForResources".to_owned(),
        ("GET", "rrset") => "ListResourceRecordSets".to_owned(),
        ("GET", "hostedzone" | "hostedzonesbyname" | "hostedzonesbyvpc") => "ListHostedZones".to_owned(),
        ("GET", _) => "GetHostedZone".to_owned(),
        ("DELETE", _) => "DeleteHostedZone".to_owned(),
        (_, "hostedzone") => "CreateHostedZone".to_owned(),
        (_, "rrset") | (_, "") => "ChangeResourceRecordSets".to_owned(),
        (_, other) => other.to_owned(),
    }
}

fn to_axum(request: &HttpRequest) -> Result<axum::extract::Request, ConnectorError> {
    let mut built = axum::http::Request::builder().method(request.method()).uri(request.uri());
    for (name, value) in request.headers() {
        built = built.header(name, value);
    }
    let body = request.body().bytes().unwrap_or_default().to_vec();
    built.body(Body::from(body)).map_err(|error| ConnectorError::user(error.into()))
}

fn lost(why: &str) -> ConnectorError {
    ConnectorError::io(why.into())
}
