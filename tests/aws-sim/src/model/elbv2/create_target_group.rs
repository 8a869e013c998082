//! Making a target group.
//!
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html>

use indexmap::IndexMap;
use serde_json::json;

use super::health_check::HealthCheck;
use super::protocol::Protocol;
use super::target_group::{TargetGroup, TargetType, Version};
use super::{account_limits, constraint, invalid, misconfigured, not_simulated, target_group_attributes};
use crate::model::context::Context;
use crate::model::elb;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// Repeated with the same settings it answers the same target group.
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let group = read(context, input)?;
    let known = &mut context.region().elbv2.target_groups;
    if let Some(before) = known.values().find(|one| one.name == group.name) {
        if before.is_like(&group) {
            return Ok(json!({ "TargetGroups": [before.render()] }));
        }
        let message = format!("A target group with the same name '{}' exists, but with different settings", group.name);
        return Err(AwsError::new("DuplicateTargetGroupName", message));
    }
    account_limits::check_target_groups(known.len())?;
    let answer = json!({ "TargetGroups": [group.render()] });
    known.insert(group.arn.clone(), group);
    Ok(answer)
}

fn read(context: &mut Context<'_>, input: &Input<'_>) -> Result<TargetGroup, AwsError> {
    let name = constraint::name(input.required("Name")?, "Target group")?.to_owned();
    let target_type = match input.text("TargetType") {
        Some("lambda") => return Err(not_simulated("target groups of functions")),
        Some(text) => constraint::enumerated(text, "targetType")?,
        None => TargetType::Instance,
    };
    let protocol = input.text("Protocol").ok_or_else(|| invalid("A protocol must be specified"))?;
    let protocol: Protocol = constraint::enumerated(protocol, "protocol")?;
    let port = constraint::number(input, "Port", 1, 65_535)?.ok_or_else(|| invalid("A port must be specified"))?;
    let vpc_id = input.text("VpcId").ok_or_else(|| invalid("A VPC ID must be specified"))?;
    if context.region().ec2.vpcs.get(vpc_id).is_none() {
        return Err(invalid(format!("The VPC ID '{vpc_id}' is not found")));
    }
    check_protocol(protocol, target_type)?;
    match input.text("IpAddressType") {
        None | Some("ipv4") => {}
        Some("ipv6") => return Err(not_simulated("target groups of IPv6 addresses")),
        Some(other) => {
            return Err(constraint::unfit(other, "ipAddressType", "satisfy enum value set: [ipv4, ipv6]"));
        }
    }
    let version = read_version(input, protocol)?;
    let subject = super::health_check::Subject { protocol, target_type, is_grpc: version == Some(Version::Grpc) };
    let (health_check, tags) = (HealthCheck::of_new(input, subject)?, elb::read_tags(input)?);
    let id = context.world.ids.hex(16);
    Ok(TargetGroup {
        arn: context.arn("elasticloadbalancing", &format!("targetgroup/{name}/{id}")),
        name,
        protocol,
        version,
        port,
        vpc_id: vpc_id.to_owned(),
        target_type,
        health_check,
        attributes: target_group_attributes::of_new(protocol, target_type),
        targets: IndexMap::new(),
        load_balancer: None,
        tags,
    })
}

fn check_protocol(protocol: Protocol, target_type: TargetType) -> Result<(), AwsError> {
    match protocol {
        Protocol::Geneve => Err(not_simulated("gateway load balancers")),
        Protocol::Quic | Protocol::TcpQuic => Err(not_simulated("target groups with the protocol QUIC")),
        Protocol::Http | Protocol::Https | Protocol::Tls | Protocol::Udp | Protocol::TcpUdp
            if target_type == TargetType::Alb =>
        {
            Err(misconfigured(format!(
                "Protocol '{protocol}' is not supported for target groups with target type 'alb'"
            )))
        }
        Protocol::Http | Protocol::Https | Protocol::Tcp | Protocol::Tls | Protocol::Udp | Protocol::TcpUdp => Ok(()),
    }
}

fn read_version(input: &Input<'_>, protocol: Protocol) -> Result<Option<Version>, AwsError> {
    match input.text("ProtocolVersion") {
        None => Ok(protocol.is_http().then_some(Version::Http1)),
        Some(text) if protocol.is_http() => Ok(Some(constraint::enumerated(text, "protocolVersion")?)),
        Some(_) => Err(invalid(format!(
            "Protocol version cannot be specified for target groups with the protocol '{protocol}'"
        ))),
    }
}
