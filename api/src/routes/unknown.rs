//! Answers to requests that no route takes, and to defects.

use std::any::Any;

use axum::http::Uri;
use axum::response::{IntoResponse as _, Response};
use shared::problem::{Code, Problem};

use crate::problem::Refused;

/// No route has this path.
pub async fn path(uri: Uri) -> Refused {
    let problem = Problem::new(Code::NotFound, format!("there is nothing at {}", uri.path()));
    problem.advised("/openapi.json names every path.").into()
}

/// The route does not take this method.
pub async fn method(method: axum::http::Method, uri: Uri) -> Refused {
    Refused::new(Code::MethodNotAllowed, format!("{} does not take {method}", uri.path()))
}

/// A handler panicked.
pub fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = text.unwrap_or("unknown"), "a request ended in a panic");
    Refused::new(Code::Internal, "the request ended in a defect").into_response()
}
