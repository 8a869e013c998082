//! REST XML, which Route53 speaks: the operation is in method and path, parameters are in path, query and body.

use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::protocol::Asked;
use super::{with_request_id, xml};
use crate::model::error::AwsError;
use crate::model::service::Service;

/// Method, path below the version, operation. A name in braces is a member of the input.
const ROUTES: &[(&str, &str, &str)] = &[
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
    let matched = ROUTES.iter().find_map(|(method, template, operation)| {
        (parts.method.as_str() == *method).then(|| labels(template, path)).flatten().map(|found| (*operation, found))
    });
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

/// The path's parts under the names that the template gives them; none if it is another path.
fn labels(template: &str, path: &str) -> Option<Vec<(String, Value)>> {
    let (wanted, given): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    if wanted.len() != given.len() {
        return None;
    }
    let mut labels = Vec::new();
    for (want, part) in wanted.into_iter().zip(given) {
        match want.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => {
                let decoded = percent_decode_str(part).decode_utf8().ok()?.into_owned();
                labels.push((name.to_owned(), Value::String(decoded)));
            }
            None if want == part => {}
            None => return None,
        }
    }
    Some(labels)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_fills_the_names_of_its_template() {
        let found = labels("hostedzone/{HostedZoneId}/rrset", "hostedzone/Z%31/rrset").unwrap();
        assert_eq!(found, [("HostedZoneId".to_owned(), Value::from("Z1"))]);
        assert_eq!(labels("hostedzone/{Id}", "hostedzone/Z1/rrset"), None);
    }
}
