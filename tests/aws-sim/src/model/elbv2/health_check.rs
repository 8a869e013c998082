//! How targets are checked: the settings of a target group, with the defaults of its protocol.
//!
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html>

use chrono::TimeDelta;
use serde_json::{Map, Value, json};

use super::protocol::Protocol;
use super::target_group::TargetType;
use super::{constraint, invalid, misconfigured};
use crate::model::error::AwsError;
use crate::model::input::Input;

/// What is asked, how often, and how many answers make a change.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct HealthCheck {
    pub(super) protocol: Protocol,
    /// None for the port that the target gets traffic on.
    pub(super) port: Option<i64>,
    path: Option<String>,
    interval: i64,
    timeout: i64,
    pub(super) healthy: i64,
    pub(super) unhealthy: i64,
    pub(super) matcher: Option<Matcher>,
}

/// Which answers are good.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Matcher {
    is_grpc: bool,
    codes: String,
}

/// What of a target group decides about its health checks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject {
    pub(super) protocol: Protocol,
    pub(super) target_type: TargetType,
    pub(super) is_grpc: bool,
}

impl HealthCheck {
    /// What a creating call asks for.
    pub(super) fn of_new(input: &Input<'_>, of: Subject) -> Result<Self, AwsError> {
        let is_application = of.protocol.is_http();
        let protocol = if is_application || of.target_type == TargetType::Alb { Protocol::Http } else { Protocol::Tcp };
        let protocol = input.text("HealthCheckProtocol").map_or(Ok(protocol), read_protocol)?;
        let timeout = match (is_application, protocol) {
            (true, _) => 5,
            (false, Protocol::Http) => 6,
            (false, _) => 10,
        };
        let (path, matcher) = defaults_of(protocol, of);
        let check = Self { protocol, port: None, path, interval: 30, timeout, healthy: 5, unhealthy: 2, matcher };
        check.changed(input, of)
    }

    /// The settings after a call that names some of them.
    pub(super) fn changed(mut self, input: &Input<'_>, of: Subject) -> Result<Self, AwsError> {
        if input.flag("HealthCheckEnabled")? == Some(false) {
            return Err(invalid(format!(
                "Health check enabled must be true for target groups with target type '{}'",
                of.target_type
            )));
        }
        if let Some(text) = input.text("HealthCheckProtocol") {
            let protocol = read_protocol(text)?;
            if protocol.is_http() != self.protocol.is_http() {
                (self.path, self.matcher) = defaults_of(protocol, of);
            }
            self.protocol = protocol;
        }
        if let Some(text) = input.text("HealthCheckPort") {
            self.port = read_port(text)?;
        }
        self.interval = constraint::number(input, "HealthCheckIntervalSeconds", 5, 300)?.unwrap_or(self.interval);
        self.timeout = constraint::number(input, "HealthCheckTimeoutSeconds", 2, 120)?.unwrap_or(self.timeout);
        self.healthy = constraint::number(input, "HealthyThresholdCount", 2, 10)?.unwrap_or(self.healthy);
        self.unhealthy = constraint::number(input, "UnhealthyThresholdCount", 2, 10)?.unwrap_or(self.unhealthy);
        self.take_path(input)?;
        self.take_matcher(&input.part("Matcher"), of)?;
        self.check(of)?;
        Ok(self)
    }

    pub(super) fn every(&self) -> TimeDelta {
        TimeDelta::seconds(self.interval)
    }

    /// Adds its members to those of its target group.
    pub(super) fn render_into(&self, tree: &mut Map<String, Value>) {
        tree.insert("HealthCheckProtocol".to_owned(), json!(self.protocol.to_string()));
        let port = self.port.map_or_else(|| "traffic-port".to_owned(), |port| port.to_string());
        tree.insert("HealthCheckPort".to_owned(), json!(port));
        tree.insert("HealthCheckEnabled".to_owned(), json!(true));
        tree.insert("HealthCheckIntervalSeconds".to_owned(), json!(self.interval));
        tree.insert("HealthCheckTimeoutSeconds".to_owned(), json!(self.timeout));
        tree.insert("HealthyThresholdCount".to_owned(), json!(self.healthy));
        tree.insert("UnhealthyThresholdCount".to_owned(), json!(self.unhealthy));
        tree.insert("HealthCheckPath".to_owned(), json!(self.path));
        tree.insert("Matcher".to_owned(), self.matcher.as_ref().map_or(Value::Null, Matcher::render));
    }

    fn take_path(&mut self, input: &Input<'_>) -> Result<(), AwsError> {
        let Some(path) = input.text("HealthCheckPath") else { return Ok(()) };
        if self.path.is_none() {
            return Err(misconfigured(format!(
                "You cannot specify a health check path for health checks with the {} protocol",
                self.protocol
            )));
        }
        if !path.starts_with('/') || path.len() > 1024 {
            return Err(invalid(format!(
                "Health check path '{path}' must begin with a '/' character, and can only contain printable ASCII \
                 characters, without spaces"
            )));
        }
        self.path = Some(path.to_owned());
        Ok(())
    }

