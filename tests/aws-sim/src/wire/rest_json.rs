//! REST JSON, which EventBridge Scheduler speaks: the operation is in method and path, parameters are in path, query
//! and a JSON body; an error's code is in a header.

use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::protocol::Asked;
use super::{rest_path, with_request_id};
use crate::model::error::AwsError;

/// Method, path, operation. <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Operations.html>
const ROUTES: &[rest_path::Route] = &[
    ("POST", "schedules/{Name}", "CreateSchedule"),
    ("GET", "schedules/{Name}", "GetSchedule"),
    ("PUT", "schedules/{Name}", "UpdateSchedule"),
    ("DELETE", "schedules/{Name}", "DeleteSchedule"),
    ("GET", "schedules", "ListSchedules"),
    ("POST", "schedule-groups/{Name}", "CreateScheduleGroup"),
    ("GET", "schedule-groups/{Name}", "GetScheduleGroup"),
    ("DELETE", "schedule-groups/{Name}", "DeleteScheduleGroup"),
    ("GET", "schedule-groups", "ListScheduleGroups"),
    ("POST", "tags/{ResourceArn}", "TagResource"),
    ("GET", "tags/{ResourceArn}", "ListTagsForResource"),
    ("DELETE", "tags/{ResourceArn}", "UntagResource"),
];

/// Reads a request.
pub(super) fn read(parts: &Parts, body: &[u8]) -> Result<Asked, AwsError> {
    let path = parts.uri.path().trim_matches('/');
    let Some((operation, labels)) = rest_path::find(ROUTES, parts.method.as_str(), path) else {
        return Ok(Asked { operation: format!("{} {}", parts.method, parts.uri.path()), input: Value::Null });
    };
    let mut input = match serde_json::from_slice(if body.is_empty() { b"{}" } else { body }) {
        Ok(Value::Object(members)) => members,
        Ok(_) | Err(_) => return Err(AwsError::new("SerializationException", "The request is not a JSON object.")),
    };
    for (name, value) in form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()) {
        add(&mut input, &name, Value::String(value.into_owned()));
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
