//! UpdateService: another count, another definition, other percentages.

use std::sync::Arc;

use super::create_service::render;
use super::create_service_checks::{check_ports, desired, rolling};
use super::deployment::Deployment;
use super::reference::{cluster_name, short};
use super::refusal::{inactive_service, no_service, not_simulated};
use super::service::{Service, Status};
use super::task_definition::TaskDefinition;
use super::{ServiceKey, rollout, scheduler, task_definition_calls};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// What cannot be changed here: the simulator knows no service that has it.
const NOT_SIMULATED: [&str; 4] =
    ["capacityProviderStrategy", "networkConfiguration", "serviceRegistries", "serviceConnectConfiguration"];

/// Only another definition, or the caller's explicit wish, begins a deployment.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html>
pub(super) fn update(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = short(input.required("service")?);
    let key = ServiceKey::new(cluster_name(input), name);
    let before = active(context, input, name)?.clone();
    if let Some(member) = NOT_SIMULATED.iter().find(|member| input.has(member)) {
        return Err(not_simulated(member));
    }
    if input.has("loadBalancers") {
        return Err(not_simulated("change of a service's load balancers"));
    }
    let desired = desired(input)?.unwrap_or(before.desired);
    let rolling = rolling(input, before.rolling, !before.balancers.is_empty())?;
    let grace = input.int("healthCheckGracePeriodSeconds")?.or(before.grace);
    let definition = definition(context, input, &before)?;
    let now = context.now;
    let service = active(context, input, name)?;
    if desired != service.desired {
        service.is_steady = false;
        if let Some(primary) = service.deployments.first_mut() {
            primary.updated = now;
        }
    }
    (service.desired, service.rolling, service.grace) = (desired, rolling, grace);
    for (member, kept) in
        [("placementStrategy", &mut service.strategy), ("placementConstraints", &mut service.constraints)]
    {
        if let Some(given) = input.get(member) {
            kept.clone_from(given);
        }
    }
    if let Some(definition) = definition {
        let deployment = Deployment::begin(context, definition);
        rollout::promote(context, &key, deployment);
    }
    scheduler::wake(context, &key);
    render(context, &key)
}

fn active<'a>(context: &'a mut Context<'_>, input: &Input<'_>, name: &str) -> Result<&'a mut Service, AwsError> {
    let service = context.region().ecs.living_cluster(input)?.services.get_mut(name).ok_or_else(no_service)?;
    match service.status {
        Status::Active => Ok(service),
        Status::Draining | Status::Inactive => Err(inactive_service()),
    }
}

/// The definition of the deployment that the call begins, if it begins one.
fn definition(
    context: &mut Context<'_>,
    input: &Input<'_>,
    service: &Service,
) -> Result<Option<Arc<TaskDefinition>>, AwsError> {
    let Some(current) = service.primary().map(|primary| primary.definition.clone()) else { return Ok(None) };
    let forced = input.flag("forceNewDeployment")?.unwrap_or(false);
    let wanted = match input.text("taskDefinition") {
        Some(reference) => context.region().ecs.usable_definition(reference)?,
        None => current.clone(),
    };
    if wanted.arn == current.arn && !forced {
        return Ok(None);
    }
    check_ports(&service.balancers, &wanted)?;
    task_definition_calls::check_roles(context, &wanted)?;
    Ok(Some(wanted))
}
