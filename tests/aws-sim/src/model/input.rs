//! What a call was asked, as a tree: every protocol's request becomes one of these.
//!
//! Query strings and XML carry text only, JSON carries types; the accessors take both. A list of one is a list.

use serde_json::Value;

use super::clock::Moment;
use super::error::AwsError;
use super::service::Service;

/// A request, or a part of one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input<'a> {
    service: Service,
    value: &'a Value,
}

impl<'a> Input<'a> {
    pub(crate) fn new(service: Service, value: &'a Value) -> Self {
        Self { service, value }
    }

    /// The tree itself.
    pub(crate) fn value(&self) -> &'a Value {
        self.value
    }

    /// The member as it came, none if absent or null.
    pub(crate) fn get(&self, name: &str) -> Option<&'a Value> {
        self.value.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// A text member. An empty one is there: that is how query protocols clear a value.
    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        self.get(name).and_then(Value::as_str)
    }

    /// A text member that must be there and must not be empty.
    pub(crate) fn required(&self, name: &str) -> Result<&'a str, AwsError> {
        self.text(name).filter(|text| !text.is_empty()).ok_or_else(|| self.service.missing(name))
    }

    /// A whole number.
    pub(crate) fn int(&self, name: &str) -> Result<Option<i64>, AwsError> {
        self.get(name).map(|value| parse_int(value).ok_or_else(|| self.malformed(name, value))).transpose()
    }

    pub(crate) fn required_int(&self, name: &str) -> Result<i64, AwsError> {
        self.int(name)?.ok_or_else(|| self.service.missing(name))
    }

    /// A truth value.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, AwsError> {
        self.get(name).map(|value| parse_bool(value).ok_or_else(|| self.malformed(name, value))).transpose()
    }

    /// A moment: JSON has seconds since 1970, with fractions; texts are written as RFC 3339 has it.
    pub(crate) fn moment(&self, name: &str) -> Result<Option<Moment>, AwsError> {
        self.get(name).map(|value| parse_moment(value).ok_or_else(|| self.malformed(name, value))).transpose()
    }

    /// A structure; one without members when absent.
    pub(crate) fn part(&self, name: &str) -> Input<'a> {
        Input { service: self.service, value: self.get(name).unwrap_or(&Value::Null) }
    }

    /// A list of structures; empty when absent.
    pub(crate) fn parts(&self, name: &str) -> Vec<Input<'a>> {
        self.elements(name).into_iter().map(|value| Input { service: self.service, value }).collect()
    }

    /// A list of texts; empty when absent.
    pub(crate) fn texts(&self, name: &str) -> Vec<&'a str> {
        self.elements(name).into_iter().filter_map(Value::as_str).collect()
    }

    /// The same as [`Input::texts`], owned.
    pub(crate) fn strings(&self, name: &str) -> Vec<String> {
        self.texts(name).into_iter().map(str::to_owned).collect()
    }

    pub(crate) fn missing(&self, name: &str) -> AwsError {
        self.service.missing(name)
    }

    fn malformed(&self, name: &str, value: &Value) -> AwsError {
        self.service.malformed(name, value.as_str().unwrap_or(&value.to_string()))
    }

    fn elements(&self, name: &str) -> Vec<&'a Value> {
        match self.get(name) {
            None => Vec::new(),
            Some(Value::Array(values)) => values.iter().collect(),
            Some(Value::String(text)) if text.is_empty() => Vec::new(),
            Some(single) => vec![single],
        }
    }
}

fn parse_int(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.as_i64(),
        _ => None,
    }
}

fn parse_moment(value: &Value) -> Option<Moment> {
    #[allow(clippy::cast_possible_truncation, reason = "a float that is too large saturates and is no moment")]
    let milliseconds = value.as_f64().map(|seconds| (seconds * 1000.0) as i64);
    let at = milliseconds.and_then(Moment::from_timestamp_millis);
    at.or_else(|| value.as_str().and_then(|text| text.parse().ok()))
}

fn parse_bool(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => match text.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        },
        _ => None,
    }
}
