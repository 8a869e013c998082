//! Making a load balancer.
//!
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html>

use std::collections::BTreeSet;

use serde_json::json;

use super::capacity_reservation::CapacityReservation;
use super::load_balancer::{Kind, LoadBalancer};
use super::network::Network;
use super::{Event, account_limits, constraint, invalid, load_balancer_attributes, not_simulated};
use crate::model::context::Context;
use crate::model::elb;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::{event, iam, timing};

/// What a load balancer may be reached from.
#[derive(PartialEq, strum::EnumString, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
enum Scheme {
    InternetFacing,
    Internal,
}

/// Repeated with the same settings it answers the same load balancer.
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let mut balancer = read(context, input)?;
    let region = context.place.region.clone();
    let there = context.region();
    let known = &there.elbv2.load_balancers;
    if let Some(before) = known.values().find(|one| one.name == balancer.name) {
        if before.is_like(&balancer) {
            return Ok(json!({ "LoadBalancers": [before.render(&region, &there.ec2)] }));
        }
        let message =
            format!("A load balancer with the same name '{}' exists, but with different settings", balancer.name);
        return Err(AwsError::new("DuplicateLoadBalancerName", message));
    }
    let count = known.values().filter(|one| one.kind == balancer.kind).count();
    account_limits::check_load_balancers(balancer.kind, count)?;
    iam::ensure_service_linked_role(context, "elasticloadbalancing.amazonaws.com");
    let (kind, path) = (balancer.kind, balancer.path().to_owned());
    balancer.network.open(context, kind, &path, balancer.internal)?;
    let answer = json!({ "LoadBalancers": [balancer.render(&region, &context.region().ec2)] });
    let takes = match kind {
        Kind::Application => timing::APPLICATION_LOAD_BALANCER_PROVISIONING,
        Kind::Network => timing::NETWORK_LOAD_BALANCER_PROVISIONING,
    };
    context.schedule(takes, event::Event::ElbV2(Event::LoadBalancerActive(balancer.arn.clone())));
    context.region().elbv2.load_balancers.insert(balancer.arn.clone(), balancer);
    Ok(answer)
}

/// The load balancer that a call asks for, still without interfaces.
fn read(context: &mut Context<'_>, input: &Input<'_>) -> Result<LoadBalancer, AwsError> {
    let name = constraint::name(input.required("Name")?, "Load balancer")?.to_owned();
    if name.starts_with("internal-") {
        return Err(invalid(format!("Load balancer name '{name}' cannot begin with 'internal-'")));
    }
    let kind = match input.text("Type") {
        Some("gateway") => return Err(not_simulated("gateway load balancers")),
        Some(text) => constraint::enumerated(text, "type")?,
        None => Kind::Application,
    };
    let scheme = input.text("Scheme").map(|text| constraint::enumerated(text, "scheme")).transpose()?;
    let internal = scheme == Some(Scheme::Internal);
    let tags = elb::read_tags(input)?;
    let network = Network::read(&context.region().ec2, input, kind, internal)?;
    let id = context.world.ids.hex(16);
    Ok(LoadBalancer {
        arn: context.arn("elasticloadbalancing", &format!("loadbalancer/{}/{name}/{id}", kind.short())),
        dns_name: dns_name(context, kind, &name, &id, internal),
        name,
        kind,
        internal,
        network,
        is_active: false,
        attributes: load_balancer_attributes::of_new(kind, internal),
        capacity: CapacityReservation::default(),
        target_groups: BTreeSet::new(),
        created: context.now,
        tags,
    })
}

/// `name-1234567890.region.elb.amazonaws.com`, or `name-0123456789abcdef.elb.region.amazonaws.com` for network ones.
fn dns_name(context: &mut Context<'_>, kind: Kind, name: &str, id: &str, internal: bool) -> String {
    match kind {
        Kind::Application => elb::dns_name(context, name, internal),
        Kind::Network => format!("{name}-{id}.elb.{}.amazonaws.com", context.place.region),
    }
}
