//! Describing, moving and deleting load balancers.

use serde_json::{Value, json};

use super::listing::paged;
use super::load_balancer::{Kind, LoadBalancer};
use super::load_balancer_attributes::DELETION_PROTECTION;
use super::{Event, association, invalid, misconfigured, network, no_load_balancer};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::{event, timing};

/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeLoadBalancers.html>
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let region = context.place.region.clone();
    let there = context.region();
    let all = &there.elbv2.load_balancers;
    let (arns, names) = (input.texts("LoadBalancerArns"), input.texts("Names"));
    if !arns.is_empty() && !names.is_empty() {
        return Err(invalid("Load balancer names and load balancer ARNs cannot be specified at the same time"));
    }
    if arns.len().max(names.len()) > 20 {
        return Err(invalid("The maximum number of load balancers that can be described by name or ARN is 20"));
    }
    if let Some(unknown) = arns.iter().find(|arn| !all.contains_key(**arn)) {
        return Err(no_load_balancer(unknown));
    }
    let unknown: Vec<&str> =
        names.iter().copied().filter(|name| !all.values().any(|balancer| balancer.name == *name)).collect();
    if !unknown.is_empty() {
        let message = format!("Load balancers '[{}]' not found", unknown.join(", "));
        return Err(AwsError::new("LoadBalancerNotFound", message));
    }
    let wanted = |balancer: &&LoadBalancer| {
        (arns.is_empty() || arns.contains(&balancer.arn.as_str()))
            && (names.is_empty() || names.contains(&balancer.name.as_str()))
    };
    let rows = all.values().filter(wanted).map(|balancer| (balancer.arn.clone(), balancer.render(&region, &there.ec2)));
    paged(input, "LoadBalancers", rows.collect())
}

/// Its listeners and rules go with it, its interfaces stay for a while. One that does not exist is no error.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteLoadBalancer.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let arn = input.required("LoadBalancerArn")?;
    let state = &mut context.region().elbv2;
    let Some(balancer) = state.load_balancers.get(arn) else {
        let refusal = no_load_balancer(arn);
        return if refusal.code == "LoadBalancerNotFound" { Ok(Value::Null) } else { Err(refusal) };
    };
    if balancer.attributes.is_on(DELETION_PROTECTION) {
        let message = format!("Load balancer '{arn}' cannot be deleted because deletion protection is enabled");
        return Err(AwsError::new("OperationNotPermitted", message));
    }
    let interfaces = balancer.network.interface_ids();
    let listeners: Vec<String> = state.listeners_of(arn).map(|listener| listener.arn.clone()).collect();
    listeners.iter().for_each(|listener| super::listener_calls::remove(state, listener));
    association::settle(context, arn);
    context.region().elbv2.load_balancers.remove(arn);
    context.schedule(timing::LOAD_BALANCER_INTERFACES_STAY, event::Event::ElbV2(Event::InterfacesGo(interfaces)));
    Ok(Value::Null)
}

/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetSecurityGroups.html>
pub(super) fn set_security_groups(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let region = context.region();
    let balancer = region.elbv2.load_balancer_mut(input.required("LoadBalancerArn")?)?;
    let ids = input.texts("SecurityGroups");
    let was_without = balancer.network.groups.is_empty();
    if balancer.kind == Kind::Network && was_without != ids.is_empty() {
        return Err(misconfigured(if was_without {
            "You cannot set security groups on a Network Load Balancer that was created without security groups"
        } else {
            "You cannot remove all security groups from a Network Load Balancer"
        }));
    }
    if ids.is_empty() && balancer.kind == Kind::Application {
        return Err(invalid("At least one security group must be specified"));
    }
    let groups = network::read_groups(&region.ec2, &ids, &balancer.network.vpc_id)?;
    if let Some(rules) = input.text("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic") {
        balancer.network.rules_hold_for_private_link = rules == "on";
    }
    for id in balancer.network.interface_ids() {
        if let Some(interface) = region.ec2.interfaces.get_mut(&id) {
            interface.groups.clone_from(&groups);
        }
    }
    balancer.network.groups.clone_from(&groups);
    let private_link = (balancer.kind == Kind::Network).then(|| balancer.network.private_link_rules());
    Ok(json!({
        "SecurityGroupIds": groups,
        "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic": private_link,
    }))
}

/// The zones that are named replace those before; network load balancers may only gain some and leave some.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetSubnets.html>
pub(super) fn set_subnets(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let arn = input.required("LoadBalancerArn")?;
    let region = context.region();
    let balancer = region.elbv2.load_balancer(arn)?.clone();
    let (vpc_id, mut places) = network::read_places(&region.ec2, input, balancer.kind)?;
    if vpc_id != balancer.network.vpc_id {
        return Err(misconfigured(format!(
            "The subnets must belong to the VPC of the load balancer: '{}'",
            balancer.network.vpc_id
        )));
    }
    let mut leaving = Vec::new();
    for (zone, before) in &balancer.network.places {
        match places.get_mut(zone) {
            Some(place) if place.subnet_id == before.subnet_id => place.interface_id.clone_from(&before.interface_id),
            None | Some(_) => leaving.extend(before.interface_id.clone()),
        }
    }
    let asked = input.has("IpAddressType");
    let asked = asked.then(|| network::read_address_type(&region.ec2, input, &places, balancer.kind)).transpose()?;
    let address_type = asked.unwrap_or(balancer.network.address_type);
    let mut network = network::Network { places, address_type, ..balancer.network.clone() };
    network.open(context, balancer.kind, balancer.path(), balancer.internal)?;
    let there = context.region();
    let (zones, address_type) = (network.render_zones(&there.ec2), network.address_type.to_string());
    there.elbv2.load_balancer_mut(arn)?.network = network;
    if !leaving.is_empty() {
        context.schedule(timing::LOAD_BALANCER_INTERFACES_STAY, event::Event::ElbV2(Event::InterfacesGo(leaving)));
    }
    Ok(json!({ "AvailabilityZones": zones, "IpAddressType": address_type }))
}

/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetIpAddressType.html>
pub(super) fn set_ip_address_type(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let region = context.region();
    let balancer = region.elbv2.load_balancer_mut(input.required("LoadBalancerArn")?)?;
    input.required("IpAddressType")?;
    let network = &mut balancer.network;
    network.address_type = network::read_address_type(&region.ec2, input, &network.places, balancer.kind)?;
    Ok(json!({ "IpAddressType": network.address_type.to_string() }))
}
