//! Application and network load balancers: target groups, listeners, rules and the health of targets.
//!
//! What a listener or a rule refers to is kept in step by `association`; a target group's targets are checked only while
//! a load balancer uses it (`health`). What other services need of it is in `target_access`.

mod account_limits;
mod action;
mod action_checks;
mod association;
mod attribute;
mod capacity_reservation;
mod condition;
mod constraint;
mod create_load_balancer;
mod create_target_group;
mod health;
mod health_check;
mod listener;
mod listener_attributes;
mod listener_calls;
mod listener_certificates;
mod listing;
mod load_balancer;
mod load_balancer_attributes;
mod load_balancer_calls;
mod network;
mod probe;
mod protocol;
mod rule;
mod rule_calls;
mod rule_priorities;
mod ssl_policy;
mod tagging;
mod target;
pub(crate) mod target_access;
mod target_calls;
mod target_group;
mod target_group_attributes;
mod target_group_calls;
mod target_health;

use std::collections::BTreeMap;

use listener::Listener;
use load_balancer::LoadBalancer;
use rule::Rule;
pub(crate) use ssl_policy::settings as security_policy;
use target_group::TargetGroup;

use super::context::{Context, Handler};
use super::ec2;
use super::error::AwsError;
use super::inventory::Item;
use super::world::World;

/// What ELBv2 has in one region, each by its ARN.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct State {
    load_balancers: BTreeMap<String, LoadBalancer>,
    target_groups: BTreeMap<String, TargetGroup>,
    listeners: BTreeMap<String, Listener>,
    /// Default rules are not in it: they are their listeners' default actions.
    rules: BTreeMap<String, Rule>,
}

/// What happens by itself.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) enum Event {
    /// A load balancer takes up its work.
    LoadBalancerActive(String),
    /// The interfaces of a deleted load balancer, or of a zone that it left, go.
    InterfacesGo(Vec<String>),
    /// A target is checked. The token tells one registration from the next.
    Check { group: String, target: String, token: String },
    /// A deregistered target has drained.
    Drained { group: String, target: String, token: String },
}

/// Lets an event happen.
pub(crate) fn on_event(context: &mut Context<'_>, event: Event) {
    match event {
        Event::LoadBalancerActive(arn) => {
            if let Some(balancer) = context.region().elbv2.load_balancers.get_mut(&arn) {
                balancer.is_active = true;
            }
        }
        Event::InterfacesGo(ids) => {
            ids.iter().for_each(|id| ec2::interface::delete(&mut context.region().ec2, id));
        }
        Event::Check { group, target, token } => health::check(context, group, target, token),
        Event::Drained { group, target, token } => target::forget(context, &group, &target, &token),
    }
}

/// The operation of that name, if it is simulated.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    routing_handler(operation).or_else(|| {
        Some(match operation {
            "CreateLoadBalancer" => create_load_balancer::create,
            "DescribeLoadBalancers" => load_balancer_calls::describe,
            "DeleteLoadBalancer" => load_balancer_calls::delete,
            "SetSecurityGroups" => load_balancer_calls::set_security_groups,
            "SetSubnets" => load_balancer_calls::set_subnets,
            "SetIpAddressType" => load_balancer_calls::set_ip_address_type,
            "DescribeLoadBalancerAttributes" => load_balancer_attributes::describe,
            "ModifyLoadBalancerAttributes" => load_balancer_attributes::modify,
            "DescribeCapacityReservation" => capacity_reservation::describe,
            "ModifyCapacityReservation" => capacity_reservation::modify,
            "CreateTargetGroup" => create_target_group::create,
            "DescribeTargetGroups" => target_group_calls::describe,
            "ModifyTargetGroup" => target_group_calls::modify,
            "DeleteTargetGroup" => target_group_calls::delete,
            "DescribeTargetGroupAttributes" => target_group_attributes::describe,
            "ModifyTargetGroupAttributes" => target_group_attributes::modify,
            "RegisterTargets" => target_calls::register,
            "DeregisterTargets" => target_calls::deregister,
            "DescribeTargetHealth" => target_health::describe,
            "AddTags" => tagging::add,
            "RemoveTags" => tagging::remove,
            "DescribeTags" => tagging::describe,
            "DescribeAccountLimits" => account_limits::describe,
            _ => return None,
        })
    })
}

fn routing_handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CreateListener" => listener_calls::create,
        "DescribeListeners" => listener_calls::describe,
        "ModifyListener" => listener_calls::modify,
        "DeleteListener" => listener_calls::delete,
        "DescribeListenerAttributes" => listener_attributes::describe,
        "ModifyListenerAttributes" => listener_attributes::modify,
        "AddListenerCertificates" => listener_certificates::add,
        "RemoveListenerCertificates" => listener_certificates::remove,
        "DescribeListenerCertificates" => listener_certificates::describe,
        "DescribeSSLPolicies" => ssl_policy::describe,
        "CreateRule" => rule_calls::create,
        "DescribeRules" => rule_calls::describe,
        "ModifyRule" => rule_calls::modify,
        "DeleteRule" => rule_calls::delete,
        "SetRulePriorities" => rule_priorities::set,
        _ => return None,
    })
}

