//! What DescribeTargetHealth tells of targets.
//!
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html>

use serde_json::{Value, json};

use super::protocol::Protocol;
use super::target::{self, Fault, Standing, Target};
use super::target_group::{TargetGroup, TargetType};
use super::{State as Everything, constraint};
use crate::model::context::Context;
use crate::model::ec2::{self};
use crate::model::error::Answer;
use crate::model::input::Input;

/// The word for how a target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub(crate) enum State {
    Initial,
    Healthy,
    Unhealthy,
    Unused,
    Draining,
}

/// How a target is, and why.
pub(crate) struct TargetHealth {
    pub(crate) state: State,
    pub(crate) reason: Option<&'static str>,
    pub(crate) description: Option<String>,
}

impl TargetHealth {
    fn new(state: State, reason: &'static str, description: impl Into<String>) -> Self {
        Self { state, reason: Some(reason), description: Some(description.into()) }
    }

    fn render(&self) -> Value {
        let state: &str = self.state.into();
        json!({"State": state, "Reason": self.reason, "Description": self.description})
    }
}

/// The named targets, registered or not, or all registered ones.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetHealth.html>
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let region = context.region();
    let group = region.elbv2.target_group(input.required("TargetGroupArn")?)?;
    let mut rows = Vec::new();
    for part in input.parts("Targets") {
        let (id, port) = (part.required("Id")?, constraint::number(&part, "Port", 1, 65_535)?);
        let port = port.unwrap_or(group.port);
        match group.targets.get(&target::key(id, port)) {
            Some(target) => rows.push(render(&region.elbv2, &region.ec2, group, target)),
            None => rows.push(json!({
                "Target": {"Id": id, "Port": port},
                "TargetHealth": not_registered().render(),
            })),
        }
    }
    if !input.has("Targets") {
        rows.extend(group.targets.values().map(|target| render(&region.elbv2, &region.ec2, group, target)));
    }
    Ok(json!({ "TargetHealthDescriptions": rows }))
}

/// How a target of a group is, or that it is none.
pub(super) fn of(context: &mut Context<'_>, group_arn: &str, key: &str) -> Option<TargetHealth> {
    let region = context.region();
    let group = region.elbv2.target_groups.get(group_arn)?;
    let health = group.targets.get(key).map(|target| judge(&region.elbv2, &region.ec2, group, target));
    Some(health.unwrap_or_else(not_registered))
}

fn not_registered() -> TargetHealth {
    TargetHealth::new(State::Unused, "Target.NotRegistered", "Target is not registered to the target group")
}

fn render(everything: &Everything, ec2: &ec2::State, group: &TargetGroup, target: &Target) -> Value {
    let zone =
        target.zone.clone().or_else(|| zone_of(ec2, group, target).filter(|_| group.target_type == TargetType::Ip));
    json!({
        "Target": {"Id": target.id, "Port": target.port, "AvailabilityZone": zone},
        "HealthCheckPort": group.health_check.port.unwrap_or(target.port).to_string(),
        "TargetHealth": judge(everything, ec2, group, target).render(),
    })
}

fn judge(everything: &Everything, ec2: &ec2::State, group: &TargetGroup, target: &Target) -> TargetHealth {
    if target.standing == Standing::Draining {
        let description = "Target deregistration is in progress";
        return TargetHealth::new(State::Draining, "Target.DeregistrationInProgress", description);
    }
    let Some(balancer) = group.load_balancer.as_ref().and_then(|arn| everything.load_balancers.get(arn)) else {
        let description = "Target group is not configured to receive traffic from the load balancer";
        return TargetHealth::new(State::Unused, "Target.NotInUse", description);
    };
    let instance = ec2.instances.get(&target.id).filter(|_| group.target_type == TargetType::Instance);
    if let Some(instance) = instance.filter(|instance| !instance.is_running()) {
        let word = if instance.is_ending() { "terminated" } else { "stopped" };
        return TargetHealth::new(State::Unused, "Target.InvalidState", format!("Target is in the {word} state"));
    }
    if zone_of(ec2, group, target).is_some_and(|zone| !balancer.network.places.contains_key(&zone)) {
        let description = "Target is in an Availability Zone that is not enabled for the load balancer";
        return TargetHealth::new(State::Unused, "Target.NotInUse", description);
    }
    match &target.standing {
        Standing::Healthy => TargetHealth { state: State::Healthy, reason: None, description: None },
        Standing::Registering | Standing::Draining => {
            TargetHealth::new(State::Initial, "Elb.RegistrationInProgress", "Target registration is in progress")
        }
        Standing::Initial => {
            TargetHealth::new(State::Initial, "Elb.InitialHealthChecking", "Initial health checks in progress")
        }
        Standing::Unhealthy(fault) => unhealthy(fault, group.health_check.protocol),
    }
}

fn unhealthy(fault: &Fault, checked_by: Protocol) -> TargetHealth {
    match fault {
        Fault::TimedOut if checked_by.is_http() => {
            TargetHealth::new(State::Unhealthy, "Target.Timeout", "Request timed out")
        }
        Fault::TimedOut | Fault::Refused => {
            TargetHealth::new(State::Unhealthy, "Target.FailedHealthChecks", "Health checks failed")
        }
        Fault::Code(code) => TargetHealth::new(
            State::Unhealthy,
            "Target.ResponseCodeMismatch",
            format!("Health checks failed with these codes: [{code}]"),
        ),
    }
}

/// The zone that a target is in, as far as it is in one.
fn zone_of(ec2: &ec2::State, group: &TargetGroup, target: &Target) -> Option<String> {
    match group.target_type {
        TargetType::Instance => ec2.instances.get(&target.id).map(|instance| instance.zone.clone()),
        TargetType::Ip => {
            let known = target.interface_id.as_ref().and_then(|id| ec2.interfaces.get(id));
            known.map(|interface| interface.zone.clone())
        }
        TargetType::Alb => None,
    }
}
