//! The body of a request: a JSON object, or nothing.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use serde_json::{Map, Value};
use shared::problem::{Code, Problem};

use crate::problem::{Refused, Result};

mod strict;

/// The largest body that is read, in bytes.
pub const LARGEST: usize = 1024 * 1024;

/// A JSON object; an empty one when no body came.
#[derive(Debug)]
pub struct Body(pub Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let content_type = request.headers().get(header::CONTENT_TYPE).cloned();
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            let detail = rejection.body_text();
            match rejection.into_response().status() {
                StatusCode::PAYLOAD_TOO_LARGE => {
                    Refused::new(Code::TooLarge, format!("more than {LARGEST} bytes came"))
                }
                _ => Refused::new(Code::MalformedRequest, detail),
            }
        })?;
        if bytes.is_empty() {
            return Ok(Body(Map::new()));
        }
        let media_type = content_type.as_ref().and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !is_json(media_type) {
            return Err(Refused::new(Code::UnsupportedMediaType, format!("the content type is {media_type:?}")));
        }
        read(&bytes)
    }
}

fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn read(bytes: &[u8]) -> Result<Body> {
    let (read, twice) = strict::read(bytes);
    if let Some(first) = twice.first() {
        let problem = Problem::new(Code::MalformedRequest, format!("{first} stands twice in the body"));
        let problem = problem.advised("Send each key once: which of its values was meant, nobody can know.");
        return Err(twice.iter().fold(problem, |problem, key| problem.at(key, "stands twice")).into());
    }
    match read {
        Ok(Value::Object(object)) => Ok(Body(object)),
        Ok(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
            Err(Refused::new(Code::MalformedRequest, "the body is JSON, but not an object"))
        }
        // serde_json's sentence can quote the body, which may hold a secret: only the place is told.
        Err(error) => {
            let detail = format!("the body is not JSON: line {}, column {}", error.line(), error.column());
            Err(Refused::new(Code::MalformedRequest, detail))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_with_parameters_and_json_dialects_are_json() {
        for right in ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"] {
            assert!(is_json(right), "{right}");
        }
        for wrong in ["", "text/json", "application/x-www-form-urlencoded"] {
            assert!(!is_json(wrong), "{wrong}");
        }
    }

    #[test]
    fn what_is_not_an_object_is_refused_with_its_place_and_without_its_content() {
        let refused = read(b"{\n\"a\": hunter2}").unwrap_err();
        assert_eq!(refused.0.status, 400);
        assert_eq!(refused.0.detail, "the body is not JSON: line 2, column 6");
        let twice = read(br#"{"a": 1, "b": [{"c/d": 1, "c/d": 2}], "a": {}}"#).unwrap_err();
        assert_eq!((twice.0.status, twice.0.code), (400, Code::MalformedRequest));
        assert_eq!(twice.0.errors.iter().map(|error| &error.pointer).collect::<Vec<_>>(), ["/b/0/c~1d", "/a"]);
        assert_eq!(read(b"[]").unwrap_err().0.code, Code::MalformedRequest);
    }
}
