//! The protocols: how a request names its operation and carries its parameters, and how answers and errors look.

use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use serde_json::{Value, json};

use super::xml::{Lists, element, write_members};
use super::{form, json, rest_json, rest_xml, with_request_id, xml};
use crate::model::error::AwsError;
use crate::model::service::Service;

/// A protocol, with the XML namespace of the service that speaks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    /// <https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html>
    Ec2Query(&'static str),
    /// <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html>
    Query(&'static str),
    /// <https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html>
    Json,
    /// <https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html>
    RestJson,
    /// <https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html>
    RestXml(&'static str),
}

/// What a request asks for.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) operation: String,
    pub(super) input: Value,
}

/// The service that a credential scope names. Classic and newer load balancers share a scope: the version tells.
pub(super) fn service(scope: &str, body: &[u8]) -> Option<Service> {
    let service = scope.parse().ok()?;
    let newer = service == Service::Elb && form::parse(body).get("Version").is_some_and(|it| it == "2015-12-01");
    Some(if newer { Service::ElbV2 } else { service })
}

/// The operation's name, as far as it can be told without knowing the service.
pub(super) fn guess_operation(parts: &Parts, body: &[u8]) -> String {
    let target = target(parts).map(str::to_owned);
    let action = || form::parse(body).get("Action").and_then(Value::as_str).map(str::to_owned);
    target.or_else(action).unwrap_or_else(|| format!("{} {}", parts.method, parts.uri.path()))
}

impl Protocol {
    pub(super) fn of(service: Service) -> Self {
        match service {
            Service::Ec2 => Self::Ec2Query("http://ec2.amazonaws.com/doc/2016-11-15/"),
            Service::Iam => Self::Query("https://iam.amazonaws.com/doc/2010-05-08/"),
            Service::Sts => Self::Query("https://sts.amazonaws.com/doc/2011-06-15/"),
            Service::AutoScaling => Self::Query("http://autoscaling.amazonaws.com/doc/2011-01-01/"),
            Service::Elb => Self::Query("http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/"),
            Service::ElbV2 => Self::Query("http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"),
            Service::Ssm
            | Service::Ecs
            | Service::Logs
            | Service::Acm
            | Service::SecretsManager
            | Service::Ecr
            | Service::Events
            | Service::ApplicationAutoScaling
            | Service::CloudMap => Self::Json,
            Service::Scheduler => Self::RestJson,
            Service::Route53 => Self::RestXml("https://route53.amazonaws.com/doc/2013-04-01/"),
        }
    }

    /// Reads a request.
    pub(super) fn read(self, parts: &Parts, body: &[u8]) -> Result<Asked, AwsError> {
        match self {
            Self::Ec2Query(_) | Self::Query(_) => read_form(parts, body),
            Self::Json => read_json(parts, body),
            Self::RestJson => rest_json::read(parts, body),
            Self::RestXml(_) => rest_xml::read(parts, body),
        }
    }

    /// Writes an answer.
    pub(super) fn render(self, service: Service, operation: &str, tree: &Value, request_id: &str) -> Response {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let root = |namespace: &str| format!("{operation}Response xmlns=\"{namespace}\"");
        match self {
            Self::Ec2Query(namespace) => element(&mut out, &root(namespace), |out| {
                element(out, "requestId", |out| out.push_str(request_id));
                write_members(out, tree, Lists::Wrapped("item"));
            }),
            Self::Query(namespace) => element(&mut out, &root(namespace), |out| {
                element(out, &format!("{operation}Result"), |out| {
                    write_members(out, tree, Lists::Wrapped("member"));
                });
                element(out, "ResponseMetadata", |out| {
                    element(out, "RequestId", |out| out.push_str(request_id));
                });
            }),
            Self::RestXml(namespace) => {
                element(&mut out, &root(namespace), |out| write_members(out, tree, Lists::Flat));
                return rest_xml::respond(service, operation, tree, out, request_id);
            }
            Self::Json => {
                return with_request_id(StatusCode::OK, "application/x-amz-json-1.1", json::write(tree), request_id);
            }
            Self::RestJson => {
                return with_request_id(StatusCode::OK, "application/json", json::write(tree), request_id);
            }
        }
        with_request_id(StatusCode::OK, "text/xml;charset=UTF-8", out, request_id)
    }

    /// Writes an error.
    pub(super) fn refuse(self, service: Service, error: &AwsError, request_id: &str) -> Response {
        let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
        let (content_type, body) = match self {
            Self::Ec2Query(_) => ("text/xml;charset=UTF-8", ec2_error(error, request_id)),
            Self::Query(namespace) | Self::RestXml(namespace) => {
                ("text/xml", xml::query_error(Some(namespace), error, request_id))
            }
            Self::Json => ("application/x-amz-json-1.1", json_error(service, error)),
            Self::RestJson => return rest_json::refuse(error, status, request_id),
        };
        with_request_id(status, content_type, body, request_id)
    }
}

fn ec2_error(error: &AwsError, request_id: &str) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let tree = json!({"Errors": {"Error": {"Code": error.code, "Message": error.message}}, "RequestID": request_id});
    element(&mut out, "Response", |out| write_members(out, &tree, Lists::Flat));
    out
}

fn json_error(service: Service, error: &AwsError) -> String {
    // ECS qualifies the error's type with its namespace; clients cut everything up to the hash.
    let code =
        if service == Service::Ecs { format!("com.amazonaws.ecs#{}", error.code) } else { error.code.to_string() };
    let mut body = json!({"__type": code, "message": error.message});
    if let (Some(members), Some(Value::Object(details))) = (body.as_object_mut(), error.details.as_deref()) {
        members.extend(details.clone());
    }
    body.to_string()
}

fn read_form(parts: &Parts, body: &[u8]) -> Result<Asked, AwsError> {
    let query = parts.uri.query().unwrap_or_default();
    let mut input = form::parse(if body.is_empty() { query.as_bytes() } else { body });
    let members = input.as_object_mut();
    let operation = members.and_then(|members| {
        members.shift_remove("Version");
        members.shift_remove("Action")
    });
    match operation {
        Some(Value::String(operation)) if !operation.is_empty() => Ok(Asked { operation, input }),
        _ => Err(AwsError::new("MissingAction", "The request is missing an action or a required parameter.")),
    }
}

fn read_json(parts: &Parts, body: &[u8]) -> Result<Asked, AwsError> {
    let unknown = || AwsError::new("UnknownOperationException", "The request names no operation.");
    let operation = target(parts).and_then(|target| target.rsplit('.').next()).ok_or_else(unknown)?.to_owned();
    let body = if body.is_empty() { b"{}".as_slice() } else { body };
    match serde_json::from_slice(body) {
        Ok(input @ Value::Object(_)) => Ok(Asked { operation, input }),
        Ok(_) | Err(_) => Err(AwsError::new("SerializationException", "The request is not a JSON object.")),
    }
}

fn target(parts: &Parts) -> Option<&str> {
    parts.headers.get("x-amz-target")?.to_str().ok()
}
