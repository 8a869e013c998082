//! The protocols: how a request names its operation and carries its parameters, and how answers and errors look.
//!
//! Which one a service speaks, and with which names and versions, is in its table.

use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::xml::{Lists, element, write_members};
use super::{cbor, form, json, rest_json, rest_xml, with_request_id, xml};
use crate::model::error::AwsError;
use crate::model::service::Service;
use crate::model::shape::{Protocol, Table};

/// How one call is spoken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spoken {
    pub(super) service: Service,
    pub(super) table: &'static Table,
    protocol: Protocol,
    is_cbor: bool,
}

/// What a request asks for.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) operation: String,
    pub(super) input: Value,
}

impl Spoken {
    /// The protocol of a request to a service.
    pub(super) fn of(service: Service, parts: &Parts) -> Self {
        let table = Table::of(service);
        let is_cbor = table.protocol == Protocol::JsonOrCbor && parts.headers.contains_key("smithy-protocol");
        Self { service, table, protocol: table.protocol, is_cbor }
    }

    /// Reads a request.
    pub(super) fn read(self, parts: &Parts, body: &[u8]) -> Result<Asked, AwsError> {
        match self.protocol {
            Protocol::Ec2Query | Protocol::Query => self.read_form(parts, body),
            Protocol::JsonOrCbor if self.is_cbor => self.read_cbor(parts, body),
            Protocol::Json | Protocol::JsonOrCbor => self.read_json(parts, body),
            Protocol::RestJson => rest_json::read(self.service, parts, body),
            Protocol::RestXml => rest_xml::read(self.service, parts, body),
        }
    }

    /// Writes an answer.
    pub(super) fn render(self, operation: &str, tree: &Value, request_id: &str) -> Response {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let root = format!("{operation}Response xmlns=\"{}\"", self.table.namespace);
        match self.protocol {
            Protocol::Ec2Query => element(&mut out, &root, |out| {
                element(out, "requestId", |out| out.push_str(request_id));
                write_members(out, tree, Lists::Wrapped("item"));
            }),
            Protocol::Query => element(&mut out, &root, |out| {
                element(out, &format!("{operation}Result"), |out| {
                    write_members(out, tree, Lists::Wrapped("member"));
                });
                element(out, "ResponseMetadata", |out| {
                    element(out, "RequestId", |out| out.push_str(request_id));
                });
            }),
            Protocol::RestXml => return rest_xml::respond(self.table, operation, tree, request_id),
            Protocol::JsonOrCbor if self.is_cbor => {
                let shape = self.table.operation(operation).and_then(|operation| operation.output);
                return as_cbor(StatusCode::OK, cbor::write(self.table, shape, tree), request_id);
            }
            Protocol::Json | Protocol::JsonOrCbor => {
                return with_request_id(StatusCode::OK, "application/x-amz-json-1.1", json::write(tree), request_id);
            }
            Protocol::RestJson => {
                return with_request_id(StatusCode::OK, "application/json", json::write(tree), request_id);
            }
        }
        with_request_id(StatusCode::OK, "text/xml;charset=UTF-8", out, request_id)
    }

    /// Writes an error.
    pub(super) fn refuse(self, error: &AwsError, request_id: &str) -> Response {
        let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
        let (content_type, body) = match self.protocol {
            Protocol::Ec2Query => ("text/xml;charset=UTF-8", ec2_error(error, request_id)),
            Protocol::Query | Protocol::RestXml => {
                ("text/xml", xml::query_error(Some(&self.table.namespace), error, request_id))
            }
            Protocol::JsonOrCbor if self.is_cbor => return as_cbor(status, cbor::write_error(error), request_id),
            Protocol::Json | Protocol::JsonOrCbor => ("application/x-amz-json-1.1", json_error(self.service, error)),
            Protocol::RestJson => return rest_json::refuse(error, status, request_id),
        };
        with_request_id(status, content_type, body, request_id)
    }

    /// The refusal of an operation that the service does not have on AWS either.
    pub(super) fn no_such_operation(self, operation: &str) -> AwsError {
        match self.protocol {
            Protocol::Ec2Query => {
                AwsError::new("InvalidAction", format!("The action {operation} is not valid for this web service."))
            }
            Protocol::Query => no_such_action(operation, &self.table.version),
            Protocol::Json | Protocol::JsonOrCbor => unknown_operation(),
            Protocol::RestJson | Protocol::RestXml => no_such_path(),
        }
    }

