//! ECS by the SDK's waiters, paginators and typed errors, with tasks on Fargate.

use aws_sdk_ecs::client::Waiters as _;
use aws_sdk_ecs::operation::create_service::builders::CreateServiceFluentBuilder;
use aws_sdk_ecs::operation::run_task::builders::RunTaskFluentBuilder;
use aws_sdk_ecs::types::{
    AssignPublicIp, AwsVpcConfiguration, Compatibility, ContainerDefinition, LaunchType, NetworkConfiguration,
    NetworkMode,
};
use aws_sdk_ecs::waiters::services_stable::WaitUntilServicesStableError;
use aws_sdk_ecs::waiters::tasks_running::WaitUntilTasksRunningError;
use serde_json::json;

use crate::account::Account;
use crate::conformance::ec2::network;
use crate::conformance::simulated::{Aws, PATIENCE};

/// The cluster `dev`, where tasks of an image run on Fargate.
struct Cluster {
    aws: Aws,
    account: Account,
    network: NetworkConfiguration,
}

impl Cluster {
    /// The cluster and the definition `web` of tasks that run `image`.
    async fn of(image: &str) -> Cluster {
        let aws = Aws::start().await;
        let account = aws.account();
        let (_, subnet) = network(&account).await;
        let inside = AwsVpcConfiguration::builder().subnets(subnet).assign_public_ip(AssignPublicIp::Enabled);
        let network = NetworkConfiguration::builder().awsvpc_configuration(inside.build().unwrap()).build();
        account.ecs.create_cluster().cluster_name("dev").send().await.unwrap();
        let container = ContainerDefinition::builder().name("web").image(image).build();
        let definition = account.ecs.register_task_definition().family("web").container_definitions(container);
        let definition = definition.network_mode(NetworkMode::Awsvpc).cpu("256").memory("512");
        definition.requires_compatibilities(Compatibility::Fargate).send().await.unwrap();
        Cluster { aws, account, network }
    }

    fn service(&self, name: &str, count: i32) -> CreateServiceFluentBuilder {
        let service = self.account.ecs.create_service().cluster("dev").service_name(name).task_definition("web");
        service.desired_count(count).launch_type(LaunchType::Fargate).network_configuration(self.network.clone())
    }

    fn run(&self) -> RunTaskFluentBuilder {
        let task = self.account.ecs.run_task().cluster("dev").task_definition("web");
        task.launch_type(LaunchType::Fargate).network_configuration(self.network.clone())
    }

    /// The ARN of a task that has been started.
    async fn task(&self) -> String {
        self.run().send().await.unwrap().tasks()[0].task_arn().unwrap().to_owned()
    }
}

/// A service is stable once its one deployment runs as many tasks as it should.
/// <https://docs.aws.amazon.com/cli/latest/reference/ecs/wait/services-stable.html>
#[tokio::test]
async fn a_service_becomes_stable() {
    let cluster = Cluster::of("nginx").await;
    let made = cluster.service("web", 2).send().await.unwrap();
    assert_eq!(made.service().unwrap().running_count(), 0);
    let ecs = &cluster.account.ecs;
    let waited = ecs.wait_until_services_stable().cluster("dev").services("web").wait(PATIENCE).await.unwrap();
    let service = waited.as_result().unwrap().services()[0].clone();
    assert_eq!((service.running_count(), service.deployments().len()), (2, 1));
}

/// A service that does not exist is a failure MISSING in the answer, at which the waiter gives up at once.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Failure.html>
#[tokio::test]
async fn a_service_that_is_missing_is_never_stable() {
    let cluster = Cluster::of("nginx").await;
    let ecs = &cluster.account.ecs;
    let found = ecs.describe_services().cluster("dev").services("none").send().await.unwrap();
    assert!(found.services.is_some_and(|services| services.is_empty()));
    assert_eq!(found.failures.unwrap()[0].reason(), Some("MISSING"));
    let waited = ecs.wait_until_services_stable().cluster("dev").services("none").wait(PATIENCE).await;
    assert!(matches!(waited, Err(WaitUntilServicesStableError::FailureState(_))), "{waited:?}");
}

