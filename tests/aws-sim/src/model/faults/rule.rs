//! One rule: which calls it means, and what it does to them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Caller;
use crate::model::bucket::Capacity;
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
    /// A name, an id or an ARN that is a parameter, or the last part of one, anywhere among the parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) resource: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) region: Option<String>,
    /// The access key or the ARN that calls, or a text in what the caller says of itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) caller: Option<String>,
    pub(crate) kind: Kind,
    /// AWS's error code, for the kind `error`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
    /// HTTP status, for the kind `error`; 400 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    /// Real milliseconds, whatever the clock's speed; for the kind `lag` simulated ones while the clock is stopped.
    #[serde(default)]
    pub(crate) delay_ms: u64,
    /// How many calls are hit before the rule is spent; absent for no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) count: Option<u64>,
    /// The share of calls that are hit.
    #[serde(default = "always")]
    pub(crate) probability: f64,
    /// What decides which calls are hit; the simulator's own if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) seed: Option<u64>,
    /// How many calls pass before the first is hit.
    #[serde(default)]
    pub(crate) skip: u64,
    /// How many calls a second pass, with as many saved up; only those beyond are hit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) per_second: Option<f64>,
}

/// What a rule does to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub(crate) enum Kind {
    /// Refused as the service refuses a caller that is too fast.
    Throttle,
    /// Refused with the rule's code.
    Error,
    /// HTTP 500.
    Internal,
    /// HTTP 503.
    Unavailable,
    /// Refused because a quota is reached, as the operation says it.
    Quota,
    /// Refused because AWS has no more of what is to be launched, as the operation says it.
    NoCapacity,
    /// Answered late.
    Slow,
    /// Not answered until the caller gives up; nothing done.
    Timeout,
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
    /// A rule that makes half of a service's reads late.
    pub(super) fn lagging(service: &str, delay_ms: u64) -> Self {
        Self {
            service: Some(service.to_owned()),
            operation: None,
            contains: None,
            resource: None,
            account: None,
            region: None,
            caller: None,
            kind: Kind::Lag,
            code: None,
            message: None,
            status: None,
            delay_ms,
            count: None,
            probability: 0.5,
            seed: None,
            skip: 0,
            per_second: None,
        }
    }

    pub(crate) fn delay(&self) -> Duration {
        Duration::from_millis(self.delay_ms)
    }

    /// The bucket of calls that pass: a second's worth, and one call at least.
    pub(super) fn allowance(&self) -> Option<Capacity> {
        self.per_second.map(|refill| Capacity { size: refill.max(1.0), refill })
    }

    pub(crate) fn is_about(&self, service: Service) -> bool {
        self.service.as_deref().is_none_or(|name| name.eq_ignore_ascii_case(service.into()))
    }

    pub(crate) fn matches(&self, call: &Call, caller: Caller<'_>) -> bool {
        self.is_about(call.service)
            && self.operation.as_deref().is_none_or(|pattern| named(pattern, &call.operation))
            && self.account.as_deref().is_none_or(|account| account == caller.account)
            && self.region.as_deref().is_none_or(|region| region == call.region)
            && self.caller.as_deref().is_none_or(|text| caller.is_called(text, call))
            && self.contains.as_deref().is_none_or(|text| call.input.to_string().contains(text))
            && self.resource.as_deref().is_none_or(|name| names(&call.input, name))
            && (self.kind != Kind::Lag || call.is_read())
    }

    pub(crate) fn error(&self, call: &Call) -> AwsError {
        let mut error = match self.kind {
            Kind::Throttle => call.service.throttled(),
            Kind::Unavailable => AwsError::new("ServiceUnavailable", "The service is unavailable.").with_status(503),
            Kind::Error => AwsError::new("InternalFailure", "A fault was asked for.").with_status(400),
            Kind::Quota => super::quota::reached(call.service, &call.operation),
            Kind::NoCapacity => super::capacity::refusal(call),
            Kind::Internal | Kind::Slow | Kind::Timeout | Kind::ResetBefore | Kind::ResetAfter | Kind::Lag => {
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

/// Whether a name with a star at its end, or without one, means the operation.
pub(crate) fn named(pattern: &str, operation: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == operation, |start| operation.starts_with(start))
}

/// Whether a text anywhere in the tree is the name, or ends in it behind a slash or a colon, as ARNs do.
fn names(tree: &serde_json::Value, name: &str) -> bool {
    use serde_json::Value;
    match tree {
        Value::String(text) => text
            .strip_suffix(name)
            .is_some_and(|before| before.is_empty() || before.ends_with('/') || before.ends_with(':')),
        Value::Array(values) => values.iter().any(|value| names(value, name)),
        Value::Object(members) => members.values().any(|value| names(value, name)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn always() -> f64 {
    1.0
}