    fn take_matcher(&mut self, input: &Input<'_>, of: Subject) -> Result<(), AwsError> {
        let member = if of.is_grpc { "GrpcCode" } else { "HttpCode" };
        let Some(codes) = input.text(member) else { return Ok(()) };
        if self.matcher.is_none() {
            return Err(misconfigured(format!(
                "You cannot specify a health check matcher for health checks with the {} protocol",
                self.protocol
            )));
        }
        let (least, most) = match (of.is_grpc, of.protocol.is_http()) {
            (true, _) => (0, 99),
            (false, true) => (200, 499),
            (false, false) => (200, 599),
        };
        let matcher = Matcher { is_grpc: of.is_grpc, codes: codes.to_owned() };
        let good = |(from, to): (i64, i64)| least <= from && from <= to && to <= most;
        match matcher.ranges() {
            Some(ranges) if ranges.iter().copied().all(good) => self.matcher = Some(matcher),
            Some(_) | None => {
                return Err(invalid(format!(
                    "Health check matcher HTTP code '{codes}' must be within '{least}-{most}' inclusive"
                )));
            }
        }
        Ok(())
    }

    fn check(&self, of: Subject) -> Result<(), AwsError> {
        if of.protocol.is_http() && !self.protocol.is_http() {
            return Err(misconfigured(format!(
                "Health check protocol '{}' is not supported for target groups with the protocol '{}'",
                self.protocol, of.protocol
            )));
        }
        let (timeout, interval) = (self.timeout, self.interval);
        if of.protocol.is_http() && timeout >= interval {
            return Err(invalid(format!(
                "Health check timeout '{timeout}' must be smaller than the interval '{interval}'"
            )));
        }
        if timeout > interval {
            return Err(invalid(format!(
                "Health check timeout '{timeout}' must be smaller than or equal to the interval '{interval}'"
            )));
        }
        Ok(())
    }
}

impl Matcher {
    /// Whether an answer is good.
    pub(super) fn takes(&self, code: i64) -> bool {
        self.ranges().into_iter().flatten().any(|(from, to)| (from..=to).contains(&code))
    }

    /// What a container answers that is well: over HTTP yes, to a method that it does not have over gRPC that.
    pub(super) fn usual_code(&self) -> i64 {
        if self.is_grpc { 12 } else { 200 }
    }

    /// `200`, `200,202` or `200-299`.
    fn ranges(&self) -> Option<Vec<(i64, i64)>> {
        let parts = self.codes.split(',').map(|part| {
            let (from, to) = part.split_once('-').unwrap_or((part, part));
            Some((from.trim().parse().ok()?, to.trim().parse().ok()?))
        });
        parts.collect()
    }

    fn render(&self) -> Value {
        json!({ if self.is_grpc { "GrpcCode" } else { "HttpCode" }: self.codes })
    }
}

/// Path and matcher of checks that understand HTTP.
fn defaults_of(check: Protocol, of: Subject) -> (Option<String>, Option<Matcher>) {
    if !check.is_http() {
        return (None, None);
    }
    let (path, codes) = match (of.is_grpc, of.protocol.is_http()) {
        (true, _) => ("/AWS.ALB/healthcheck", "12"),
        (false, true) => ("/", "200"),
        (false, false) => ("/", "200-399"),
    };
    (Some(path.to_owned()), Some(Matcher { is_grpc: of.is_grpc, codes: codes.to_owned() }))
}

fn read_protocol(text: &str) -> Result<Protocol, AwsError> {
    let protocol: Protocol = constraint::enumerated(text, "healthCheckProtocol")?;
    if matches!(protocol, Protocol::Http | Protocol::Https | Protocol::Tcp) {
        return Ok(protocol);
    }
    Err(invalid(format!("Health check protocol '{protocol}' must be one of 'HTTP, HTTPS, TCP'")))
}

fn read_port(text: &str) -> Result<Option<i64>, AwsError> {
    if text == "traffic-port" {
        return Ok(None);
    }
    let port = text.parse().ok().filter(|port| (1..=65_535).contains(port));
    port.map(Some).ok_or_else(|| {
        invalid(format!("Health check port '{text}' must be either 'traffic-port' or in the range [1-65535]"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matcher_is_codes_and_ranges() {
        let matcher = |codes: &str| Matcher { is_grpc: false, codes: codes.to_owned() };
        assert!(matcher("200,302").takes(302) && matcher("200-399").takes(301));
        assert!(!matcher("200,302").takes(301) && !matcher("404").takes(200));
        assert_eq!(matcher("ok").ranges(), None);
    }
}