/// What exists.
pub(crate) fn inventory(state: &State) -> Vec<Item> {
    let balancers = state.load_balancers.values().map(LoadBalancer::item);
    let groups = state.target_groups.values().map(TargetGroup::item);
    let listeners = state.listeners.values().map(Listener::item);
    balancers.chain(groups).chain(listeners).chain(state.rules.values().map(Rule::item)).collect()
}

/// Whether a load balancer, whosever it is, has that name in that hosted zone.
pub(crate) fn has_dns_name(world: &World, zone_id: &str, dns_name: &str) -> bool {
    let regions = world.accounts().flat_map(|(_, account)| account.regions());
    let mut balancers = regions.flat_map(|(region, there)| {
        there.elbv2.load_balancers.values().map(move |balancer| (balancer.zone_id(region), &balancer.dns_name))
    });
    balancers.any(|(zone, name)| zone == Some(zone_id) && name.eq_ignore_ascii_case(dns_name))
}

/// Each certificate that a listener has, with the ARN of its load balancer.
pub(crate) fn certificates(state: &State) -> impl Iterator<Item = (String, String)> {
    state.listeners.values().flat_map(|listener| {
        listener.certificates.iter().map(|certificate| (certificate.clone(), listener.load_balancer.clone()))
    })
}

impl State {
    fn load_balancer(&self, arn: &str) -> Result<&LoadBalancer, AwsError> {
        self.load_balancers.get(arn).ok_or_else(|| no_load_balancer(arn))
    }

    fn load_balancer_mut(&mut self, arn: &str) -> Result<&mut LoadBalancer, AwsError> {
        self.load_balancers.get_mut(arn).ok_or_else(|| no_load_balancer(arn))
    }

    fn target_group(&self, arn: &str) -> Result<&TargetGroup, AwsError> {
        self.target_groups.get(arn).ok_or_else(|| no_target_group(arn))
    }

    fn target_group_mut(&mut self, arn: &str) -> Result<&mut TargetGroup, AwsError> {
        self.target_groups.get_mut(arn).ok_or_else(|| no_target_group(arn))
    }

    fn listener(&self, arn: &str) -> Result<&Listener, AwsError> {
        self.listeners.get(arn).ok_or_else(|| no_listener(arn))
    }

    fn listener_mut(&mut self, arn: &str) -> Result<&mut Listener, AwsError> {
        self.listeners.get_mut(arn).ok_or_else(|| no_listener(arn))
    }

    /// A load balancer's listeners: their ARNs begin with its own.
    fn listeners_of(&self, load_balancer: &str) -> impl Iterator<Item = &Listener> {
        let prefix = format!("{}/", load_balancer.replacen(":loadbalancer/", ":listener/", 1));
        let from = self.listeners.range(prefix.clone()..);
        from.take_while(move |(arn, _)| arn.starts_with(&prefix)).map(|(_, listener)| listener)
    }

    /// A listener's rules without the default one: their ARNs begin with the listener's.
    fn rules_of(&self, listener: &str) -> impl Iterator<Item = &Rule> {
        let prefix = format!("{}/", listener.replacen(":listener/", ":listener-rule/", 1));
        let from = self.rules.range(prefix.clone()..);
        from.take_while(move |(arn, _)| arn.starts_with(&prefix)).map(|(_, rule)| rule)
    }
}

fn no_load_balancer(arn: &str) -> AwsError {
    if !arn.contains(":loadbalancer/") {
        return invalid(format!("'{arn}' is not a valid load balancer ARN"));
    }
    AwsError::new("LoadBalancerNotFound", format!("Load balancer '{arn}' not found"))
}

fn no_target_group(arn: &str) -> AwsError {
    if !arn.contains(":targetgroup/") {
        return invalid(format!("'{arn}' is not a valid target group ARN"));
    }
    AwsError::new("TargetGroupNotFound", format!("Target groups '{arn}' not found"))
}

fn no_listener(arn: &str) -> AwsError {
    if !arn.contains(":listener/") {
        return invalid(format!("'{arn}' is not a valid listener ARN"));
    }
    AwsError::new("ListenerNotFound", format!("Listener '{arn}' not found"))
}

fn no_rule(arn: &str) -> AwsError {
    if !arn.contains(":listener-rule/") {
        return invalid(format!("'{arn}' is not a valid listener rule ARN"));
    }
    AwsError::new("RuleNotFound", format!("Rule '{arn}' not found"))
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationError", message)
}

fn misconfigured(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidConfigurationRequest", message)
}

/// Something that AWS has and this simulator does not.
fn not_simulated(what: &str) -> AwsError {
    AwsError::new("NotSimulated", format!("aws-sim does not know {what}")).with_status(501)
}
