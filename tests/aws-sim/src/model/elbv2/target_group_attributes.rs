//! Attributes of target groups.
//!
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html>

use chrono::TimeDelta;
use serde_json::json;

use super::attribute::Allowed::{Flag, Number, NumberOrOff, OneOf, Text};
use super::attribute::{Attributes, Spec, spec};
use super::protocol::Protocol;
use super::target_group::{TargetGroup, TargetType};
use super::{invalid, misconfigured};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

const DELAY: &str = "deregistration_delay.timeout_seconds";
const STICKY: &str = "stickiness.enabled";
const STICKINESS: &str = "stickiness.type";
const COOKIE: &str = "stickiness.app_cookie.cookie_name";
const ALGORITHM: &str = "load_balancing.algorithm.type";
const SLOW_START: &str = "slow_start.duration_seconds";
const WEEK: i64 = 604_800;

const SHARED: [Spec; 8] = [
    spec(DELAY, "300", Number(0, 3600)),
    spec(STICKY, "false", Flag),
    spec(STICKINESS, "lb_cookie", OneOf(&["lb_cookie", "app_cookie", "source_ip"])),
    spec(
        "load_balancing.cross_zone.enabled",
        "use_load_balancer_configuration",
        OneOf(&["true", "false", "use_load_balancer_configuration"]),
    ),
    spec("target_group_health.dns_failover.minimum_healthy_targets.count", "1", NumberOrOff(1, 5000)),
    spec("target_group_health.dns_failover.minimum_healthy_targets.percentage", "off", NumberOrOff(1, 100)),
    spec("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1", Number(1, 5000)),
    spec("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "off", NumberOrOff(1, 100)),
];

const APPLICATION: [Spec; 6] = [
    spec(ALGORITHM, "round_robin", OneOf(&["round_robin", "least_outstanding_requests", "weighted_random"])),
    spec("load_balancing.algorithm.anomaly_mitigation", "off", OneOf(&["on", "off"])),
    spec(SLOW_START, "0", Number(0, 900)),
    spec(COOKIE, "", Text),
    spec("stickiness.app_cookie.duration_seconds", "86400", Number(1, WEEK)),
    spec("stickiness.lb_cookie.duration_seconds", "86400", Number(1, WEEK)),
];

const NETWORK: [Spec; 5] = [
    spec("deregistration_delay.connection_termination.enabled", "false", Flag),
    spec("preserve_client_ip.enabled", "true", Flag),
    spec("proxy_protocol_v2.enabled", "false", Flag),
    spec("target_health_state.unhealthy.connection_termination.enabled", "true", Flag),
    spec("target_health_state.unhealthy.draining_interval_seconds", "0", Number(0, 360_000)),
];

/// What a new target group has.
pub(super) fn of_new(protocol: Protocol, target_type: TargetType) -> Attributes {
    if protocol.is_http() {
        return Attributes::of_new(SHARED.iter().chain(&APPLICATION));
    }
    let mut attributes = Attributes::of_new(SHARED.iter().chain(&NETWORK));
    attributes.set(STICKINESS, "source_ip");
    if matches!(protocol, Protocol::Udp | Protocol::TcpUdp) {
        attributes.set("deregistration_delay.connection_termination.enabled", "true");
        attributes.set("target_health_state.unhealthy.connection_termination.enabled", "false");
    } else if target_type == TargetType::Ip {
        attributes.set("preserve_client_ip.enabled", "false");
    }
    attributes
}

/// How long a deregistered target drains.
pub(super) fn deregistration_delay(group: &TargetGroup) -> TimeDelta {
    TimeDelta::seconds(group.attributes.get(DELAY).parse().unwrap_or_default())
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let group = context.region().elbv2.target_group(input.required("TargetGroupArn")?)?;
    Ok(json!({ "Attributes": group.attributes.render() }))
}

/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyTargetGroupAttributes.html>
pub(super) fn modify(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let group = context.region().elbv2.target_group_mut(input.required("TargetGroupArn")?)?;
    let specs = SHARED.iter().chain(&APPLICATION).chain(&NETWORK);
    let kind = format!("target groups with the {} protocol", group.protocol);
    let changed = group.attributes.changed(input, specs, "Target group", &kind)?;
    check(&changed, group.protocol)?;
    group.attributes = changed;
    Ok(json!({ "Attributes": group.attributes.render() }))
}

/// What attributes may not be together.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html>
fn check(attributes: &Attributes, protocol: Protocol) -> Result<(), AwsError> {
    let stickiness = attributes.get(STICKINESS);
    if (stickiness == "source_ip") == protocol.is_http() {
        return Err(misconfigured(format!(
            "Stickiness type '{stickiness}' is not supported for target groups with the {protocol} protocol"
        )));
    }
    if protocol == Protocol::Tls && attributes.is_on(STICKY) {
        return Err(misconfigured("You cannot enable stickiness on target groups with the TLS protocol"));
    }
    let cookie = attributes.get(COOKIE);
    if stickiness == "app_cookie" && cookie.is_empty() {
        return Err(misconfigured("You must set an application cookie name to enable stickiness of type 'app_cookie'"));
    }
    if cookie.starts_with("AWSALB") {
        return Err(invalid(format!("The application cookie name '{cookie}' cannot begin with 'AWSALB'")));
    }
    let slow_start = attributes.get(SLOW_START);
    if slow_start.parse().is_ok_and(|seconds: i64| (1..30).contains(&seconds)) {
        return Err(invalid(format!("'{SLOW_START}' value '{slow_start}' must be 0 or between '30-900' inclusive")));
    }
    let algorithm = attributes.get(ALGORITHM);
    if protocol.is_http() && slow_start != "0" && algorithm != "round_robin" {
        return Err(misconfigured(format!(
            "Slow start cannot be enabled on target groups with the load balancing algorithm '{algorithm}'"
        )));
    }
    Ok(())
}
