//! Creating, describing and deleting load balancers.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::attributes::Attributes;
use super::health_check::HealthCheck;
use super::listener::{self, Listener};
use super::load_balancer::LoadBalancer;
use super::network::Network;
use super::{Event, account_limits, invalid, not_found, tagging};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::iam;
use crate::model::input::Input;
use crate::model::{event, page, timing};

/// The most on one page, and the default.
const LARGEST_PAGE: i64 = 400;

/// Repeated with the same settings it answers the same load balancer.
/// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_CreateLoadBalancer.html>
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let mut balancer = read(context, input)?;
    if let Some(before) = context.region().elb.load_balancers.get(&balancer.name) {
        if before.is_like(&balancer) {
            return Ok(json!({ "DNSName": before.dns_name }));
        }
        let name = &balancer.name;
        let message =
            format!("Load Balancer named '{name}' already exists and it is configured with different parameters.");
        return Err(AwsError::new("DuplicateLoadBalancerName", message));
    }
    account_limits::check_load_balancers(context.region().elb.load_balancers.len())?;
    iam::ensure_service_linked_role(context, "elasticloadbalancing.amazonaws.com");
    balancer.interfaces = balancer.network.open(context, &balancer.name, balancer.internal)?;
    let answer = json!({ "DNSName": balancer.dns_name });
    context.region().elb.load_balancers.insert(balancer.name.clone(), balancer);
    Ok(answer)
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let place = context.place.clone();
    let all = &context.region().elb.load_balancers;
    let names = input.texts("LoadBalancerNames");
    let mut rows = BTreeMap::new();
    for name in &names {
        rows.insert(*name, all.get(*name).ok_or_else(|| not_found(name))?);
    }
    if names.is_empty() {
        rows.extend(all.iter().map(|(name, balancer)| (name.as_str(), balancer)));
    }
    let size = input.int("PageSize")?.unwrap_or(LARGEST_PAGE);
    if !(1..=LARGEST_PAGE).contains(&size) {
        return Err(invalid(format!("PageSize must be between 1 and {LARGEST_PAGE}, but is {size}")));
    }
    let render =
        |(name, balancer): (&str, &LoadBalancer)| (name.to_owned(), balancer.render(&place.region, &place.account));
    let rows = rows.into_iter().map(render).collect();
    let page = page::cut(rows, usize::try_from(size).ok(), input.text("Marker"));
    let (page, next) = page.ok_or_else(|| invalid("The marker is not valid"))?;
    Ok(json!({ "LoadBalancerDescriptions": page, "NextMarker": next }))
}

/// One that does not exist is no error. The interfaces stay for a while.
/// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DeleteLoadBalancer.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let gone = context.region().elb.load_balancers.remove(input.required("LoadBalancerName")?);
    if let Some(balancer) = gone {
        let interfaces = Event::InterfacesGo(balancer.interfaces);
        context.schedule(timing::LOAD_BALANCER_INTERFACES_STAY, event::Event::Elb(interfaces));
    }
    Ok(Value::Null)
}

pub(super) fn apply_security_groups(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let region = context.region();
    let balancer = region.elb.named_mut(input)?;
    balancer.network.set_groups(&region.ec2, &input.texts("SecurityGroups"))?;
    let groups: Vec<String> = balancer.network.group_ids().into_iter().map(str::to_owned).collect();
    for id in &balancer.interfaces {
        if let Some(interface) = region.ec2.interfaces.get_mut(id) {
            interface.groups.clone_from(&groups);
        }
    }
    Ok(json!({ "SecurityGroups": groups }))
}

/// The load balancer that a call asks for, still without interfaces.
fn read(context: &mut Context<'_>, input: &Input<'_>) -> Result<LoadBalancer, AwsError> {
    let name = checked_name(input.required("LoadBalancerName")?)?.to_owned();
    let mut listeners = BTreeMap::new();
    listener::check_certificates(context, input)?;
    listener::add_all(&mut listeners, input, &name)?;
    let first_port = listeners.values().next().map_or(0, |listener: &Listener| listener.instance_port);
    let internal = match input.text("Scheme") {
        None | Some("internet-facing") => false,
        Some("internal") => true,
        Some(other) => return Err(AwsError::new("InvalidScheme", format!("Invalid scheme: {other}"))),
    };
    let tags = tagging::read(input)?;
    let network = Network::read(&context.region().ec2, input, internal)?;
    Ok(LoadBalancer {
        dns_name: dns_name(context, &name, internal),
        name,
        internal,
        network,
        policies: listener::default_policies(&listeners),
        backends: BTreeMap::new(),
        listeners,
        health_check: HealthCheck::of_new(first_port),
        attributes: Attributes::default(),
        instances: IndexMap::new(),
        interfaces: Vec::new(),
        created: context.now,
        tags,
    })
}

fn checked_name(name: &str) -> Result<&str, AwsError> {
    if name.len() > 32 {
        return Err(invalid("LoadBalancer name cannot be longer than 32 characters"));
    }
    let allowed = |character: char| character.is_ascii_alphanumeric() || character == '-';
    if !name.chars().all(allowed) || name.starts_with('-') || name.ends_with('-') {
        return Err(invalid(
            "LoadBalancer name cannot contain characters that are not letters, or digits or the dash, and cannot begin \
             or end with a dash.",
        ));
    }
    Ok(name)
}

/// `name-1234567890.us-east-1.elb.amazonaws.com`, with `internal-` before it where that is so.
pub(crate) fn dns_name(context: &mut Context<'_>, name: &str, internal: bool) -> String {
    let digits = u32::from_str_radix(&context.world.ids.hex(8), 16).unwrap_or_default();
    let prefix = if internal { "internal-" } else { "" };
    format!("{prefix}{name}-{digits}.{}.elb.amazonaws.com", context.place.region)
}
