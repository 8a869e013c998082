//! Task definitions: revisions of a family, each immutable.

use aws_sdk_ecs::types::{
    Compatibility, ContainerDefinition, KeyValuePair, LogConfiguration, LogDriver, NetworkMode, PortMapping, Secret,
    SortOrder, TaskDefinitionField, TaskDefinitionStatus,
};

use super::{Ecs, read_tags, sdk_tags};
use crate::aws::answer::present;
use crate::aws::{AbsentOk, NotCalled, Tag};

/// How many task definitions one DeleteTaskDefinitions takes.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteTaskDefinitions.html>
const PER_CALL: usize = 10;

/// A port of a container on its instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostPort {
    /// In the container.
    pub container: u16,
    /// On the instance.
    pub host: u16,
}

/// The one container of a task.
#[derive(Clone, Debug)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// `nginx:1.9`
    pub image: String,
    /// What it runs; the image's own when absent.
    pub command: Option<Vec<String>>,
    /// CPU units.
    pub cpu: u32,
    /// MiB that it may not exceed.
    pub memory: u32,
    /// Its ports.
    pub ports: Vec<HostPort>,
    /// Its environment.
    pub environment: Vec<(String, String)>,
    /// Variables that ECS reads from a parameter or a secret when a task starts.
    pub secrets: Vec<(String, String)>,
    /// Where its output goes.
    pub log_group: String,
    /// The region of that.
    pub region: String,
    /// How its log streams begin.
    pub log_prefix: String,
}

/// A revision to be registered.
#[derive(Clone, Debug)]
pub struct NewTaskDefinition {
    /// Its family.
    pub family: String,
    /// ARN of the role that the container acts as.
    pub task_role: String,
    /// ARN of the role that starts it.
    pub execution_role: String,
    /// The container.
    pub container: Container,
    /// Its tags.
    pub tags: Vec<Tag>,
}

impl Ecs {
    /// Active families whose names begin so.
    pub async fn find_families(&self, beginning: &str) -> Result<Vec<String>, NotCalled> {
        let mut families = Vec::new();
        let mut token = None;
        loop {
            let request = self.client.list_task_definition_families().family_prefix(beginning);
            let request = request.status(aws_sdk_ecs::types::TaskDefinitionFamilyStatus::Active).set_next_token(token);
            let answer = self.calls.call("ecs", "ListTaskDefinitionFamilies", request.send()).await?;
            families.extend(answer.families.unwrap_or_default());
            token = answer.next_token;
            if token.is_none() {
                return Ok(families);
            }
        }
    }

    /// ARNs of a family's active revisions, newest first.
    pub async fn find_revisions(&self, family: &str) -> Result<Vec<String>, NotCalled> {
        let mut arns = Vec::new();
        let mut token = None;
        loop {
            let request = self.client.list_task_definitions().family_prefix(family).sort(SortOrder::Desc);
            let request = request.status(TaskDefinitionStatus::Active).set_next_token(token);
            let answer = self.calls.call("ecs", "ListTaskDefinitions", request.send()).await?;
            arns.extend(answer.task_definition_arns.unwrap_or_default());
            token = answer.next_token;
            if token.is_none() {
                break;
            }
        }
        arns.sort_by_key(|arn| std::cmp::Reverse(revision(arn)));
        Ok(arns)
    }

    /// Tags of a revision; `None` when it is not there.
    pub async fn tags_of_revision(&self, arn: &str) -> Result<Option<Vec<Tag>>, NotCalled> {
        let request = self.client.describe_task_definition().task_definition(arn).include(TaskDefinitionField::Tags);
        let answer = self.calls.call("ecs", "DescribeTaskDefinition", request.send()).await;
        Ok(answer.absent_ok(&["ClientException"])?.map(|answer| read_tags(answer.tags())))
    }

    /// Registers a revision and gives its ARN.
    pub async fn register_revision(&self, new: &NewTaskDefinition) -> Result<String, NotCalled> {
        let request = self
            .client
            .register_task_definition()
            .family(&new.family)
            .network_mode(NetworkMode::Bridge)
            .requires_compatibilities(Compatibility::Ec2)
            .task_role_arn(&new.task_role)
            .execution_role_arn(&new.execution_role)
            .container_definitions(definition(&new.container)?)
            .set_tags(sdk_tags(&new.tags));
        let answer = self.calls.call("ecs", "RegisterTaskDefinition", request.send()).await?;
        let arn = answer.task_definition.and_then(|it| it.task_definition_arn);
        present(arn, "RegisterTaskDefinition", "taskDefinitionArn")
    }

    /// Makes a revision inactive: what runs goes on, nothing new can use it.
    pub async fn deregister_revision(&self, arn: &str) -> Result<(), NotCalled> {
        let request = self.client.deregister_task_definition().task_definition(arn);
        match self.calls.call("ecs", "DeregisterTaskDefinition", request.send()).await {
            // ECS has one code for every revision that it cannot take: here it is gone, or inactive already.
            Err(error) if error.is("ClientException") && is_gone(error.message()) => Ok(()),
            answer => answer.map(|_| ()),
        }
    }

    /// Deletes inactive revisions. ECS finishes that in its own time, once no task uses them.
    pub async fn delete_revisions(&self, arns: &[String]) -> Result<(), NotCalled> {
        for some in arns.chunks(PER_CALL) {
            let request = self.client.delete_task_definitions().set_task_definitions(Some(some.to_vec()));
            self.calls.call("ecs", "DeleteTaskDefinitions", request.send()).await?;
        }
        Ok(())
    }
}

fn is_gone(message: &str) -> bool {
    ["inactive", "not found", "does not exist", "Unable to describe"].iter().any(|words| message.contains(words))
}

/// The number at the end of `arn:…:task-definition/family:7`.
fn revision(arn: &str) -> u64 {
    arn.rsplit(':').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

fn definition(container: &Container) -> Result<ContainerDefinition, NotCalled> {
    let secrets = container.secrets.iter().map(|(name, from)| Secret::builder().name(name).value_from(from).build());
    let environment = container.environment.iter();
    let environment = environment.map(|(name, value)| KeyValuePair::builder().name(name).value(value).build());
    let ports = container
        .ports
        .iter()
        .map(|port| PortMapping::builder().container_port(port.container.into()).host_port(port.host.into()).build());
    let definition = ContainerDefinition::builder()
        .name(&container.name)
        .image(&container.image)
        .set_command(container.command.clone())
        .cpu(i32::try_from(container.cpu).unwrap_or(i32::MAX))
        .memory(i32::try_from(container.memory).unwrap_or(i32::MAX))
        .essential(true)
        .set_port_mappings(Some(ports.collect()))
        .set_environment(Some(environment.collect()))
        .set_secrets(Some(secrets.collect::<Result<_, _>>()?))
        .log_configuration(logging(container)?);
    Ok(definition.build())
}

fn logging(container: &Container) -> Result<LogConfiguration, NotCalled> {
    let logging = LogConfiguration::builder()
        .log_driver(LogDriver::Awslogs)
        .options("awslogs-group", &container.log_group)
        .options("awslogs-region", &container.region)
        .options("awslogs-stream-prefix", &container.log_prefix);
    Ok(logging.build()?)
}
