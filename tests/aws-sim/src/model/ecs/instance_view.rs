//! Container instances as they are described, and their attributes.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerInstance.html>

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::cluster::Cluster;
use super::container::Protocol;
use super::container_instance::{AGENT_PORTS, ContainerInstance};
use super::task::{Stage, Task};
use crate::model::clock::epoch;

/// What the agent of an ECS-optimized image can do.
const CAPABILITIES: [&str; 26] = [
    "ecs.capability.secrets.asm.environment-variables",
    "ecs.capability.branch-cni-plugin-version",
    "com.amazonaws.ecs.capability.docker-remote-api.1.17",
    "com.amazonaws.ecs.capability.docker-remote-api.1.18",
    "com.amazonaws.ecs.capability.docker-remote-api.1.19",
    "com.amazonaws.ecs.capability.docker-remote-api.1.21",
    "com.amazonaws.ecs.capability.docker-remote-api.1.24",
    "com.amazonaws.ecs.capability.docker-remote-api.1.25",
    "com.amazonaws.ecs.capability.docker-remote-api.1.29",
    "com.amazonaws.ecs.capability.ecr-auth",
    "com.amazonaws.ecs.capability.logging-driver.awslogs",
    "com.amazonaws.ecs.capability.logging-driver.json-file",
    "com.amazonaws.ecs.capability.logging-driver.syslog",
    "com.amazonaws.ecs.capability.privileged-container",
    "com.amazonaws.ecs.capability.task-iam-role",
    "com.amazonaws.ecs.capability.task-iam-role-network-host",
    "ecs.capability.container-health-check",
    "ecs.capability.container-ordering",
    "ecs.capability.execution-role-awslogs",
    "ecs.capability.execution-role-ecr-pull",
    "ecs.capability.pid-ipc-namespace-sharing",
    "ecs.capability.secrets.ssm.bootstrap.log-driver",
    "ecs.capability.secrets.ssm.environment-variables",
    "ecs.capability.task-cpu-mem-limit",
    "ecs.capability.task-eni",
    "ecs.capability.task-eni.trunking",
];

impl ContainerInstance {
    /// The value of an attribute, its own or one that was put on it; empty for those without a value.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let own = self.own_attributes().into_iter().find(|(one, _)| *one == name).map(|(_, value)| value.to_owned());
        let put = || self.attributes.get(name).map(|value| value.clone().unwrap_or_default());
        own.or_else(put).or_else(|| CAPABILITIES.contains(&name).then(String::new))
    }

    fn own_attributes(&self) -> Vec<(&'static str, &str)> {
        let agent = &self.agent;
        let mut named = vec![
            ("ecs.ami-id", agent.image_id.as_str()),
            ("ecs.instance-type", &agent.instance_type),
            ("ecs.availability-zone", &agent.zone),
            ("ecs.subnet-id", &agent.subnet_id),
            ("ecs.vpc-id", &agent.vpc_id),
            ("ecs.cpu-architecture", &agent.architecture),
            ("ecs.os-type", "linux"),
            ("ecs.os-family", "LINUX"),
        ];
        if self.has_trunk {
            named.push(("ecs.awsvpc-trunk-id", &self.id));
        }
        named
    }

    /// All attributes: capabilities, facts, and what callers put there.
    pub(super) fn all_attributes(&self) -> impl Iterator<Item = (String, Option<String>)> {
        let capabilities = CAPABILITIES.iter().map(|name| ((*name).to_owned(), None));
        let own = self.own_attributes().into_iter().map(|(name, value)| (name.to_owned(), Some(value.to_owned())));
        capabilities.chain(own).chain(self.attributes.clone())
    }

    fn render<'a>(&self, tasks: impl Iterator<Item = &'a Task>, include: &[&str]) -> Value {
        let status: &str = self.status.into();
        let (mut running, mut pending) = (0, 0);
        for task in tasks {
            running += i32::from(task.stage == Stage::Running);
            pending += i32::from(task.stage.is_pending());
        }
        let registered = AGENT_PORTS.into_iter().collect();
        let attributes = self.all_attributes().map(|(name, value)| json!({"name": name, "value": value}));
        json!({
            "containerInstanceArn": self.arn,
            "ec2InstanceId": self.agent.instance_id,
            "capacityProviderName": self.provider,
            "version": self.version,
            "versionInfo": {
                "agentVersion": self.agent_version,
                "agentHash": "5d3a1b7c",
                "dockerVersion": "DockerVersion: 25.0.6",
            },
            "remainingResources": resources(
                self.free_cpu(),
                self.free_memory(),
                &self.ports(Protocol::Tcp),
                &self.ports(Protocol::Udp),
            ),
            "registeredResources": resources(self.agent.cpu, self.agent.memory, &registered, &BTreeSet::new()),
            "status": status,
            "agentConnected": self.is_connected && self.is_registered(),
            "agentUpdateStatus": self.agent_update,
            "runningTasksCount": running,
            "pendingTasksCount": pending,
            "attributes": attributes.collect::<Vec<_>>(),
            "registeredAt": epoch(self.registered),
            "attachments": [],
            "healthStatus": include.contains(&"CONTAINER_INSTANCE_HEALTH").then(|| self.health()),
            "tags": if include.contains(&"TAGS") { self.tags.write("key", "value") } else { json!([]) },
        })
    }

    fn health(&self) -> Value {
        let status = if self.is_connected { "OK" } else { "INSUFFICIENT_DATA" };
        json!({"overallStatus": status, "details": [{"type": "CONTAINER_RUNTIME", "status": status,
            "lastUpdated": epoch(self.registered), "lastStatusChange": epoch(self.registered)}]})
    }
}

impl Cluster {
    pub(super) fn render_instance(&self, instance: &ContainerInstance, include: &[&str]) -> Value {
        let tasks = instance.task_ids().filter_map(|id| self.tasks.get(id));
        instance.render(tasks, include)
    }
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Resource.html>
fn resources(cpu: i64, memory: i64, tcp: &BTreeSet<u16>, udp: &BTreeSet<u16>) -> Value {
    let number = |name: &str, value: i64| json!({"name": name, "type": "INTEGER", "doubleValue": 0.0, "longValue": 0, "integerValue": value});
    let ports = |name: &str, ports: &BTreeSet<u16>| {
        let set: Vec<String> = ports.iter().map(u16::to_string).collect();
        json!({"name": name, "type": "STRINGSET", "doubleValue": 0.0, "longValue": 0, "integerValue": 0,
            "stringSetValue": set})
    };
    json!([number("CPU", cpu), number("MEMORY", memory), ports("PORTS", tcp), ports("PORTS_UDP", udp)])
}
