//! ECS services.

use aws_sdk_ecs::types::{
    AvailabilityZoneRebalancing, DeploymentCircuitBreaker, DeploymentConfiguration, LaunchType, LoadBalancer,
    PropagateTags, ServiceField,
};

use super::{Ecs, Rolling, ServiceState, sdk_tags};
use crate::aws::answer::present;
use crate::aws::{AbsentOk, NotCalled, Tag};

const NO_CLUSTER: [&str; 1] = ["ClusterNotFoundException"];
const ABSENT: [&str; 3] = ["ClusterNotFoundException", "ServiceNotFoundException", "ServiceNotActiveException"];
/// How many services one DescribeServices takes.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html>
pub(super) const PER_CALL: usize = 10;

/// The classic load balancer of a new service.
#[derive(Clone, Debug)]
pub struct Balancing {
    /// Its name.
    pub name: String,
    /// The container that it reaches.
    pub container: String,
    /// The port in it.
    pub container_port: u16,
    /// The role that ECS registers instances with.
    pub role: String,
}

/// A service to be made.
#[derive(Clone, Debug)]
pub struct NewService {
    /// The cluster.
    pub cluster: String,
    /// Unique in the cluster.
    pub name: String,
    /// ARN of the revision.
    pub task_definition: String,
    /// Tasks that are to run.
    pub desired: u32,
    /// How its deployments go.
    pub rolling: Rolling,
    /// Its load balancer.
    pub balancing: Option<Balancing>,
    /// 36 characters at most.
    pub token: String,
    /// Its tags.
    pub tags: Vec<Tag>,
}

/// What a service is to be from now on.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ServiceChange {
    /// ARN of the revision; `None` keeps it, also one that was deregistered meanwhile.
    /// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deregister-task-definition-v2.html>
    pub task_definition: Option<String>,
    /// Tasks that are to run.
    pub desired: u32,
    /// How its deployments go.
    pub rolling: Rolling,
}

impl Ecs {
    /// A service by its name, also one that was deleted lately.
    pub async fn find_service(&self, cluster: &str, name: &str) -> Result<Option<ServiceState>, NotCalled> {
        Ok(self.describe_services(cluster, vec![name.to_owned()]).await?.pop())
    }

    /// A service that is waited for: steps that look at the same time share a call.
    pub async fn observe_service(&self, cluster: &str, name: &str) -> Result<Option<ServiceState>, NotCalled> {
        let (ecs, here) = (self.clone(), cluster.to_owned());
        let read = async move |names| ecs.describe_services(&here, names).await;
        let services = self.services.ask(cluster, name, read).await?;
        Ok(services.iter().find(|service| service.name == name).cloned())
    }

    /// All services of a cluster.
    pub async fn find_services(&self, cluster: &str) -> Result<Vec<ServiceState>, NotCalled> {
        let mut services = Vec::new();
        let mut token = None;
        loop {
            let request = self.client.list_services().cluster(cluster).max_results(100).set_next_token(token);
            let answer = self.calls.call("ecs", "ListServices", request.send()).await.absent_ok(&NO_CLUSTER)?;
            let Some(answer) = answer else { return Ok(services) };
            for arns in answer.service_arns().chunks(PER_CALL) {
                services.extend(self.describe_services(cluster, arns.to_vec()).await?);
            }
            token = answer.next_token;
            if token.is_none() {
                return Ok(services);
            }
        }
    }

    async fn describe_services(&self, cluster: &str, names: Vec<String>) -> Result<Vec<ServiceState>, NotCalled> {
        let request = self.client.describe_services().cluster(cluster).include(ServiceField::Tags);
        let request = request.set_services(Some(names));
        let answer = self.calls.call("ecs", "DescribeServices", request.send()).await.absent_ok(&NO_CLUSTER)?;
        Ok(answer.map(|answer| answer.services().iter().map(ServiceState::read).collect()).unwrap_or_default())
    }

    /// Makes a service. The same token gives the same service.
    pub async fn create_service(&self, new: &NewService) -> Result<ServiceState, NotCalled> {
        let request = self
            .client
            .create_service()
            .cluster(&new.cluster)
            .service_name(&new.name)
            .task_definition(&new.task_definition)
            .desired_count(number(new.desired))
            .launch_type(LaunchType::Ec2)
            .deployment_configuration(deployment(new.rolling))
            .client_token(&new.token)
            .enable_ecs_managed_tags(true)
            .propagate_tags(PropagateTags::Service)
            .set_tags(sdk_tags(&new.tags));
        let request = match &new.balancing {
            None => request,
            Some(balancing) => request
                .role(&balancing.role)
                .load_balancers(load_balancer(balancing))
                // ECS balances zones by default, but not behind a classic load balancer.
                // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
                .availability_zone_rebalancing(AvailabilityZoneRebalancing::Disabled),
        };
        let answer = self.calls.call("ecs", "CreateService", request.send()).await?;
        Ok(ServiceState::read(&present(answer.service, "CreateService", "service")?))
    }

    /// Changes a service. The same change again does nothing.
    pub async fn update_service(&self, cluster: &str, name: &str, to: &ServiceChange) -> Result<(), NotCalled> {
        let request = self
            .client
            .update_service()
            .cluster(cluster)
            .service(name)
            .set_task_definition(to.task_definition.clone())
            .desired_count(number(to.desired))
            .deployment_configuration(deployment(to.rolling));
        self.calls.call("ecs", "UpdateService", request.send()).await.map(|_| ())
    }

    /// Lets all tasks of a service stop.
    pub async fn scale_to_zero(&self, cluster: &str, name: &str) -> Result<(), NotCalled> {
        let request = self.client.update_service().cluster(cluster).service(name).desired_count(0);
        self.calls.call("ecs", "UpdateService", request.send()).await.absent_ok(&ABSENT).map(|_| ())
    }

    /// Deletes a service, with tasks that still run.
    pub async fn delete_service(&self, cluster: &str, name: &str) -> Result<(), NotCalled> {
        let request = self.client.delete_service().cluster(cluster).service(name).force(true);
        self.calls.call("ecs", "DeleteService", request.send()).await.absent_ok(&ABSENT).map(|_| ())
    }
}

/// The circuit breaker does not roll back: the operation undoes by itself, and must not take the revision before for its own
/// success.
fn deployment(rolling: Rolling) -> DeploymentConfiguration {
    let breaker = DeploymentCircuitBreaker::builder().enable(true).rollback(false).build();
    DeploymentConfiguration::builder()
        .minimum_healthy_percent(rolling.least)
        .maximum_percent(rolling.most)
        .set_deployment_circuit_breaker(rolling.breaker.then_some(breaker))
        .build()
}

fn load_balancer(balancing: &Balancing) -> LoadBalancer {
    LoadBalancer::builder()
        .load_balancer_name(&balancing.name)
        .container_name(&balancing.container)
        .container_port(i32::from(balancing.container_port))
        .build()
}

fn number(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
