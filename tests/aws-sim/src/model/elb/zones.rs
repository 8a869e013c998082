//! Adding and leaving zones.

use serde_json::json;

use super::{Event, conflicting};
use crate::model::context::Context;
use crate::model::error::Answer;
use crate::model::input::Input;
use crate::model::{event, timing};

/// A subnet in a zone that has one already is refused; one that is there is no error.
/// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_AttachLoadBalancerToSubnets.html>
pub(super) fn attach(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let region = context.region();
    let balancer = region.elb.named(input)?;
    let (name, internal) = (balancer.name.clone(), balancer.internal);
    let added = balancer.network.with_subnets(&region.ec2, &input.texts("Subnets"))?;
    let made = added.open(context, &name, internal)?;
    let balancer = context.region().elb.named_mut(input)?;
    balancer.interfaces.extend(made);
    balancer.network.join(added);
    Ok(json!({ "Subnets": balancer.network.subnet_ids() }))
}

/// The last subnet stays. The interfaces go after a while.
/// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DetachLoadBalancerFromSubnets.html>
pub(super) fn detach(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let leaving = input.texts("Subnets");
    let region = context.region();
    let balancer = region.elb.named_mut(input)?;
    if balancer.network.subnet_ids().iter().all(|subnet| leaving.contains(subnet)) {
        return Err(conflicting("A load balancer must be attached to at least one subnet"));
    }
    balancer.network.leave(&leaving);
    let is_leaving = |id: &String| {
        region.ec2.interfaces.get(id).is_some_and(|interface| leaving.contains(&interface.subnet_id.as_str()))
    };
    let (gone, staying) = balancer.interfaces.drain(..).partition(is_leaving);
    balancer.interfaces = staying;
    let answer = json!({ "Subnets": balancer.network.subnet_ids() });
    context.schedule(timing::LOAD_BALANCER_INTERFACES_STAY, event::Event::Elb(Event::InterfacesGo(gone)));
    Ok(answer)
}

/// Zones without subnets are for load balancers outside of VPCs, of which there are none any more.
/// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_EnableAvailabilityZonesForLoadBalancer.html>
pub(super) fn change_zones(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let balancer = context.region().elb.named(input)?;
    Err(conflicting(format!(
        "Load balancer {} is in a VPC: its zones are changed by attaching and detaching subnets",
        balancer.name
    )))
}
