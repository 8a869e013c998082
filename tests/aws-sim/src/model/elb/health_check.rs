//! How a load balancer finds out which instances are well.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::invalid;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// What is asked, how often, and how many answers make a change.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct HealthCheck {
    target: String,
    pub(super) port: i64,
    interval: i64,
    timeout: i64,
    pub(super) unhealthy_threshold: i64,
    pub(super) healthy_threshold: i64,
}

impl HealthCheck {
    /// What a new load balancer does until it is told otherwise.
    /// <https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-healthchecks.html>
    pub(super) fn of_new(instance_port: i64) -> Self {
        Self {
            target: format!("TCP:{instance_port}"),
            port: instance_port,
            interval: 30,
            timeout: 5,
            unhealthy_threshold: 2,
            healthy_threshold: 10,
        }
    }

    pub(super) fn every(&self) -> TimeDelta {
        TimeDelta::seconds(self.interval)
    }

    pub(super) fn render(&self) -> Value {
        json!({
            "Target": self.target,
            "Interval": self.interval,
            "Timeout": self.timeout,
            "UnhealthyThreshold": self.unhealthy_threshold,
            "HealthyThreshold": self.healthy_threshold,
        })
    }

    /// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_HealthCheck.html>
    fn read(input: &Input<'_>) -> Result<Self, AwsError> {
        let target = input.required("Target")?;
        let number = |name: &str, least: i64, most: i64| {
            let number = input.required_int(name)?;
            if (least..=most).contains(&number) {
                return Ok(number);
            }
            Err(invalid(format!("HealthCheck {name} must be between {least} and {most}, but is {number}")))
        };
        let check = Self {
            target: target.to_owned(),
            port: port_of(target)?,
            interval: number("Interval", 5, 300)?,
            timeout: number("Timeout", 2, 60)?,
            unhealthy_threshold: number("UnhealthyThreshold", 2, 10)?,
            healthy_threshold: number("HealthyThreshold", 2, 10)?,
        };
        if check.timeout >= check.interval {
            return Err(invalid("HealthCheck timeout must be less than interval"));
        }
        Ok(check)
    }
}

pub(super) fn configure(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let balancer = context.region().elb.named_mut(input)?;
    if !input.has("HealthCheck") {
        return Err(input.missing("HealthCheck"));
    }
    balancer.health_check = HealthCheck::read(&input.part("HealthCheck"))?;
    Ok(json!({ "HealthCheck": balancer.health_check.render() }))
}

/// `TCP:port`, `SSL:port`, `HTTP:port/path` or `HTTPS:port/path`.
fn port_of(target: &str) -> Result<i64, AwsError> {
    let well_formed = || {
        let (protocol, rest) = target.split_once(':')?;
        let port = match protocol.to_ascii_uppercase().as_str() {
            "TCP" | "SSL" => rest,
            "HTTP" | "HTTPS" => rest.split_once('/')?.0,
            _ => return None,
        };
        port.parse().ok().filter(|port| (1..=65_535).contains(port))
    };
    well_formed().ok_or_else(|| {
        invalid(format!(
            "HealthCheck Target '{target}' must specify a port greater than 0 and less than 65536, with a path for \
             HTTP and HTTPS"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_names_its_port_and_http_needs_a_path() {
        assert_eq!(port_of("TCP:8080").unwrap(), 8080);
        assert_eq!(port_of("HTTP:80/health/check").unwrap(), 80);
        for wrong in ["HTTP:80", "TCP:0", "UDP:53", "TCP:80/", "80", "TCP:65536"] {
            assert!(port_of(wrong).is_err(), "{wrong}");
        }
    }
}
