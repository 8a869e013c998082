//! What CreateService and UpdateService ask of their parameters.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html>

use serde_json::Value;

use super::deployment_configuration::Configuration;
use super::refusal::{invalid, not_simulated};
use super::revision::Launch;
use super::service::Scheduling;
use crate::model::context::Context;
use crate::model::error::AwsError;
use crate::model::iam;
use crate::model::input::Input;

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

pub(super) fn scheduling(input: &Input<'_>) -> Result<Scheduling, AwsError> {
    let Some(name) = input.text("schedulingStrategy") else { return Ok(Scheduling::Replica) };
    name.parse().map_err(|_| invalid(format!("Invalid scheduling strategy: {name}.")))
}

/// Only ECS itself deploys here: what CodeDeploy or others would do nobody does.
pub(super) fn controller(input: &Input<'_>, scheduling: Scheduling) -> Result<String, AwsError> {
    match (input.part("deploymentController").text("type").unwrap_or("ECS"), scheduling) {
        ("ECS", _) => Ok("ECS".to_owned()),
        (kind @ ("CODE_DEPLOY" | "EXTERNAL"), Scheduling::Daemon) => {
            let message =
                format!("The daemon scheduling strategy is not supported by the {kind} deployment controller.");
            Err(invalid(message))
        }
        ("CODE_DEPLOY" | "EXTERNAL", Scheduling::Replica) => Err(not_simulated("deployment controllers besides ECS")),
        (other, _) => Err(invalid(format!("Invalid deployment controller type: {other}."))),
    }
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html>
pub(super) fn daemon(input: &Input<'_>, scheduling: Scheduling, launch: &Launch) -> Result<(), AwsError> {
    if scheduling == Scheduling::Replica {
        return Ok(());
    }
    if launch.is_fargate() {
        return Err(invalid("The daemon scheduling strategy is not supported for tasks on AWS Fargate."));
    }
    if input.has("desiredCount") {
        let message = "The daemon scheduling strategy does not support a desired count for services. Remove the \
                       desired count value and try again";
        return Err(invalid(message));
    }
    if !input.parts("placementStrategy").is_empty() {
        let message = "The daemon scheduling strategy does not support placement strategies. Remove the placement \
                       strategy and try again";
        return Err(invalid(message));
    }
    Ok(())
}

pub(super) fn grace(input: &Input<'_>, has_balancer: bool) -> Result<Option<i64>, AwsError> {
    let grace = input.int("healthCheckGracePeriodSeconds")?;
    if grace.is_some_and(|grace| !(0..=2_147_483_647).contains(&grace)) {
        return Err(invalid("healthCheckGracePeriodSeconds must be between 0 and 2147483647."));
    }
    if grace.is_some_and(|grace| grace > 0) && !has_balancer {
        return Err(invalid("Health check grace period is only valid for services configured to use load balancers"));
    }
    Ok(grace)
}

pub(super) fn breaker(configuration: &Configuration, is_classic: bool) -> Result<(), AwsError> {
    if is_classic && configuration.has_breaker() {
        let message = "Deployment circuit breaker feature is not supported with Classic Load Balancers. Remove the \
                       Classic Load Balancer and try again.";
        return Err(invalid(message));
    }
    if is_classic && configuration.alarms["enable"] == true {
        let message = "Deployment alarms feature is not supported with Classic Load Balancers. Remove the Classic Load \
                       Balancer and try again.";
        return Err(invalid(message));
    }
    Ok(())
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html>
pub(super) fn rebalancing(input: &Input<'_>, before: bool, is_classic: bool) -> Result<bool, AwsError> {
    match input.text("availabilityZoneRebalancing") {
        Some("ENABLED") if is_classic => {
            Err(invalid("Availability Zone rebalancing is not supported with Classic Load Balancers."))
        }
        Some("ENABLED") => Ok(true),
        Some("DISABLED") => Ok(false),
        Some(other) => Err(invalid(format!("Invalid availabilityZoneRebalancing: {other}."))),
        None => Ok(before),
    }
}

/// The placement strategy and the constraints, where the call names them.
pub(super) fn placement(input: &Input<'_>) -> Result<(Option<Value>, Option<Value>), AwsError> {
    if input.parts("placementStrategy").len() > 5 {
        return Err(invalid("A maximum of 5 placement strategies can be specified."));
    }
    if input.parts("placementConstraints").len() > 10 {
        return Err(invalid("A maximum of 10 placement constraints can be specified."));
    }
    Ok((input.get("placementStrategy").cloned(), input.get("placementConstraints").cloned()))
}

/// From where tasks get tags: `Some(None)` for nowhere, none if the call does not say.
pub(super) fn propagation(input: &Input<'_>) -> Result<Option<Option<String>>, AwsError> {
    match input.text("propagateTags") {
        None => Ok(None),
        Some("NONE") => Ok(Some(None)),
        Some(from @ ("SERVICE" | "TASK_DEFINITION")) => Ok(Some(Some(from.to_owned()))),
        Some(other) => Err(invalid(format!("Invalid propagateTags: {other}."))),
    }
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
    let assumed = iam::can_be_assumed_by(context, &arn, "ecs.amazonaws.com");
    assumed.is_ok().then_some(Some(arn)).ok_or_else(|| {
        invalid(
            "Unable to assume role and validate the listeners configured on your load balancer.  Please verify that \
             the ECS service role being passed has the proper permissions.",
        )
    })
}