/// A deleted service drains, then is INACTIVE and can still be described.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html>
#[tokio::test]
async fn a_deleted_service_becomes_inactive() {
    let cluster = Cluster::of("nginx").await;
    cluster.service("web", 1).send().await.unwrap();
    let ecs = &cluster.account.ecs;
    ecs.wait_until_services_stable().cluster("dev").services("web").wait(PATIENCE).await.unwrap();
    let deleted = ecs.delete_service().cluster("dev").service("web").force(true).send().await.unwrap();
    assert_eq!(deleted.service().unwrap().status(), Some("DRAINING"));
    ecs.wait_until_services_inactive().cluster("dev").services("web").wait(PATIENCE).await.unwrap();
}

/// A task runs, is stopped, and tells when each happened.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html>
#[tokio::test]
async fn a_task_runs_and_is_stopped() {
    let cluster = Cluster::of("nginx").await;
    let task = cluster.task().await;
    let ecs = &cluster.account.ecs;
    ecs.wait_until_tasks_running().cluster("dev").tasks(&task).wait(PATIENCE).await.unwrap();
    ecs.stop_task().cluster("dev").task(&task).reason("enough").send().await.unwrap();
    let waited = ecs.wait_until_tasks_stopped().cluster("dev").tasks(&task).wait(PATIENCE).await.unwrap();
    let stopped = waited.as_result().unwrap().tasks()[0].clone();
    assert_eq!(stopped.stopped_reason(), Some("enough"));
    let moments = [stopped.created_at(), stopped.started_at(), stopped.stopping_at(), stopped.stopped_at()];
    assert!(moments.iter().all(Option::is_some) && moments.is_sorted(), "{moments:?}");
}

/// A task whose image cannot be pulled stops with a reason, and a waiter for it to run gives up.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html>
#[tokio::test]
async fn a_task_without_image_never_runs() {
    let cluster = Cluster::of("web:missing").await;
    let task = cluster.task().await;
    let ecs = &cluster.account.ecs;
    let waited = ecs.wait_until_tasks_running().cluster("dev").tasks(&task).wait(PATIENCE).await;
    assert!(matches!(waited, Err(WaitUntilTasksRunningError::FailureState(_))), "{waited:?}");
    let found = ecs.describe_tasks().cluster("dev").tasks(&task).send().await.unwrap();
    let reason = found.tasks()[0].stopped_reason().unwrap();
    assert!(reason.starts_with("CannotPullContainerError"), "{reason}");
}

/// The SDK's client token makes a retried RunTask find its task again instead of starting another.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ECS_Idempotency.html>
#[tokio::test]
async fn a_retried_run_task_starts_one_task() {
    let cluster = Cluster::of("nginx").await;
    cluster.aws.fault(json!({"operation": "RunTask", "kind": "reset_after", "count": 1})).await;
    let task = cluster.task().await;
    assert_eq!(cluster.aws.outcomes("RunTask").await.len(), 2);
    let listed = cluster.account.ecs.list_tasks().cluster("dev").send().await.unwrap();
    assert_eq!(listed.task_arns(), [task]);
}

/// ListServices gives ten ARNs a page unless asked for more, and the SDK's paginator meets each service once.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServices.html>
#[tokio::test]
async fn services_come_by_ten() {
    let cluster = Cluster::of("nginx").await;
    for number in 0..12 {
        cluster.service(&format!("web-{number}"), 0).send().await.unwrap();
    }
    let mut pages = cluster.account.ecs.list_services().cluster("dev").into_paginator().send();
    let mut sizes = vec![];
    while let Some(page) = pages.next().await {
        sizes.push(page.unwrap().service_arns().len());
    }
    assert_eq!(sizes, [10, 2]);
}

/// What is unknown is refused by errors that the SDK has types for: ClusterNotFoundException, ServiceNotFoundException,
/// ClientException. <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html>
#[tokio::test]
async fn refusals_have_types() {
    let cluster = Cluster::of("nginx").await;
    let ecs = &cluster.account.ecs;
    let service = ecs.update_service().cluster("dev").service("none").desired_count(1).send().await.unwrap_err();
    assert!(service.as_service_error().unwrap().is_service_not_found_exception(), "{service:?}");
    let unknown = ecs.update_service().cluster("none").service("web").desired_count(1).send().await.unwrap_err();
    assert!(unknown.as_service_error().unwrap().is_cluster_not_found_exception(), "{unknown:?}");
    let definition = ecs.describe_task_definition().task_definition("none").send().await.unwrap_err();
    let definition = definition.into_service_error();
    assert!(definition.is_client_exception(), "{definition:?}");
    assert_eq!(definition.meta().message(), Some("Unable to describe task definition."));
}
