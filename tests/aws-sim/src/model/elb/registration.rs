//! Which instances a load balancer sends requests to.

use serde_json::{Value, json};

use super::load_balancer::LoadBalancer;
use super::{Event, invalid};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::event;
use crate::model::input::Input;

/// An instance behind a load balancer.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Registration {
    /// Tells this registration from earlier ones of the same instance.
    pub(super) token: String,
    pub(super) standing: Standing,
    /// Answers in a row that speak against the standing.
    pub(super) against: i64,
}

/// What a load balancer thinks of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) enum Standing {
    /// Not asked yet.
    Registering,
    /// Asked, but not often enough.
    Unproven,
    InService,
    Failed,
}

impl Registration {
    pub(super) fn is_in_service(&self) -> bool {
        self.standing == Standing::InService
    }

    pub(super) fn has_failed(&self) -> bool {
        self.standing == Standing::Failed
    }
}

/// Repeating it is no error.
pub(super) fn register(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (name, ids) = asked(context, input)?;
    for id in &ids {
        add(context, &name, id);
    }
    Ok(instances(context.region().elb.named(input)?))
}

/// An instance that is not registered is no error, one that does not exist is.
/// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DeregisterInstancesFromLoadBalancer.html>
pub(super) fn deregister(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (name, ids) = asked(context, input)?;
    for id in &ids {
        remove(context, &name, id);
    }
    Ok(instances(context.region().elb.named(input)?))
}

/// Registers an instance and begins to check it. Nothing happens to one that is registered already.
pub(super) fn add(context: &mut Context<'_>, load_balancer: &str, instance_id: &str) {
    let token = context.world.ids.hex(16);
    let Some(balancer) = context.region().elb.load_balancers.get_mut(load_balancer) else { return };
    if balancer.instances.contains_key(instance_id) {
        return;
    }
    let registration = Registration { token: token.clone(), standing: Standing::Registering, against: 0 };
    balancer.instances.insert(instance_id.to_owned(), registration);
    let after = balancer.health_check.every();
    let check = Event::Check { load_balancer: load_balancer.to_owned(), instance_id: instance_id.to_owned(), token };
    context.schedule(after, event::Event::Elb(check));
}

pub(super) fn remove(context: &mut Context<'_>, load_balancer: &str, instance_id: &str) {
    if let Some(balancer) = context.region().elb.load_balancers.get_mut(load_balancer) {
        balancer.instances.shift_remove(instance_id);
    }
}

/// The load balancer and the instances that a call names, all of which must exist in its VPC.
fn asked(context: &mut Context<'_>, input: &Input<'_>) -> Result<(String, Vec<String>), AwsError> {
    let region = context.region();
    let balancer = region.elb.named(input)?;
    let mut ids = Vec::new();
    for part in input.parts("Instances") {
        let id = part.required("InstanceId")?;
        let known = region.ec2.instances.get(id);
        let unknown = || AwsError::new("InvalidInstance", format!("Could not find EC2 instance {id}."));
        if known.filter(|one| !one.is_ending() || balancer.instances.contains_key(id)).ok_or_else(unknown)?.vpc_id
            != balancer.network.vpc_id
        {
            let message = format!("EC2 instance {id} is not in the same VPC as ELB.");
            return Err(AwsError::new("InvalidInstance", message));
        }
        ids.push(id.to_owned());
    }
    if ids.is_empty() {
        return Err(invalid("Instances must have at least one entry"));
    }
    Ok((balancer.name.clone(), ids))
}

fn instances(balancer: &LoadBalancer) -> Value {
    let instances: Vec<Value> = balancer.instances.keys().map(|id| json!({ "InstanceId": id })).collect();
    json!({ "Instances": instances })
}
