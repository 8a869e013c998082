//! What a task on Fargate cannot reach of what it needs to start: registries, secrets and logs, over the internet or by
//! VPC endpoints. Tasks on instances start by the instance, which did reach ECS.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html>

use super::TaskKey;
use super::container::Container;
use super::launch::LaunchType;
use super::task_definition::TaskDefinition;
use crate::model::context::Context;
use crate::model::ec2::ecs_agent::leads_out;

/// What is out of reach, in the order in which a task would need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OutOfReach {
    Ecr,
    SecretsManager,
    Parameters,
    /// The registry of an image that is not in ECR.
    Registry,
    Logs,
}

/// The first thing that a task needs and does not reach.
pub(super) fn check(context: &mut Context<'_>, key: &TaskKey, definition: &TaskDefinition) -> Result<(), OutOfReach> {
    let place = context.place.region.clone();
    let region = context.region();
    let Some(task) = region.ecs.task(key).filter(|task| task.launch == LaunchType::Fargate) else { return Ok(()) };
    let made = task.attachment.as_ref().and_then(|one| one.interface.as_ref());
    let interface = made.and_then(|made| region.ec2.interfaces.get(&made.id));
    let leads = |from: &crate::model::ec2::interface::Interface| {
        leads_out(&region.ec2, &from.subnet_id, &from.vpc_id, from.is_public())
    };
    if interface.is_some_and(leads) {
        return Ok(());
    }
    let reaches = |short: &str| {
        let name = format!("com.amazonaws.{place}.{short}");
        interface.is_some_and(|from| region.ec2.reaches_by_endpoint(from, &name))
    };
    let containers = &definition.containers;
    let has = |needs: fn(&Container) -> bool| containers.iter().any(needs);
    let missing = [
        // Layers of ECR's images lie in S3. <https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html>
        (OutOfReach::Ecr, has(Container::is_private_image) && !["ecr.api", "ecr.dkr", "s3"].into_iter().all(reaches)),
        (OutOfReach::SecretsManager, has(Container::reads_secrets) && !reaches("secretsmanager")),
        (OutOfReach::Parameters, has(Container::reads_parameters) && !reaches("ssm")),
        (OutOfReach::Registry, has(|one| !one.is_private_image())),
        (OutOfReach::Logs, has(|one| one.log.is_some()) && !reaches("logs")),
    ];
    missing.into_iter().find(|(_, lacks)| *lacks).map_or(Ok(()), |(what, _)| Err(what))
}
