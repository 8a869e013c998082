//! Registering and deregistering targets.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde_json::{Value, json};

use super::target_group::{TargetGroup, TargetType};
use super::{account_limits, constraint, invalid, target};
use crate::model::context::Context;
use crate::model::ec2::{self};
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// A target that a call names.
struct Named {
    id: String,
    port: Option<i64>,
    zone: Option<String>,
}

/// All of the targets or none.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RegisterTargets.html>
pub(super) fn register(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let arn = input.required("TargetGroupArn")?;
    let region = context.region();
    let group = region.elbv2.target_group(arn)?;
    let named = read(input)?;
    match group.target_type {
        TargetType::Instance => check_instances(&region.ec2, group, &named)?,
        TargetType::Ip => check_addresses(&region.ec2, group, &named)?,
        TargetType::Alb => check_balancers(&region.elbv2, group, &named)?,
    }
    let port = group.port;
    let new = named.iter().filter(|one| !group.targets.contains_key(&target::key(&one.id, one.port.unwrap_or(port))));
    account_limits::check_targets(group, group.targets.len() + new.count())?;
    for one in named {
        target::add(context, arn, &one.id, one.port.unwrap_or(port), one.zone);
    }
    Ok(json!({}))
}

/// A target that is not registered is no error.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeregisterTargets.html>
pub(super) fn deregister(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let arn = input.required("TargetGroupArn")?;
    let group = context.region().elbv2.target_group(arn)?;
    let named = read(input)?;
    let keys: Vec<String> = named.iter().flat_map(|one| target::keys_of(group, &one.id, one.port)).collect();
    keys.iter().for_each(|key| target::remove(context, arn, key));
    Ok(Value::Null)
}

fn read(input: &Input<'_>) -> Result<Vec<Named>, AwsError> {
    let mut named = Vec::new();
    for part in input.parts("Targets") {
        let port = constraint::number(&part, "Port", 1, 65_535)?;
        let zone = part.text("AvailabilityZone").map(str::to_owned);
        named.push(Named { id: part.required("Id")?.to_owned(), port, zone });
    }
    if named.is_empty() { Err(input.missing("Targets")) } else { Ok(named) }
}

fn check_instances(ec2: &ec2::State, group: &TargetGroup, named: &[Named]) -> Result<(), AwsError> {
    if let Some(one) = named.iter().find(|one| !one.id.starts_with("i-")) {
        return Err(invalid(format!("Instance ID '{}' is not valid", one.id)));
    }
    refuse_those(named, "The following instances do not exist", |one| ec2.instances.get(&one.id).is_none())?;
    let elsewhere = format!("The following targets are not in the target group VPC '{}'", group.vpc_id);
    refuse_those(named, &elsewhere, |one| ec2.instances.get(&one.id).is_none_or(|it| it.vpc_id != group.vpc_id))?;
    let asleep = "The following targets are not in a running state and cannot be registered";
    refuse_those(named, asleep, |one| ec2.instances.get(&one.id).is_none_or(|it| !it.is_running()))
}

/// Private addresses of other networks can be reached by peering, and must say so by the zone `all`.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetDescription.html>
fn check_addresses(ec2: &ec2::State, group: &TargetGroup, named: &[Named]) -> Result<(), AwsError> {
    for one in named {
        let address: Ipv4Addr =
            one.id.parse().map_err(|_| invalid(format!("The IP address '{}' is not a valid IPv4 address", one.id)))?;
        let within = ec2.vpcs.get(&group.vpc_id).is_some_and(|vpc| vpc.cidr.contains(&address));
        if within && one.zone.as_deref() == Some("all") {
            let message = format!(
                "The IP address '{address}' is inside the VPC '{}'; the Availability Zone cannot be 'all'",
                group.vpc_id
            );
            return Err(invalid(message));
        }
        if !within && one.zone.as_deref() != Some("all") {
            let message = format!(
                "The following targets are not in the target group VPC '{}': '{address}'. You must specify the \
                 Availability Zone 'all' for IP addresses outside of the VPC",
                group.vpc_id
            );
            return Err(AwsError::new("InvalidTarget", message));
        }
        if !within && !is_private(address) {
            return Err(invalid(format!("The IP address '{address}' must be from a private IP address range")));
        }
    }
    Ok(())
}

fn check_balancers(state: &super::State, group: &TargetGroup, named: &[Named]) -> Result<(), AwsError> {
    for one in named {
        let known = state.load_balancers.get(&one.id).filter(|balancer| balancer.network.vpc_id == group.vpc_id);
        if known.is_none() {
            let message =
                format!("The following targets are not in the target group VPC '{}': '{}'", group.vpc_id, one.id);
            return Err(AwsError::new("InvalidTarget", message));
        }
        let port = one.port.unwrap_or(group.port);
        if port != group.port || !state.listeners_of(&one.id).any(|listener| listener.port == port) {
            let message =
                format!("Load balancer '{}' has no listener on the port of the target group '{port}'", one.id);
            return Err(AwsError::new("InvalidTarget", message));
        }
    }
    Ok(())
}

fn refuse_those(named: &[Named], sentence: &str, bad: impl Fn(&&Named) -> bool) -> Result<(), AwsError> {
    let ids: Vec<String> = named.iter().filter(bad).map(|one| format!("'{}'", one.id)).collect();
    if ids.is_empty() {
        return Ok(());
    }
    Err(AwsError::new("InvalidTarget", format!("{sentence}: {}", ids.join(", "))))
}

/// RFC 1918 and RFC 6598.
fn is_private(address: Ipv4Addr) -> bool {
    let shared = Ipv4Net::new_assert(Ipv4Addr::new(100, 64, 0, 0), 10);
    address.is_private() || shared.contains(&address)
}
