//! REST JSON, which EventBridge Scheduler speaks: the operation is in method and path, parameters are in path, query
//! and a JSON body; an error's code is in a header.

use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::protocol::{Asked, no_such_path};
use super::{json, routes, with_request_id};
use crate::model::error::AwsError;
use crate::model::service::Service;

/// Reads a request.
pub(super) fn read(service: Service, parts: &Parts, body: &[u8]) -> Result<Asked, AwsError> {
    let found = routes::find(service, parts.method.as_str(), parts.uri.path());
    let (operation, labels) = found.ok_or_else(no_such_path)?;
    let mut input = json::read(body)?;
    for (name, value) in form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()) {
        if !name.starts_with("X-Amz-") {
            add(&mut input, &name, Value::String(value.into_owned()));
        }
    }
    input.extend(labels);
    Ok(Asked { operation: operation.to_owned(), input: Value::Object(input) })
}

/// A parameter that is repeated in the query is a list.
fn add(input: &mut Map<String, Value>, name: &str, value: Value) {
    match input.get_mut(name) {
        None => {
            input.insert(name.to_owned(), value);
        }
        Some(Value::Array(values)) => values.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
    }
}

/// Writes an error.
pub(super) fn refuse(error: &AwsError, status: StatusCode, request_id: &str) -> Response {
    let body = json!({"Message": error.message}).to_string();
    let mut response = with_request_id(status, "application/json", body, request_id);
    if let Ok(code) = error.code.parse() {
        response.headers_mut().insert("x-amzn-errortype", code);
    }
    response
}
