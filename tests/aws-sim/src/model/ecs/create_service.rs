//! CreateService.

use std::collections::VecDeque;

use indexmap::IndexSet;
use serde_json::json;

use super::census::Census;
use super::create_service_checks::{balancers, desired, name, role, rolling};
use super::deployment::Deployment;
use super::reference::cluster_name;
use super::refusal::{invalid, not_simulated};
use super::service::{Rolling, Service, Status};
use super::{ServiceKey, run_task, scheduler, tagging, task_definition_calls};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// The percentages of services that name none.
const USUAL: Rolling = Rolling { least_percent: 100, most_percent: 200, breaker: None };

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html>
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (cluster, name) = (cluster_name(input), name(input)?);
    context.region().ecs.living_cluster(input)?;
    let key = ServiceKey::new(cluster, name);
    if is_repeated(context, input, name)? {
        return render(context, &key);
    }
    let service = build(context, input, name)?;
    let kept = context.region().ecs.living_cluster(input)?;
    if let Some(token) = input.text("clientToken") {
        let made = (input.value().clone(), vec![name.to_owned()]);
        kept.client_tokens.insert(format!("CreateService {token}"), made);
    }
    kept.services.insert(name.to_owned(), service);
    scheduler::wake(context, &key);
    render(context, &key)
}

/// Whether the very same call, by its token, has made the service. Any other service of that name is in the way.
fn is_repeated(context: &mut Context<'_>, input: &Input<'_>, name: &str) -> Result<bool, AwsError> {
    let token = input.text("clientToken");
    if token.is_some_and(|token| token.len() > 36) {
        return Err(invalid("clientToken can have at most 36 characters."));
    }
    let cluster = context.region().ecs.living_cluster(input)?;
    let Some(there) = cluster.services.get(name) else { return Ok(false) };
    let asked = token.and_then(|token| cluster.client_tokens.get(&format!("CreateService {token}")));
    match there.status {
        Status::Inactive => Ok(false),
        Status::Draining => Err(invalid("Unable to Start a service that is still Draining.")),
        Status::Active if asked.is_some_and(|(asked, _)| asked == input.value()) => Ok(true),
        Status::Active => Err(invalid("Creation of service was not idempotent.")),
    }
}

fn build(context: &mut Context<'_>, input: &Input<'_>, name: &str) -> Result<Service, AwsError> {
    if input.text("schedulingStrategy").is_some_and(|strategy| strategy != "REPLICA") {
        return Err(not_simulated("daemon services"));
    }
    if input.part("deploymentController").text("type").is_some_and(|kind| kind != "ECS") {
        return Err(not_simulated("deployment controllers besides ECS"));
    }
    let desired = desired(input)?.ok_or_else(|| invalid("Desired count can not be blank."))?;
    let definition = context.region().ecs.usable_definition(input.required("taskDefinition")?)?;
    run_task::check_launch(input, &definition)?;
    task_definition_calls::check_roles(context, &definition)?;
    let balancers = balancers(context, input, &definition)?;
    let role = role(context, input, !balancers.is_empty())?;
    let grace = input.int("healthCheckGracePeriodSeconds")?;
    if grace.is_some() && balancers.is_empty() {
        return Err(invalid("Health check grace period is only valid for services configured to use load balancers"));
    }
    let rolling = rolling(input, USUAL, !balancers.is_empty())?;
    let tags = tagging::read(input)?;
    let deployment = Deployment::begin(context, definition);
    Ok(Service {
        name: name.to_owned(),
        arn: context.arn("ecs", &format!("service/{}/{name}", cluster_name(input))),
        cluster_arn: context.arn("ecs", &format!("cluster/{}", cluster_name(input))),
        status: Status::Active,
        desired,
        balancers,
        role,
        rolling,
        grace,
        strategy: input.get("placementStrategy").cloned().unwrap_or(json!([])),
        constraints: input.get("placementConstraints").cloned().unwrap_or(json!([])),
        is_managed_tags: input.flag("enableECSManagedTags")?.unwrap_or(false),
        propagate_tags: input.text("propagateTags").filter(|kind| *kind != "NONE").map(str::to_owned),
        tasks: IndexSet::new(),
        deployments: vec![deployment],
        last_completed: None,
        events: VecDeque::new(),
        created: context.now,
        created_by: context.global_arn("iam", "root"),
        next_look: None,
        is_steady: false,
        obstacle_told: None,
        tags,
    })
}

/// The service as the calls that change it show it.
pub(super) fn render(context: &mut Context<'_>, key: &ServiceKey) -> Answer {
    let cluster = context.region().ecs.clusters.get(&key.cluster);
    let shown = cluster.and_then(|cluster| {
        let census = Census::take(cluster, &key.service);
        cluster.services.get(&key.service).map(|service| service.render(&census, true))
    });
    Ok(json!({ "service": shown }))
}
