//! What a load balancer finds when it asks a target: whether there is a way to it, and who listens there.

use std::net::Ipv4Addr;

use super::health_check::HealthCheck;
use super::load_balancer::LoadBalancer;
use super::target::{Fault, Target};
use super::target_group::TargetType;
use crate::model::context::Context;
use crate::model::ec2::instance::Stage;
use crate::model::ec2::interface::Holder;
use crate::model::ec2::{self};
use crate::model::ecs;

/// The outcome of one check.
pub(super) enum Finding {
    Passed,
    Failed(Fault),
    /// The target does not exist any more.
    Gone,
}

/// Asks a target.
pub(super) fn probe(context: &mut Context<'_>, group_arn: &str, key: &str) -> Finding {
    let Some(group) = context.region().elbv2.target_groups.get(group_arn) else { return Finding::Gone };
    let Some(target) = group.targets.get(key).cloned() else { return Finding::Gone };
    let (check, vpc_id, target_type) = (group.health_check.clone(), group.vpc_id.clone(), group.target_type);
    let Some(balancer) = group.load_balancer.clone() else { return Finding::Failed(Fault::TimedOut) };
    let port = check.port.unwrap_or(target.port);
    match target_type {
        TargetType::Alb => probe_balancer(context, &target, port),
        TargetType::Instance => {
            let instance = context.region().ec2.instances.get(&target.id);
            let Some(instance) = instance.filter(|one| one.stage != Stage::Terminated) else { return Finding::Gone };
            if !instance.is_running() {
                return Finding::Failed(Fault::TimedOut);
            }
            let interface_id = instance.interface_id.clone();
            probe_interface(context, &balancer, &interface_id, port, &check)
        }
        TargetType::Ip => match interface_of(context, &vpc_id, &target) {
            Some(interface_id) => {
                remember(context, group_arn, key, &interface_id);
                probe_interface(context, &balancer, &interface_id, port, &check)
            }
            None => Finding::Failed(Fault::TimedOut),
        },
    }
}

fn probe_interface(
    context: &mut Context<'_>,
    balancer: &str,
    interface_id: &str,
    port: i64,
    check: &HealthCheck,
) -> Finding {
    let region = context.region();
    let Some(balancer) = region.elbv2.load_balancers.get(balancer) else { return Finding::Failed(Fault::TimedOut) };
    if !is_let_through(&region.ec2, balancer, interface_id, port) {
        return Finding::Failed(Fault::TimedOut);
    }
    if !listens(context, interface_id, port) {
        return Finding::Failed(Fault::Refused);
    }
    match &check.matcher {
        Some(matcher) if !matcher.takes(matcher.usual_code()) => Finding::Failed(Fault::Code(matcher.usual_code())),
        Some(_) | None => Finding::Passed,
    }
}

/// A load balancer behind another is well while it is active and listens on the port.
fn probe_balancer(context: &mut Context<'_>, target: &Target, port: i64) -> Finding {
    let state = &context.region().elbv2;
    let Some(balancer) = state.load_balancers.get(&target.id) else { return Finding::Gone };
    let mut listeners = state.listeners_of(&target.id);
    if balancer.is_active && listeners.any(|listener| listener.port == port) {
        Finding::Passed
    } else {
        Finding::Failed(Fault::Refused)
    }
}

/// Whether the security groups let a check through. A network load balancer without groups comes as its addresses.
fn is_let_through(ec2: &ec2::State, balancer: &LoadBalancer, interface_id: &str, port: i64) -> bool {
    let Some(to) = ec2.interfaces.get(interface_id) else { return false };
    let ids = balancer.network.places.values().filter_map(|place| place.interface_id.as_deref());
    let mut from = ids.filter_map(|id| ec2.interfaces.get(id));
    if balancer.network.groups.is_empty() {
        return from.any(|from| ec2.lets_in(from, to, port));
    }
    from.any(|from| ec2.lets_through(from, to, port))
}

fn listens(context: &mut Context<'_>, interface_id: &str, port: i64) -> bool {
    let Some(interface) = context.region().ec2.interfaces.get(interface_id) else { return false };
    let (holder, Ok(port)) = (interface.holder.clone(), u16::try_from(port)) else { return false };
    match holder {
        Holder::Instance(id) => ecs::listens(context, &id, port),
        Holder::Nobody | Holder::Managed(_) => ecs::interface_listens(context, interface_id, port),
        Holder::NatGateway(_) => false,
    }
}

/// The interface that has a target's address.
pub(super) fn interface_of(context: &mut Context<'_>, vpc_id: &str, target: &Target) -> Option<String> {
    let address: Ipv4Addr = target.id.parse().ok()?;
    let interfaces = &context.region().ec2.interfaces;
    let known = target.interface_id.as_ref().and_then(|id| interfaces.get(id));
    if let Some(known) = known.filter(|one| one.private_ip == address) {
        return Some(known.id.clone());
    }
    interfaces.values().find(|one| one.private_ip == address && one.vpc_id == vpc_id).map(|one| one.id.clone())
}

fn remember(context: &mut Context<'_>, group_arn: &str, key: &str, interface_id: &str) {
    let groups = &mut context.region().elbv2.target_groups;
    if let Some(target) = groups.get_mut(group_arn).and_then(|group| group.targets.get_mut(key)) {
        target.interface_id = Some(interface_id.to_owned());
    }
}
