//! REST XML, which Route53 speaks: the operation is in method and path, parameters are in path, query and body.

use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use serde_json::{Map, Value};

use super::protocol::Asked;
use super::{rest_path, with_request_id, xml};
use crate::model::error::AwsError;
use crate::model::service::Service;

/// Method, path below the version, operation. A name in braces is a member of the input.
const ROUTES: &[rest_path::Route] = &[
    ("POST", "hostedzone", "CreateHostedZone"),
    ("GET", "hostedzone", "ListHostedZones"),
    ("GET", "hostedzonecount", "GetHostedZoneCount"),
    ("GET", "hostedzonesbyname", "ListHostedZonesByName"),
    ("GET", "hostedzonesbyvpc", "ListHostedZonesByVPC"),
    ("GET", "hostedzone/{Id}", "GetHostedZone"),
    ("POST", "hostedzone/{Id}", "UpdateHostedZoneComment"),
    ("DELETE", "hostedzone/{Id}", "DeleteHostedZone"),
    ("POST", "hostedzone/{HostedZoneId}/rrset", "ChangeResourceRecordSets"),
    ("GET", "hostedzone/{HostedZoneId}/rrset", "ListResourceRecordSets"),
    ("POST", "hostedzone/{HostedZoneId}/associatevpc", "AssociateVPCWithHostedZone"),
    ("POST", "hostedzone/{HostedZoneId}/disassociatevpc", "DisassociateVPCFromHostedZone"),
    ("GET", "change/{Id}", "GetChange"),
    ("POST", "tags/{ResourceType}/{ResourceId}", "ChangeTagsForResource"),
    ("GET", "tags/{ResourceType}/{ResourceId}", "ListTagsForResource"),
    ("POST", "tags/{ResourceType}", "ListTagsForResources"),
];

/// Reads a request.
pub(super) fn read(parts: &Parts, body: &[u8]) -> Result<Asked, AwsError> {
    let path = parts.uri.path().trim_matches('/');
    let path = path.strip_prefix("2013-04-01/").unwrap_or(path).trim_end_matches('/');
    let matched = rest_path::find(ROUTES, parts.method.as_str(), path);
    let Some((operation, labels)) = matched else {
        return Ok(Asked { operation: format!("{} {}", parts.method, parts.uri.path()), input: Value::Null });
    };
    let mut input = read_body(body)?;
    for (name, value) in form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()) {
        input.insert(name.into_owned(), Value::String(value.into_owned()));
    }
    input.extend(labels);
    Ok(Asked { operation: operation.to_owned(), input: Value::Object(input) })
}

fn read_body(body: &[u8]) -> Result<Map<String, Value>, AwsError> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    let malformed = || AwsError::new("InvalidInput", "The request body is not well-formed XML.");
    match std::str::from_utf8(body).ok().and_then(xml::parse).ok_or_else(malformed)? {
        Value::Object(members) => Ok(members),
        _ => Ok(Map::new()),
    }
}

/// Creating calls answer 201 with the new thing's place, which is the member `Location` of their tree.
pub(super) fn respond(service: Service, operation: &str, tree: &Value, body: String, request_id: &str) -> Response {
    let created = service == Service::Route53 && operation.starts_with("Create");
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    let mut response = with_request_id(status, "text/xml", body, request_id);
    let location = tree.get("Location").and_then(Value::as_str).and_then(|location| location.parse().ok());
    if let Some(location) = location {
        response.headers_mut().insert("location", location);
    }
    response
}
