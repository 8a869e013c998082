//! Classic load balancers: they listen in subnets, and send what they get to registered instances that are healthy.

mod account_limits;
mod attributes;
mod health;
mod health_check;
mod listener;
mod load_balancer;
mod load_balancer_calls;
mod network;
mod policy;
mod policy_calls;
mod policy_use;
mod registration;
mod tagging;
pub(crate) mod zone_id;
mod zones;

use std::collections::BTreeMap;

use load_balancer::LoadBalancer;
pub(crate) use load_balancer_calls::dns_name;
pub(crate) use tagging::{read as read_tags, too_many as too_many_tags};

use super::context::{Context, Handler};
use super::error::AwsError;
use super::input::Input;
use super::inventory::Item;
use super::world::World;
use super::{acm, ec2, elbv2};

/// What classic load balancing has in one region.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct State {
    load_balancers: BTreeMap<String, LoadBalancer>,
}

/// What happens by itself.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) enum Event {
    /// A load balancer asks an instance whether it is well. The token tells one registration from the next.
    Check { load_balancer: String, instance_id: String, token: String },
    /// The interfaces of a deleted load balancer go.
    InterfacesGo(Vec<String>),
}

impl State {
    /// The load balancer that the member `LoadBalancerName` names.
    fn named(&self, input: &Input<'_>) -> Result<&LoadBalancer, AwsError> {
        let name = input.required("LoadBalancerName")?;
        self.load_balancers.get(name).ok_or_else(|| not_found(name))
    }

    fn named_mut(&mut self, input: &Input<'_>) -> Result<&mut LoadBalancer, AwsError> {
        let name = input.required("LoadBalancerName")?;
        self.load_balancers.get_mut(name).ok_or_else(|| not_found(name))
    }
}

/// Whether there is a load balancer of that name in the region.
pub(crate) fn exists(context: &mut Context<'_>, name: &str) -> bool {
    context.region().elb.load_balancers.contains_key(name)
}

/// Another service registers an instance, as ECS does when a task with a load balancer runs. Nothing happens if there is
/// no such load balancer, or if the instance is registered already.
pub(crate) fn register(context: &mut Context<'_>, load_balancer: &str, instance_id: &str) {
    registration::add(context, load_balancer, instance_id);
}

/// Another service deregisters an instance, as ECS does when the last task there ends.
pub(crate) fn deregister(context: &mut Context<'_>, load_balancer: &str, instance_id: &str) {
    registration::remove(context, load_balancer, instance_id);
}

/// Whether a load balancer sends requests to an instance.
pub(crate) fn is_in_service(context: &mut Context<'_>, load_balancer: &str, instance_id: &str) -> bool {
    let balancer = context.region().elb.load_balancers.get(load_balancer);
    balancer.and_then(|balancer| balancer.instances.get(instance_id)).is_some_and(|one| one.is_in_service())
}

/// Whether an instance has failed the checks of a load balancer, so that it gets no requests.
pub(crate) fn has_failed(context: &mut Context<'_>, load_balancer: &str, instance_id: &str) -> bool {
    let balancer = context.region().elb.load_balancers.get(load_balancer);
    balancer.and_then(|balancer| balancer.instances.get(instance_id)).is_some_and(|one| one.has_failed())
}

/// Whether a load balancer, whosever it is, has that name in that hosted zone. Route53 asks it for alias records.
pub(crate) fn has_dns_name(world: &World, zone_id: &str, dns_name: &str) -> bool {
    let wanted = dns_name.trim_end_matches('.');
    let wanted = wanted.strip_prefix("dualstack.").unwrap_or(wanted);
    let regions = world.accounts().flat_map(|(_, account)| account.regions());
    let mut there = regions.filter(|(name, _)| zone_id::of(name) == Some(zone_id));
    let is_classic = there.any(|(_, region)| {
        region.elb.load_balancers.values().any(|balancer| balancer.dns_name.eq_ignore_ascii_case(wanted))
    });
    is_classic || elbv2::has_dns_name(world, zone_id, wanted)
}

/// Each certificate that a listener has, with the name of its load balancer.
pub(crate) fn certificates(state: &State) -> impl Iterator<Item = (String, String)> {
    state.load_balancers.values().flat_map(|balancer| {
        let listeners = balancer.listeners.values();
        listeners.filter_map(|listener| Some((listener.certificate.clone()?, balancer.name.clone())))
    })
}

/// Whether a load balancer may use a certificate of ACM.
pub(crate) fn certificate_state(context: &mut Context<'_>, arn: &str) -> acm::Usability {
    acm::usability(context, arn)
}

/// Lets an event happen.
pub(crate) fn on_event(context: &mut Context<'_>, event: Event) {
    match event {
        Event::Check { load_balancer, instance_id, token } => {
            health::check(context, &load_balancer, &instance_id, &token);
        }
        Event::InterfacesGo(ids) => {
            ids.iter().for_each(|id| ec2::interface::delete_managed_interface(context, id));
        }
    }
}

/// The operation of that name, if it is simulated.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CreateLoadBalancer" => load_balancer_calls::create,
        "DescribeLoadBalancers" => load_balancer_calls::describe,
        "DeleteLoadBalancer" => load_balancer_calls::delete,
        "ApplySecurityGroupsToLoadBalancer" => load_balancer_calls::apply_security_groups,
        "CreateLoadBalancerListeners" => listener::create,
        "DeleteLoadBalancerListeners" => listener::delete,
        "SetLoadBalancerListenerSSLCertificate" => policy_use::set_certificate,
        "SetLoadBalancerPoliciesOfListener" => policy_use::of_listener,
        "SetLoadBalancerPoliciesForBackendServer" => policy_use::of_backend,
        "CreateLoadBalancerPolicy" => policy_calls::create,
        "CreateAppCookieStickinessPolicy" => policy_calls::create_app_cookie,
        "CreateLBCookieStickinessPolicy" => policy_calls::create_balancer_cookie,
        "DescribeLoadBalancerPolicies" => policy_calls::describe,
        "DescribeLoadBalancerPolicyTypes" => policy_calls::describe_types,
        "DeleteLoadBalancerPolicy" => policy_calls::delete,
        "AttachLoadBalancerToSubnets" => zones::attach,
        "DetachLoadBalancerFromSubnets" => zones::detach,
        "EnableAvailabilityZonesForLoadBalancer" | "DisableAvailabilityZonesForLoadBalancer" => zones::change_zones,
        "DescribeAccountLimits" => account_limits::describe,
        "ConfigureHealthCheck" => health_check::configure,
        "ModifyLoadBalancerAttributes" => attributes::modify,
        "DescribeLoadBalancerAttributes" => attributes::describe,
        "RegisterInstancesWithLoadBalancer" => registration::register,
        "DeregisterInstancesFromLoadBalancer" => registration::deregister,
        "DescribeInstanceHealth" => health::describe,
        "AddTags" => tagging::add,
        "RemoveTags" => tagging::remove,
        "DescribeTags" => tagging::describe,
        _ => return None,
    })
}

/// What exists.
pub(crate) fn inventory(state: &State) -> Vec<Item> {
    state.load_balancers.values().map(LoadBalancer::item).collect()
}

fn not_found(name: &str) -> AwsError {
    AwsError::new("LoadBalancerNotFound", format!("There is no ACTIVE Load Balancer named '{name}'"))
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationError", message)
}

/// The settings contradict each other or what is there.
fn conflicting(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidConfigurationRequest", message).with_status(409)
}