    /// The refusal of a body that nobody reads to its end.
    pub(super) fn too_long(self) -> AwsError {
        let code = match self.protocol {
            Protocol::Ec2Query | Protocol::Query | Protocol::RestXml => "RequestEntityTooLarge",
            Protocol::Json | Protocol::JsonOrCbor | Protocol::RestJson => "RequestEntityTooLargeException",
        };
        AwsError::new(code, "Request size exceeds the limit.").with_status(413)
    }

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html>
    fn read_form(self, parts: &Parts, body: &[u8]) -> Result<Asked, AwsError> {
        let is_form = content_type(parts).is_none_or(|it| it.starts_with("application/x-www-form-urlencoded"));
        let query = parts.uri.query().unwrap_or_default().as_bytes();
        let mut input = form::parse(if body.is_empty() || !is_form { query } else { body }).ok_or_else(|| {
            let status = if self.protocol == Protocol::Ec2Query { 400 } else { 404 };
            let message = "The query string contains a syntax error.";
            AwsError::new("MalformedQueryString", message).with_status(status)
        })?;
        let mut take = |name: &str| match input.shift_remove(name) {
            Some(Value::String(text)) if !text.is_empty() => Some(text),
            _ => None,
        };
        let (operation, version) = (take("Action"), take("Version"));
        input.retain(|name, _| !name.starts_with("X-Amz-"));
        let operation = operation.ok_or_else(|| {
            AwsError::new("MissingAction", "The request is missing an action or a required parameter.")
        })?;
        self.check_version(&operation, version.as_deref())?;
        Ok(Asked { operation, input: Value::Object(input) })
    }

    fn check_version(self, operation: &str, version: Option<&str>) -> Result<(), AwsError> {
        let table = self.table;
        match version {
            Some(version) if version == table.version || table.versions.iter().any(|other| other == version) => Ok(()),
            Some(version) if self.protocol == Protocol::Ec2Query => {
                let message = format!("The requested version ({version}) of service AmazonEC2 does not exist");
                Err(AwsError::new("NoSuchVersion", message))
            }
            None if self.protocol == Protocol::Ec2Query => Err(self.service.missing("Version")),
            version => Err(no_such_action(operation, version.unwrap_or("NO_VERSION_SPECIFIED"))),
        }
    }

    fn read_json(self, parts: &Parts, body: &[u8]) -> Result<Asked, AwsError> {
        let is_json = parts.method == Method::POST && content_type(parts).is_none_or(|it| it.contains("json"));
        let target = target(parts).filter(|_| is_json).and_then(|target| target.split_once('.'));
        match target.filter(|(prefix, _)| *prefix == self.table.target) {
            Some((_, operation)) => Ok(asked(operation, json::read(body)?)),
            None => Err(unknown_operation()),
        }
    }

    fn read_cbor(self, parts: &Parts, body: &[u8]) -> Result<Asked, AwsError> {
        let operation = cbor::operation(self.table, parts.uri.path()).filter(|_| parts.method == Method::POST);
        Ok(asked(operation.ok_or_else(unknown_operation)?, cbor::read(body)?))
    }
}

fn asked(operation: &str, input: Map<String, Value>) -> Asked {
    Asked { operation: operation.to_owned(), input: Value::Object(input) }
}

/// The sentence is seen at <https://github.com/aws/aws-cli/issues/37>.
fn no_such_action(operation: &str, version: &str) -> AwsError {
    AwsError::new("InvalidAction", format!("Could not find operation {operation} for version {version}"))
}

/// JSON services say no more than this.
fn unknown_operation() -> AwsError {
    AwsError::new("UnknownOperationException", "")
}

/// The refusal of a path that no operation has.
pub(super) fn no_such_path() -> AwsError {
    unknown_operation().with_status(404)
}

/// The header that names the operation of a JSON service.
pub(super) fn target(parts: &Parts) -> Option<&str> {
    parts.headers.get("x-amz-target")?.to_str().ok()
}

fn content_type(parts: &Parts) -> Option<&str> {
    parts.headers.get(CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default())
}

fn as_cbor(status: StatusCode, body: Vec<u8>, request_id: &str) -> Response {
    let mut response = with_request_id(status, "application/cbor", body, request_id);
    response.headers_mut().insert("smithy-protocol", axum::http::HeaderValue::from_static("rpc-v2-cbor"));
    response
}

fn ec2_error(error: &AwsError, request_id: &str) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let tree = json!({"Errors": {"Error": {"Code": error.code, "Message": error.message}}, "RequestID": request_id});
    element(&mut out, "Response", |out| write_members(out, &tree, Lists::Flat));
    out
}

/// Clients cut everything up to the hash: ECS qualifies its own types, and what refuses calls before any service sees
/// them qualifies its own too.
fn json_error(service: Service, error: &AwsError) -> String {
    let code = match (&*error.code, service) {
        (code @ ("UnknownOperationException" | "SerializationException"), _) => {
            format!("com.amazon.coral.service#{code}")
        }
        (code, Service::Ecs) => format!("com.amazonaws.ecs#{code}"),
        (code, _) => code.to_owned(),
    };
    let mut body = json!({"__type": code});
    if let Some(members) = body.as_object_mut() {
        if !error.message.is_empty() {
            members.insert("message".to_owned(), Value::from(error.message.as_str()));
        }
        if let Some(Value::Object(details)) = error.details.as_deref() {
            members.extend(details.clone());
        }
    }
    body.to_string()
}
