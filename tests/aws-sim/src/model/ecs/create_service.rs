//! CreateService.

use std::collections::VecDeque;

use indexmap::IndexSet;
use serde_json::json;

use super::balancer::Balancer;
use super::create_service_checks::{controller, desired, name, placement, role, scheduling};
use super::deployment_configuration::Configuration;
use super::reference::cluster_name;
use super::refusal::invalid;
use super::revision::Workload;
use super::service::{Scheduling, Service, Status};
use super::{ServiceKey, create_service_checks, rollout, tagging, workload};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html>
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (cluster, name) = (cluster_name(input), name(input)?);
    context.region().ecs.living_cluster(input)?;
    let key = ServiceKey::new(cluster, name);
    if is_repeated(context, input, name)? {
        return render(context, &key);
    }
    let (service, workload) = build(context, input, name)?;
    let kept = context.region().ecs.living_cluster(input)?;
    if let Some(token) = input.text("clientToken") {
        let made = (input.value().clone(), vec![name.to_owned()]);
        kept.client_tokens.insert(format!("CreateService {token}"), made);
    }
    kept.add_service(service);
    rollout::begin(context, &key, workload);
    render(context, &key)
}

/// Whether the very same call, by its token, has made the service. Any other service of that name is in the way.
fn is_repeated(context: &mut Context<'_>, input: &Input<'_>, name: &str) -> Result<bool, AwsError> {
    let token = input.text("clientToken");
    if token.is_some_and(|token| token.len() > 36) {
        return Err(invalid("clientToken can have at most 36 characters."));
    }
    let cluster = context.region().ecs.living_cluster(input)?;
    let asked = token.and_then(|token| cluster.client_tokens.get(&format!("CreateService {token}")));
    let Some(there) = cluster.services.get(name) else { return Ok(false) };
    match there.status {
        Status::Inactive => Ok(false),
        Status::Draining => Err(invalid("Unable to Start a service that is still Draining.")),
        Status::Active if asked.is_some_and(|(asked, _)| asked == input.value()) => Ok(true),
        Status::Active => Err(invalid("Creation of service was not idempotent.")),
    }
}

fn build(context: &mut Context<'_>, input: &Input<'_>, name: &str) -> Result<(Service, Workload), AwsError> {
    let scheduling = scheduling(input)?;
    let controller = controller(input, scheduling)?;
    let desired = desired(input)?;
    let workload = workload::of_new(context, input)?;
    create_service_checks::daemon(input, scheduling, &workload.launch)?;
    let desired = match (scheduling, desired) {
        (Scheduling::Daemon, _) => 0,
        (Scheduling::Replica, Some(desired)) => desired,
        (Scheduling::Replica, None) => return Err(invalid("Desired count can not be blank.")),
    };
    let has_balancer = !workload.balancers.is_empty();
    let grace = create_service_checks::grace(input, has_balancer)?;
    let usual = Configuration::usual(scheduling == Scheduling::Daemon);
    let configuration = Configuration::read(input, &usual)?;
    let is_classic = workload.balancers.iter().any(Balancer::is_classic);
    create_service_checks::breaker(&configuration, is_classic)?;
    let rebalances_zones = create_service_checks::rebalancing(input, false, is_classic)?;
    let (strategy, constraints) = placement(input)?;
    let service = Service {
        name: name.to_owned(),
        arn: context.arn("ecs", &format!("service/{}/{name}", cluster_name(input))),
        cluster_arn: context.arn("ecs", &format!("cluster/{}", cluster_name(input))),
        status: Status::Active,
        scheduling,
        controller,
        desired,
        role: role(context, input, has_balancer)?,
        configuration,
        grace,
        strategy: strategy.unwrap_or(json!([])),
        constraints: constraints.unwrap_or(json!([])),
        is_managed_tags: input.flag("enableECSManagedTags")?.unwrap_or(false),
        propagate_tags: create_service_checks::propagation(input)?.unwrap_or_default(),
        has_execute_command: input.flag("enableExecuteCommand")?.unwrap_or(false),
        rebalances_zones,
        tasks: IndexSet::new(),
        deployments: Vec::new(),
        last_completed: None,
        history: VecDeque::new(),
        events: VecDeque::new(),
        created: context.now,
        created_by: context.global_arn("iam", "root"),
        next_look: None,
        steady_since: None,
        is_reminded: false,
        complained: None,
        tags: tagging::read(input)?,
    };
    Ok((service, workload))
}

/// The service as the calls that change it show it.
pub(super) fn render(context: &mut Context<'_>, key: &ServiceKey) -> Answer {
    let shown = context.region().ecs.service_mut(key).map(|service| service.render(true));
    Ok(json!({ "service": shown }))
}
