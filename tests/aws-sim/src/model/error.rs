//! How an AWS call fails: code, sentence and HTTP status; the wire gives it its protocol's shape.

use std::borrow::Cow;

use serde_json::Value;

/// What a service answers instead of a result.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{code}: {message}")]
pub(crate) struct AwsError {
    pub(crate) code: Cow<'static, str>,
    pub(crate) message: String,
    pub(crate) status: u16,
    /// Members besides code and message, for errors that have some (JSON protocols and Route53).
    pub(crate) details: Option<Box<Value>>,
}

/// The result of an operation: a tree with AWS's wire names.
pub(crate) type Answer = Result<Value, AwsError>;

impl AwsError {
    /// The caller's fault: HTTP 400.
    pub(crate) fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), status: 400, details: None }
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub(crate) fn with_details(mut self, details: Value) -> Self {
        self.details = Some(Box::new(details));
        self
    }
}
