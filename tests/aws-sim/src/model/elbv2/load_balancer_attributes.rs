//! Attributes of load balancers.
//!
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html>

use serde_json::json;

use super::attribute::Allowed::{Flag, Number, OneOf, Text};
use super::attribute::{Attributes, Spec, spec};
use super::load_balancer::Kind;
use super::misconfigured;
use crate::model::context::Context;
use crate::model::error::Answer;
use crate::model::input::Input;

pub(super) const DELETION_PROTECTION: &str = "deletion_protection.enabled";
const CROSS_ZONE: &str = "load_balancing.cross_zone.enabled";
const DENY_GATEWAY: &str = "ipv6.deny_all_igw_traffic";

const SHARED: [Spec; 7] = [
    spec("access_logs.s3.enabled", "false", Flag),
    spec("access_logs.s3.bucket", "", Text),
    spec("access_logs.s3.prefix", "", Text),
    spec(DELETION_PROTECTION, "false", Flag),
    spec(DENY_GATEWAY, "false", Flag),
    spec(CROSS_ZONE, "false", Flag),
    spec("zonal_shift.config.enabled", "false", Flag),
];

const APPLICATION: [Spec; 16] = [
    spec("idle_timeout.timeout_seconds", "60", Number(1, 4000)),
    spec("client_keep_alive.seconds", "3600", Number(60, 604_800)),
    spec("connection_logs.s3.enabled", "false", Flag),
    spec("connection_logs.s3.bucket", "", Text),
    spec("connection_logs.s3.prefix", "", Text),
    spec("health_check_logs.s3.enabled", "false", Flag),
    spec("health_check_logs.s3.bucket", "", Text),
    spec("health_check_logs.s3.prefix", "", Text),
    spec("routing.http.desync_mitigation_mode", "defensive", OneOf(&["monitor", "defensive", "strictest"])),
    spec("routing.http.drop_invalid_header_fields.enabled", "false", Flag),
    spec("routing.http.preserve_host_header.enabled", "false", Flag),
    spec("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "false", Flag),
    spec("routing.http.xff_client_port.enabled", "false", Flag),
    spec("routing.http.xff_header_processing.mode", "append", OneOf(&["append", "preserve", "remove"])),
    spec("routing.http2.enabled", "true", Flag),
    spec("waf.fail_open.enabled", "false", Flag),
];

const NETWORK: [Spec; 2] = [
    spec("dns_record.client_routing_policy", "any_availability_zone", OneOf(&ROUTING_POLICIES)),
    spec("secondary_ips.auto_assigned.per_subnet", "0", Number(0, 7)),
];

const ROUTING_POLICIES: [&str; 3] =
    ["availability_zone_affinity", "partial_availability_zone_affinity", "any_availability_zone"];

/// What a new load balancer has.
pub(super) fn of_new(kind: Kind, internal: bool) -> Attributes {
    let own: &[Spec] = match kind {
        Kind::Application => &APPLICATION,
        Kind::Network => &NETWORK,
    };
    let mut attributes = Attributes::of_new(SHARED.iter().chain(own));
    if kind == Kind::Application {
        attributes.set(CROSS_ZONE, "true");
    }
    if internal {
        attributes.set(DENY_GATEWAY, "true");
    }
    attributes
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let balancer = context.region().elbv2.load_balancer(input.required("LoadBalancerArn")?)?;
    Ok(json!({ "Attributes": balancer.attributes.render() }))
}

/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyLoadBalancerAttributes.html>
pub(super) fn modify(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let balancer = context.region().elbv2.load_balancer_mut(input.required("LoadBalancerArn")?)?;
    let specs = SHARED.iter().chain(&APPLICATION).chain(&NETWORK);
    let kind = format!("load balancers with type '{}'", balancer.kind);
    let changed = balancer.attributes.changed(input, specs, "Load balancer", &kind)?;
    if balancer.kind == Kind::Application && !changed.is_on(CROSS_ZONE) {
        return Err(misconfigured(format!(
            "The value of attribute '{CROSS_ZONE}' cannot be changed for load balancers with type 'application'"
        )));
    }
    for log in ["access_logs", "connection_logs", "health_check_logs"] {
        if changed.is_on(&format!("{log}.s3.enabled")) && changed.get(&format!("{log}.s3.bucket")).is_empty() {
            return Err(misconfigured(format!(
                "The value of '{log}.s3.bucket' cannot be empty if '{log}.s3.enabled' is true"
            )));
        }
    }
    balancer.attributes = changed;
    Ok(json!({ "Attributes": balancer.attributes.render() }))
}
