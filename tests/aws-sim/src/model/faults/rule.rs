//! One rule: which calls it means, and what it does to them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::call_log::Call;
use crate::model::error::AwsError;
use crate::model::service::Service;

/// A fault as the control API takes it. What is absent narrows nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    /// `ec2`, `iam`, `ecs`, `elasticloadbalancing` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) service: Option<String>,
    /// The operation's name; a star at its end stands for any rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) operation: Option<String>,
    /// Text that occurs in the parameters, written as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) contains: Option<String>,
    pub(crate) kind: Kind,
    /// AWS's error code, for the kind `error`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
    /// HTTP status, for the kind `error`; 400 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    /// Real milliseconds, whatever the clock's speed.
    #[serde(default)]
    pub(crate) delay_ms: u64,
    /// How many calls are hit before the rule is spent; absent for no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) count: Option<u64>,
    /// The share of calls that are hit.
    #[serde(default = "always")]
    pub(crate) probability: f64,
    /// How many calls pass before the first is hit.
    #[serde(default)]
    pub(crate) skip: u64,
    /// How many calls a real second pass, with as many saved up; only those beyond are hit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) per_second: Option<f64>,
}

/// What a rule does to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Refused as the service refuses a caller that is too fast.
    Throttle,
    /// Refused with the rule's code.
    Error,
    /// HTTP 500.
    Internal,
    /// HTTP 503.
    Unavailable,
    /// Answered late.
    Slow,
    /// Connection cut, nothing done.
    ResetBefore,
    /// Connection cut, everything done.
    ResetAfter,
    /// Reads answer what was true `delay_ms` ago.
    Lag,
}

impl Kind {
    pub(crate) fn ends_the_call(self) -> bool {
        !matches!(self, Self::Slow | Self::Lag)
    }
}

impl Rule {
    /// What reads suffer on AWS: EC2 and IAM are documented to be eventually consistent.
    /// <https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html>
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency>
    pub(crate) fn lag_of_aws() -> Vec<Self> {
        ["ec2", "iam", "autoscaling"]
            .into_iter()
            .map(|service| Self {
                service: Some(service.to_owned()),
                operation: None,
                contains: None,
                kind: Kind::Lag,
                code: None,
                message: None,
                status: None,
                delay_ms: 400,
                count: None,
                probability: 0.5,
                skip: 0,
                per_second: None,
            })
            .collect()
    }

    pub(crate) fn delay(&self) -> Duration {
        Duration::from_millis(self.delay_ms)
    }

    pub(crate) fn matches(&self, call: &Call) -> bool {
        self.service.as_deref().is_none_or(|service| service.eq_ignore_ascii_case(call.service.into()))
            && self.operation.as_deref().is_none_or(|pattern| named(pattern, &call.operation))
            && self.contains.as_deref().is_none_or(|text| call.input.to_string().contains(text))
            && (self.kind != Kind::Lag || call.is_read())
    }

    pub(crate) fn error(&self, service: Service) -> AwsError {
        let mut error = match self.kind {
            Kind::Throttle => service.throttled(),
            Kind::Unavailable => AwsError::new("ServiceUnavailable", "The service is unavailable.").with_status(503),
            Kind::Error => AwsError::new("InternalFailure", "A fault was asked for.").with_status(400),
            Kind::Internal | Kind::Slow | Kind::ResetBefore | Kind::ResetAfter | Kind::Lag => {
                AwsError::new("InternalFailure", "An internal error has occurred.").with_status(500)
            }
        };
        if let Some(code) = &self.code {
            error.code = code.clone().into();
        }
        if let Some(message) = &self.message {
            error.message.clone_from(message);
        }
        if let Some(status) = self.status {
            error.status = status;
        }
        error
    }
}

fn named(pattern: &str, operation: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == operation, |start| operation.starts_with(start))
}

fn always() -> f64 {
    1.0
}
