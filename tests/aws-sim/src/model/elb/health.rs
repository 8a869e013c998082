//! The health of registered instances, as the load balancer sees it.

use serde_json::{Value, json};

use super::load_balancer::LoadBalancer;
use super::registration::{self, Registration, Standing};
use super::{Event, health_check::HealthCheck};
use crate::model::context::Context;
use crate::model::ec2::instance::{Instance, Stage};
use crate::model::ec2::{self};
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::{ecs, event};

/// The state of the named instances, registered or not, or of all registered ones. Terminated ones are not in it.
/// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DescribeInstanceHealth.html>
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let region = context.region();
    let balancer = region.elb.named(input)?;
    let named = input.parts("Instances");
    let named = named.iter().map(|part| part.required("InstanceId")).collect::<Result<Vec<_>, _>>()?;
    let ids = if named.is_empty() { balancer.instances.keys().map(String::as_str).collect() } else { named };
    let mut states = Vec::new();
    for id in ids {
        let instance = region.ec2.instances.get(id);
        let instance =
            instance.ok_or_else(|| AwsError::new("InvalidInstance", format!("Could not find EC2 instance {id}.")))?;
        if instance.stage != Stage::Terminated {
            states.push(render(balancer, instance));
        }
    }
    Ok(json!({ "InstanceStates": states }))
}

/// One check, after which the next is due. An instance that is gone is deregistered.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-deregister-register-instances.html>
pub(super) fn check(context: &mut Context<'_>, load_balancer: &str, instance_id: &str, token: &str) {
    let region = context.region();
    let Some(balancer) = region.elb.load_balancers.get(load_balancer) else { return };
    let (port, every) = (balancer.health_check.port, balancer.health_check.every());
    if balancer.instances.get(instance_id).is_none_or(|one| one.token != token) {
        return;
    }
    let instance = region.ec2.instances.get(instance_id);
    if instance.is_none_or(|instance| instance.stage == Stage::Terminated) {
        return registration::remove(context, load_balancer, instance_id);
    }
    let reached = instance.is_some_and(|instance| {
        instance.is_running() && balancer.network.has_zone(&instance.zone) && is_let_in(&region.ec2, balancer, instance)
    });
    let passed = reached && u16::try_from(port).is_ok_and(|port| ecs::listens(context, instance_id, port));
    let Some(balancer) = context.region().elb.load_balancers.get_mut(load_balancer) else { return };
    let registration = balancer.instances.get_mut(instance_id);
    if registration.is_some_and(|registration| registration.take(passed, &balancer.health_check)) {
        ecs::balancer_speaks(context, load_balancer);
    }
    let (load_balancer, instance_id, token) = (load_balancer.to_owned(), instance_id.to_owned(), token.to_owned());
    context.schedule(every, event::Event::Elb(Event::Check { load_balancer, instance_id, token }));
}

impl Registration {
    /// Takes the answer of one check, and tells whether it changes anything.
    fn take(&mut self, passed: bool, check: &HealthCheck) -> bool {
        let before = self.standing;
        if self.standing == Standing::Registering {
            (self.standing, self.against) = (Standing::Unproven, 0);
        }
        let agrees = passed == self.is_in_service();
        self.against = if agrees { 0 } else { self.against + 1 };
        if passed && self.against >= check.healthy_threshold {
            (self.standing, self.against) = (Standing::InService, 0);
        } else if !passed && (self.against >= check.unhealthy_threshold || !self.is_in_service()) {
            (self.standing, self.against) = (Standing::Failed, 0);
        }
        self.standing != before
    }
}

/// Whether the security groups on both sides let a check through.
fn is_let_in(ec2: &ec2::State, balancer: &LoadBalancer, instance: &Instance) -> bool {
    let Some(to) = ec2.interfaces.get(&instance.interface_id) else { return false };
    let mut from = balancer.interfaces.iter().filter_map(|id| ec2.interfaces.get(id));
    from.any(|from| ec2.lets_through(from, to, balancer.health_check.port))
}

/// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_InstanceState.html>
fn render(balancer: &LoadBalancer, instance: &Instance) -> Value {
    let (state, reason, description) = match balancer.instances.get(&instance.id) {
        None => ("OutOfService", "Instance", "Instance is not currently registered with the LoadBalancer."),
        Some(_) if !balancer.network.has_zone(&instance.zone) => (
            "OutOfService",
            "ELB",
            "Instance is in the EC2 Availability Zone for which LoadBalancer is not configured to route traffic to.",
        ),
        Some(_) if instance.stage == Stage::Pending => ("OutOfService", "Instance", "Instance is in pending state."),
        Some(registration) => match registration.standing {
            Standing::InService => ("InService", "N/A", "N/A"),
            Standing::Registering => ("OutOfService", "ELB", "Instance registration is still in progress."),
            Standing::Unproven => (
                "OutOfService",
                "Instance",
                "Instance has not passed the configured HealthyThreshold number of health checks consecutively.",
            ),
            Standing::Failed => (
                "OutOfService",
                "Instance",
                "Instance has failed at least the UnhealthyThreshold number of health checks consecutively.",
            ),
        },
    };
    json!({"InstanceId": instance.id, "State": state, "ReasonCode": reason, "Description": description})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standings(answers: &[bool]) -> Vec<Standing> {
        let mut check = HealthCheck::of_new(80);
        (check.healthy_threshold, check.unhealthy_threshold) = (2, 3);
        let mut one = Registration { token: String::new(), standing: Standing::Registering, against: 0 };
        let take = |passed: &bool| {
            one.take(*passed, &check);
            one.standing
        };
        answers.iter().map(take).collect()
    }

    #[test]
    fn an_instance_is_in_service_after_enough_answers_and_out_of_it_after_enough_failures() {
        use Standing::{Failed, InService, Unproven};
        assert_eq!(standings(&[true, true]), [Unproven, InService]);
        assert_eq!(standings(&[false, true, true]), [Failed, Failed, InService]);
        let seen = standings(&[true, true, false, false, true, false, false, false]);
        assert_eq!(seen[2..], [InService, InService, InService, InService, InService, Failed]);
    }
}
