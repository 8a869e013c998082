//! AWS's protocols: from an HTTP request to a call of a service, and from its answer back to HTTP.
//!
//! `respond` is the whole path of one call: who signed it (`credential`) and for which service (`guess`), what it asks
//! (`protocol`), whether the signature holds (`identity`), the call itself with the faults that were asked for
//! (`perform`), and the answer in the protocol's shape.

mod cbor;
pub(crate) mod connection;
mod credential;
mod form;
mod guess;
mod identity;
mod json;
mod perform;
mod protocol;
mod rest_json;
mod rest_xml;
mod routes;
pub(crate) mod signature;
mod xml;

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use connection::Scissors;
use futures::{FutureExt, StreamExt};
use protocol::{Asked, Spoken};

use crate::model::call_log::Call;
use crate::model::error::AwsError;
use crate::model::faults::Fate;
use crate::model::service::Service;
use crate::sim::Sim;

/// The longest request that is looked at; the longest that AWS takes is a fraction of it.
const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// How much of a longer one is read and thrown away, so that its sender gets to read the refusal.
const PATIENCE: usize = 64 * 1024 * 1024;

/// Answers one AWS call.
pub(crate) async fn answer(
    State(sim): State<Sim>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    request: Request,
) -> Response {
    respond(&sim, &scissors, request).await
}

/// Answers one AWS call, also when something in here panics: that is one failed call, not the end of the simulator.
pub(crate) async fn respond(sim: &Sim, scissors: &Scissors, request: Request) -> Response {
    let arrived = Instant::now();
    let request_id = uuid::Uuid::new_v4().to_string();
    let (parts, body) = request.into_parts();
    let body = read_body(body).await;
    let call = RequestOf { sim, parts: &parts, body: body.as_deref(), request_id: &request_id, arrived };
    match AssertUnwindSafe(call.respond(scissors)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => {
            let operation = guess::operation(&parts, &[]);
            sim.world().calls.record_panic(&operation);
            tracing::error!(operation, "a call made the simulator panic");
            plain_refusal(&perform::internal_failure(), &request_id)
        }
    }
}

/// The body; none if it is too long.
async fn read_body(body: Body) -> Option<Bytes> {
    let mut stream = body.into_data_stream();
    let (mut read, mut length) = (Vec::new(), 0);
    while let Some(Ok(chunk)) = stream.next().await {
        length += chunk.len();
        if length > PATIENCE {
            return None;
        }
        if length <= BODY_LIMIT {
            read.extend_from_slice(&chunk);
        }
    }
    (length <= BODY_LIMIT).then(|| read.into())
}

/// One request with what is needed to answer it.
struct RequestOf<'a> {
    sim: &'a Sim,
    parts: &'a Parts,
    body: Option<&'a [u8]>,
    request_id: &'a str,
    arrived: Instant,
}

impl RequestOf<'_> {
    async fn respond(&self, scissors: &Scissors) -> Response {
        let (parts, body, request_id) = (self.parts, self.body.unwrap_or_default(), self.request_id);
        let signed = credential::read(parts);
        let service = match &signed {
            Ok(signed) => guess::named(&signed.scope.service, parts, body),
            Err(_) => guess::meant(parts, body),
        };
        let Some(service) = service else {
            return match &signed {
                Ok(signed) => self.not_simulated(&signed.scope.service, &guess::operation(parts, body), None),
                Err(unsigned) => plain_refusal(&identity::refuse(Service::Sts, unsigned), request_id),
            };
        };
        let spoken = Spoken::of(service, parts);
        if self.body.is_none() {
            return spoken.refuse(&spoken.too_long(), request_id);
        }
        let Asked { operation, input } = match spoken.read(parts, body) {
            Ok(asked) => asked,
            Err(refusal) => return spoken.refuse(&refusal, request_id),
        };
        if service.handler(&operation).is_none() {
            return match spoken.table.has(&operation) {
                true => self.not_simulated(service.into(), &operation, Some(spoken)),
                false => spoken.refuse(&spoken.no_such_operation(&operation), request_id),
            };
        }
        let signed = match signed {
            Ok(signed) => signed,
            Err(unsigned) => return spoken.refuse(&identity::refuse(service, &unsigned), request_id),
        };
        let admission = identity::admit(self.sim, service, &signed, (parts, body));
        let scope = &signed.scope;
        let call = Call::new(service, &operation, &scope.access_key, &scope.region, input).by(&caller(&parts.headers));
        let done = perform::perform(self.sim, call, admission, request_id, self.arrived).await;
        match done.fate {
            Fate::Hang | Fate::CutBefore | Fate::CutAfter => scissors.cut(),
            Fate::Proceed | Fate::Fail(_) => {}
        }
        match done.answer {
            Ok(tree) => spoken.render(&done.operation, &tree, request_id),
            Err(error) => spoken.refuse(&error, request_id),
        }
    }

    /// 501 with the service and the operation, so that nobody takes a gap of the simulator for an answer of AWS.
    fn not_simulated(&self, service: &str, operation: &str, spoken: Option<Spoken>) -> Response {
        self.sim.world().calls.record_unknown(service, operation);
        tracing::warn!(service, operation, "not simulated");
        let refusal = AwsError::new("NotSimulated", format!("aws-sim does not know {service}:{operation}"))
            .with_status(501)
            .with_details(serde_json::json!({"service": service, "operation": operation}));
        match spoken {
            Some(spoken) => spoken.refuse(&refusal, self.request_id),
            None => plain_refusal(&refusal, self.request_id),
        }
    }
}

/// What the caller says of itself, each word once: SDKs say it in two headers, and what their users add may be in either.
fn caller(headers: &HeaderMap) -> String {
    let mut words: Vec<&str> = Vec::new();
    for header in ["user-agent", "x-amz-user-agent"].into_iter().filter_map(|name| headers.get(name)) {
        for word in header.to_str().unwrap_or_default().split_whitespace() {
            if !words.contains(&word) {
                words.push(word);
            }
        }
    }
    words.join(" ")
}

/// The refusal of a request of which not even the service is known.
fn plain_refusal(refusal: &AwsError, request_id: &str) -> Response {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
    with_request_id(status, "text/xml", xml::query_error(None, refusal, request_id), request_id)
}

/// A response with the headers that every AWS answer carries.
fn with_request_id(status: StatusCode, content_type: &str, body: impl Into<Bytes>, request_id: &str) -> Response {
    let mut response = Response::new(Body::from(body.into()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [("content-type", content_type), ("x-amzn-requestid", request_id)] {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_is_named_by_both_headers() {
        let headers = [("user-agent", "sdk/1 op/op_1"), ("x-amz-user-agent", "sdk/1 app/worker")];
        let headers = headers.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        assert_eq!(caller(&headers.into_iter().collect()), "sdk/1 op/op_1 app/worker");
    }
}
