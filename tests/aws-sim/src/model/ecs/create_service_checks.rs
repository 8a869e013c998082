//! What CreateService and UpdateService ask of their parameters.

use super::refusal::{invalid, not_simulated};
use super::service::{Balancer, Breaker, Rolling};
use super::task_definition::TaskDefinition;
use crate::model::context::Context;
use crate::model::elb;
use crate::model::error::AwsError;
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html>
pub(super) fn name<'a>(input: &Input<'a>) -> Result<&'a str, AwsError> {
    let name = input.text("serviceName").unwrap_or_default();
    if name.is_empty() {
        return Err(invalid("Service name can not be blank."));
    }
    let good = |one: char| one.is_ascii_alphanumeric() || one == '-' || one == '_';
    if name.len() > 255 || !name.chars().all(good) {
        return Err(invalid("Service name can only contain letters, numbers, hyphens and underscores."));
    }
    Ok(name)
}

pub(super) fn desired(input: &Input<'_>) -> Result<Option<i64>, AwsError> {
    let desired = input.int("desiredCount")?;
    match desired {
        Some(desired) if !(0..=5000).contains(&desired) => Err(invalid("desiredCount must be between 0 and 5000.")),
        Some(_) | None => Ok(desired),
    }
}

/// The deployment configuration of a call over the one before.
pub(super) fn rolling(input: &Input<'_>, before: Rolling, has_balancer: bool) -> Result<Rolling, AwsError> {
    let part = input.part("deploymentConfiguration");
    if part.part("alarms").flag("enable")?.unwrap_or(false) {
        return Err(not_simulated("deployment alarms"));
    }
    if input.text("availabilityZoneRebalancing") == Some("ENABLED") {
        return Err(not_simulated("rebalancing over zones"));
    }
    if part.text("strategy").is_some_and(|strategy| strategy != "ROLLING") {
        return Err(not_simulated("deployment strategies besides ROLLING"));
    }
    let least_percent = part.int("minimumHealthyPercent")?.unwrap_or(before.least_percent);
    let most_percent = part.int("maximumPercent")?.unwrap_or(before.most_percent);
    if least_percent < 0 || most_percent < 100.max(least_percent) {
        return Err(invalid("maximumPercent must be at least 100 and at least minimumHealthyPercent."));
    }
    if (least_percent, most_percent) == (100, 100) {
        let message = "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.";
        return Err(invalid(message));
    }
    let given = part.part("deploymentCircuitBreaker");
    let breaker = if given.value().is_null() {
        before.breaker
    } else {
        let rolls_back = given.flag("rollback")?.unwrap_or(false);
        Some(Breaker { is_on: given.flag("enable")?.unwrap_or(false), rolls_back })
    };
    if has_balancer && breaker.is_some_and(|breaker| breaker.is_on) {
        let message = "Deployment circuit breaker feature is not supported with Classic Load Balancers. Remove the \
                       Classic Load Balancer and try again.";
        return Err(invalid(message));
    }
    Ok(Rolling { least_percent, most_percent, breaker })
}

/// The load balancers of a call: there, with a role that reaches them, for a port that the definition has.
pub(super) fn balancers(
    context: &mut Context<'_>,
    input: &Input<'_>,
    definition: &TaskDefinition,
) -> Result<Vec<Balancer>, AwsError> {
    let mut balancers = Vec::new();
    for part in input.parts("loadBalancers") {
        if part.has("targetGroupArn") {
            return Err(not_simulated("target groups"));
        }
        let name = part.text("loadBalancerName").unwrap_or_default().to_owned();
        if name.is_empty() {
            return Err(invalid("Load Balancer Name can not be blank."));
        }
        let container = part.text("containerName").unwrap_or_default().to_owned();
        if container.is_empty() {
            return Err(invalid("Container Name can not be blank."));
        }
        let port = part.int("containerPort")?.ok_or_else(|| invalid("Container Port can not be blank."))?;
        balancers.push(Balancer { name, container, port });
    }
    check_ports(&balancers, definition)?;
    match balancers.iter().find(|balancer| !elb::exists(context, &balancer.name)) {
        Some(gone) => Err(invalid(format!("The load balancer {} does not exist.", gone.name))),
        None => Ok(balancers),
    }
}

pub(super) fn check_ports(balancers: &[Balancer], definition: &TaskDefinition) -> Result<(), AwsError> {
    for Balancer { name: _, container, port } in balancers {
        let Some(found) = definition.container(container) else {
            return Err(invalid(format!("The container {container} does not exist in the task definition.")));
        };
        if !found.ports.iter().any(|mapping| i64::from(mapping.container) == *port) {
            let message = format!("The container {container} did not have a container port {port} defined.");
            return Err(invalid(message));
        }
    }
    Ok(())
}

/// The role by which ECS reaches the load balancers; without one it uses its service-linked role. A role that does not
/// exist, or that does not trust ECS, cannot be assumed.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using-service-linked-roles.html>
pub(super) fn role(
    context: &mut Context<'_>,
    input: &Input<'_>,
    has_balancer: bool,
) -> Result<Option<String>, AwsError> {
    let Some(given) = input.text("role").filter(|role| !role.is_empty()) else { return Ok(None) };
    if !has_balancer {
        return Err(invalid("A role was passed, but no load balancers were present."));
    }
    let arn =
        if given.starts_with("arn:") { given.to_owned() } else { context.global_arn("iam", &format!("role/{given}")) };
    let assumed = context.account().iam.role_by_arn(&arn).is_some_and(|role| role.trusts("ecs.amazonaws.com"));
    assumed.then_some(Some(arn)).ok_or_else(|| {
        invalid(
            "Unable to assume role and validate the listeners configured on your load balancer.  Please verify that \
             the ECS service role being passed has the proper permissions.",
        )
    })
}
