//! UpdateService: another count, another definition, other settings.

use super::balancer::Balancer;
use super::create_service::render;
use super::create_service_checks::{self, breaker, desired, placement, propagation, rebalancing};
use super::deployment_configuration::Configuration;
use super::reference::{cluster_name, short};
use super::refusal::{inactive_service, invalid, no_service, not_simulated};
use super::service::{Service, Status};
use super::{ServiceKey, rollout, scheduler, workload};
use crate::model::clock::Moment;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// Only another workload, or the caller's explicit wish, begins a deployment.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html>
pub(super) fn update(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = short(input.required("service")?);
    let key = ServiceKey::new(cluster_name(input), name);
    let before = active(context, input, name)?.clone();
    if input.part("deploymentController").text("type").is_some_and(|kind| kind != before.controller) {
        return Err(not_simulated("change of deployment controllers"));
    }
    let Some(current) = before.primary().map(|primary| primary.revision.workload.clone()) else {
        return render(context, &key);
    };
    let changed = workload::changed(context, input, &current)?;
    let is_forced = input.flag("forceNewDeployment")?.unwrap_or(false);
    let settings = Settings::read(input, &before, &changed.balancers)?;
    let now = context.now;
    settings.put(active(context, input, name)?, now);
    if is_forced || !changed.is_same(&current) {
        rollout::begin(context, &key, changed);
    }
    scheduler::wake(context, &key);
    render(context, &key)
}

/// What can change without a deployment.
struct Settings {
    desired: i64,
    configuration: Configuration,
    grace: Option<i64>,
    strategy: serde_json::Value,
    constraints: serde_json::Value,
    is_managed_tags: bool,
    propagate_tags: Option<String>,
    has_execute_command: bool,
    rebalances_zones: bool,
}

impl Settings {
    fn read(input: &Input<'_>, before: &Service, balancers: &[Balancer]) -> Result<Self, AwsError> {
        let desired = desired(input)?;
        if desired.is_some() && before.is_daemon() {
            let message = "The daemon scheduling strategy does not support a desired count for services. Remove the \
                           desired count value and try again";
            return Err(invalid(message));
        }
        let is_classic = balancers.iter().any(Balancer::is_classic);
        let configuration = Configuration::read(input, &before.configuration)?;
        breaker(&configuration, is_classic)?;
        let (strategy, constraints) = placement(input)?;
        Ok(Self {
            desired: desired.unwrap_or(before.desired),
            configuration,
            grace: create_service_checks::grace(input, !balancers.is_empty())?.or(before.grace),
            strategy: strategy.unwrap_or_else(|| before.strategy.clone()),
            constraints: constraints.unwrap_or_else(|| before.constraints.clone()),
            is_managed_tags: input.flag("enableECSManagedTags")?.unwrap_or(before.is_managed_tags),
            propagate_tags: propagation(input)?.unwrap_or_else(|| before.propagate_tags.clone()),
            has_execute_command: input.flag("enableExecuteCommand")?.unwrap_or(before.has_execute_command),
            rebalances_zones: rebalancing(input, before.rebalances_zones, is_classic)?,
        })
    }

    fn put(self, service: &mut Service, now: Moment) {
        if self.desired != service.desired {
            service.steady_since = None;
            if let Some(primary) = service.deployments.first_mut() {
                primary.updated = now;
            }
        }
        service.desired = self.desired;
        service.configuration = self.configuration;
        service.grace = self.grace;
        service.strategy = self.strategy;
        service.constraints = self.constraints;
        service.is_managed_tags = self.is_managed_tags;
        service.propagate_tags = self.propagate_tags;
        service.has_execute_command = self.has_execute_command;
        service.rebalances_zones = self.rebalances_zones;
    }
}

fn active<'a>(context: &'a mut Context<'_>, input: &Input<'_>, name: &str) -> Result<&'a mut Service, AwsError> {
    let service = context.region().ecs.living_cluster(input)?.services.get_mut(name).ok_or_else(no_service)?;
    match service.status {
        Status::Active => Ok(service),
        Status::Draining | Status::Inactive => Err(inactive_service()),
    }
}
