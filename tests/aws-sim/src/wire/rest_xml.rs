//! REST XML, which Route53 speaks: the operation is in method and path, parameters are in path, query and body.

use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use serde_json::{Map, Value};

use super::protocol::{Asked, no_such_path};
use super::xml::{self, Lists, element, write_members};
use super::{routes, with_request_id};
use crate::model::error::AwsError;
use crate::model::service::Service;
use crate::model::shape::{Kind, Member, Place, Table};

/// Reads a request.
pub(super) fn read(service: Service, parts: &Parts, body: &[u8]) -> Result<Asked, AwsError> {
    let found = routes::find(service, parts.method.as_str(), parts.uri.path());
    let (operation, labels) = found.ok_or_else(no_such_path)?;
    let mut input = if takes_a_body(&parts.method) { read_body(body)? } else { Map::new() };
    for (name, value) in form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()) {
        if !name.starts_with("X-Amz-") {
            input.insert(name.into_owned(), Value::String(value.into_owned()));
        }
    }
    input.extend(labels);
    Ok(Asked { operation: operation.to_owned(), input: Value::Object(input) })
}

fn takes_a_body(method: &Method) -> bool {
    method == Method::POST || method == Method::PUT
}

/// Route53's sentence, seen at <https://github.com/boto/boto/issues/2182>.
fn read_body(body: &[u8]) -> Result<Map<String, Value>, AwsError> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    let malformed = || AwsError::new("InvalidInput", "Invalid XML ; the request body is not a well-formed document");
    match std::str::from_utf8(body).ok().and_then(xml::parse).ok_or_else(malformed)? {
        Value::Object(members) => Ok(members),
        _ => Ok(Map::new()),
    }
}

/// An answer: what the operation's model puts into headers is in headers, the rest in the document.
pub(super) fn respond(table: &Table, operation: &str, tree: &Value, request_id: &str) -> Response {
    let model = table.operation(operation);
    let members = match model.and_then(|model| model.output).and_then(|shape| table.kind(shape)) {
        Some(Kind::Structure { members, .. }) => members.as_slice(),
        _ => &[],
    };
    let headers: Vec<&Member> = members.iter().filter(|member| member.place == Place::Header).collect();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    element(&mut out, &format!("{operation}Response xmlns=\"{}\"", table.namespace), |out| {
        let is_header = |name: &str| headers.iter().any(|member| member.key == name);
        let body = tree.as_object().into_iter().flatten().filter(|(name, _)| !is_header(name));
        let body: Map<String, Value> = body.map(|(name, value)| (name.clone(), value.clone())).collect();
        write_members(out, &Value::Object(body), Lists::Flat);
    });
    let status = model.and_then(|model| StatusCode::from_u16(model.status).ok()).unwrap_or(StatusCode::OK);
    let mut response = with_request_id(status, "text/xml", out, request_id);
    for member in headers {
        let value = tree.get(&member.key).and_then(Value::as_str).and_then(|value| value.parse().ok());
        if let (Some(value), Ok(name)) = (value, member.key.parse::<axum::http::HeaderName>()) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
