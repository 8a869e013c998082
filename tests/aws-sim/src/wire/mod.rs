//! AWS's protocols: from an HTTP request to a call of a service, and from its answer back to HTTP.
//!
//! `answer` is the whole path of one call: who signed it and for which service (`credential`), what it asks
//! (`protocol`), what faults were asked for, the call itself (`perform`), and the answer in the protocol's shape.

pub(crate) mod connection;
mod credential;
mod form;
mod json;
mod perform;
mod protocol;
mod rest_json;
mod rest_path;
mod rest_xml;
mod xml;

use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use connection::Scissors;
use protocol::{Asked, Protocol};

use crate::model::error::AwsError;
use crate::model::faults::Fate;
use crate::sim::Sim;

/// The longest request that is read; the longest that AWS takes is a fraction of it.
const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// Answers one AWS call.
pub(crate) async fn answer(
    State(sim): State<Sim>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    request: Request,
) -> Response {
    let arrived = Instant::now();
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_LIMIT).await else {
        return (StatusCode::PAYLOAD_TOO_LARGE, "The request is too long.").into_response();
    };
    let request_id = uuid::Uuid::new_v4().to_string();
    let scope = match credential::scope(&parts) {
        Ok(scope) => scope,
        Err(refusal) => return plain_refusal(&refusal, &request_id),
    };
    let Some(service) = protocol::service(&scope.service, &body) else {
        return not_simulated(&sim, &scope.service, &protocol::guess_operation(&parts, &body), &request_id);
    };
    let protocol = Protocol::of(service);
    let Asked { operation, input } = match protocol.read(&parts, &body) {
        Ok(asked) => asked,
        Err(refusal) => return protocol.refuse(service, &refusal, &request_id),
    };
    if service.handler(&operation).is_none() {
        return not_simulated(&sim, &scope.service, &operation, &request_id);
    }
    let call = scope.call(service, operation, input).by(&caller(&parts.headers));
    let done = perform::perform(&sim, call, &request_id, arrived).await;
    match done.fate {
        Fate::CutBefore | Fate::CutAfter => scissors.cut(),
        Fate::Proceed | Fate::Fail(_) => {}
    }
    match done.answer {
        Ok(tree) => protocol.render(service, &done.operation, &tree, &request_id),
        Err(error) => protocol.refuse(service, &error, &request_id),
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

/// 501 with the service and the operation, so that nobody takes a gap of the simulator for an answer of AWS.
fn not_simulated(sim: &Sim, service: &str, operation: &str, request_id: &str) -> Response {
    sim.world().calls.record_unknown(service, operation);
    tracing::warn!(service, operation, "not simulated");
    let refusal = AwsError::new("NotSimulated", format!("aws-sim does not know {service}:{operation}"))
        .with_status(501)
        .with_details(serde_json::json!({"service": service, "operation": operation}));
    match service.parse() {
        Ok(known) => Protocol::of(known).refuse(known, &refusal, request_id),
        Err(_) => plain_refusal(&refusal, request_id),
    }
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
