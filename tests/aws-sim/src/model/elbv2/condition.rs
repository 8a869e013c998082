//! Conditions: which requests a rule takes.
//!
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html>

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use strum::{Display, EnumString, VariantNames};

use super::invalid;
use crate::model::error::AwsError;
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html>
const MOST_VALUES: usize = 5;
const MOST_WILDCARDS: usize = 6;

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Condition {
    field: Field,
    /// Of `http-header` only.
    header: Option<String>,
    /// Texts; of `query-string` with the key before each, if it has one.
    values: Vec<(Option<String>, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Display, EnumString, VariantNames)]
#[strum(serialize_all = "kebab-case")]
enum Field {
    HttpHeader,
    HttpRequestMethod,
    PathPattern,
    QueryString,
    HostHeader,
    SourceIp,
}

impl Field {
    /// The structure that carries the values.
    fn config(self) -> &'static str {
        match self {
            Self::HttpHeader => "HttpHeaderConfig",
            Self::HttpRequestMethod => "HttpRequestMethodConfig",
            Self::PathPattern => "PathPatternConfig",
            Self::QueryString => "QueryStringConfig",
            Self::HostHeader => "HostHeaderConfig",
            Self::SourceIp => "SourceIpConfig",
        }
    }

    /// Whether a rule may have several of them.
    fn may_repeat(self) -> bool {
        matches!(self, Self::HttpHeader | Self::QueryString)
    }

    /// Whether `*` and `?` stand for something.
    fn has_wildcards(self) -> bool {
        !matches!(self, Self::HttpRequestMethod | Self::SourceIp)
    }
}

/// The conditions that a call lists, checked one by one and together.
pub(super) fn read(input: &Input<'_>) -> Result<Vec<Condition>, AwsError> {
    let mut conditions: Vec<Condition> = Vec::new();
    for part in input.parts("Conditions") {
        let condition = Condition::read(&part)?;
        let field = condition.field;
        if !field.may_repeat() && conditions.iter().any(|known| known.field == field) {
            return Err(invalid(format!("A rule cannot have more than one '{field}' condition")));
        }
        conditions.push(condition);
    }
    let values =
        || conditions.iter().flat_map(|condition| condition.values.iter().map(move |value| (condition.field, value)));
    if values().count() > MOST_VALUES {
        return Err(AwsError::new("ValidationError", format!("A rule can only have '{MOST_VALUES}' condition values")));
    }
    let wildcards = values().filter(|(field, _)| field.has_wildcards());
    let wildcards = wildcards.map(|(_, (_, text))| text.chars().filter(|one| "*?".contains(*one)).count());
    if wildcards.sum::<usize>() > MOST_WILDCARDS {
        return Err(invalid(format!("A rule can only have '{MOST_WILDCARDS}' condition wildcards")));
    }
    Ok(conditions)
}

impl Condition {
    fn read(part: &Input<'_>) -> Result<Self, AwsError> {
        let text = part.text("Field").ok_or_else(|| invalid("A condition field must be specified"))?;
        let field: Field = text.parse().map_err(|_| {
            invalid(format!(
                "Condition field '{text}' must be one of '[path-pattern,host-header,http-header,http-request-method,\
                 query-string,source-ip]'"
            ))
        })?;
        let config = part.part(field.config());
        let plain = part.texts("Values");
        if !plain.is_empty() && !matches!(field, Field::PathPattern | Field::HostHeader) {
            return Err(invalid(format!("The 'Values' field is not compatible with '{field}'")));
        }
        if plain.len() > 1 {
            return Err(invalid(format!("The '{field}' field contains too many values; the limit is '1'")));
        }
        if !plain.is_empty() && part.has(field.config()) {
            return Err(invalid("You cannot provide both Values and a Config for a condition"));
        }
        let values = match field {
            Field::QueryString => query_values(&config)?,
            _ if !plain.is_empty() => plain.iter().map(|text| (None, (*text).to_owned())).collect(),
            Field::HttpHeader | Field::HttpRequestMethod | Field::PathPattern | Field::HostHeader | Field::SourceIp => {
                config.strings("Values").into_iter().map(|text| (None, text)).collect::<Vec<_>>()
            }
        };
        if values.is_empty() {
            return Err(invalid("A condition value must be specified"));
        }
        let header = config.text("HttpHeaderName").map(str::to_owned);
        let condition = Self { field, header, values };
        condition.check()?;
        Ok(condition)
    }

    fn check(&self) -> Result<(), AwsError> {
        let field = self.field;
        if field == Field::HttpHeader {
            let name = self.header.as_deref().unwrap_or_default();
            if name.is_empty() {
                return Err(invalid("An 'HttpHeaderName' must be specified with 'http-header'"));
            }
            if name.len() > 40 {
                return Err(invalid("The 'HttpHeaderName' value is too long; the limit is '40'"));
            }
        }
        let longest = if field == Field::HttpRequestMethod { 40 } else { 128 };
        for (key, text) in &self.values {
            if text.len() > longest || key.as_ref().is_some_and(|key| key.len() > longest) {
                return Err(invalid(format!("The '{field}' value is too long; the limit is '{longest}'")));
            }
            let method = |one: char| one.is_ascii_uppercase() || one == '-' || one == '_';
            if field == Field::HttpRequestMethod && !text.chars().all(method) {
                return Err(invalid(
                    "The 'http-request-method' value is invalid; the allowed characters are A-Z, hyphen and underscore",
                ));
            }
            if field == Field::SourceIp && text.parse::<ipnet::IpNet>().is_err() {
                return Err(invalid(format!("The 'source-ip' value '{text}' must be a valid CIDR block")));
            }
            let host = |one: char| one.is_ascii_alphanumeric() || "-.*?".contains(one);
            if field == Field::HostHeader && !text.chars().all(host) {
                return Err(invalid(format!("The 'host-header' value '{text}' contains invalid characters")));
            }
        }
        Ok(())
    }

    /// Hosts and paths are named twice, as older clients know no structures.
    pub(super) fn render(&self) -> Value {
        let texts: Vec<&str> = self.values.iter().map(|(_, text)| text.as_str()).collect();
        let plain = matches!(self.field, Field::PathPattern | Field::HostHeader);
        let mut tree = json!({"Field": self.field.to_string()});
        if plain {
            tree["Values"] = json!(texts);
        }
        tree[self.field.config()] = if self.field == Field::QueryString {
            let pairs = self.values.iter().map(|(key, value)| json!({"Key": key, "Value": value}));
            json!({ "Values": pairs.collect::<Vec<_>>() })
        } else {
            json!({"HttpHeaderName": self.header, "Values": texts})
        };
        tree
    }
}

fn query_values(config: &Input<'_>) -> Result<Vec<(Option<String>, String)>, AwsError> {
    let pairs = config.parts("Values").into_iter().map(|pair| {
        let value = pair.text("Value").filter(|text| !text.is_empty());
        let value = value.ok_or_else(|| invalid("A 'Value' must be specified in 'QueryStringKeyValuePair'"))?;
        Ok((pair.text("Key").map(str::to_owned), value.to_owned()))
    });
    pairs.collect()
}
