//! Container instances: EC2 instances whose agents have joined a cluster, and what is free on them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::container::Protocol;
use super::task::{Stage, Task};
use crate::model::clock::{Moment, epoch};
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// Ports of ssh, docker and the agent itself, which no task gets.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html>
const AGENT_PORTS: [u16; 5] = [22, 2375, 2376, 51678, 51679];

/// Where a container gets a host port when it asks for none: the usual ephemeral range.
const EPHEMERAL_PORTS: std::ops::RangeInclusive<u16> = 32768..=60999;

/// What the agent of an ECS-optimized image can do, as far as placement asks for it.
const CAPABILITIES: [&str; 8] = [
    "ecs.capability.task-iam-role",
    "ecs.capability.execution-role-awslogs",
    "ecs.capability.secrets.ssm.environment-variables",
    "ecs.capability.container-health-check",
    "ecs.capability.container-ordering",
    "com.amazonaws.ecs.capability.logging-driver.awslogs",
    "com.amazonaws.ecs.capability.logging-driver.json-file",
    "com.amazonaws.ecs.capability.docker-remote-api.1.29",
];

/// An EC2 instance whose ECS agent has started and reaches ECS.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Agent {
    /// The cluster's name out of the instance's user data.
    pub(crate) cluster: String,
    pub(crate) instance_id: String,
    pub(crate) instance_type: String,
    pub(crate) image_id: String,
    /// `x86_64` or `arm64`.
    pub(crate) architecture: String,
    /// CPU units: 1024 for each vCPU.
    pub(crate) cpu: i64,
    /// MiB that the agent registers, which is less than the instance has.
    pub(crate) memory: i64,
    pub(crate) zone: String,
    pub(crate) subnet_id: String,
    pub(crate) vpc_id: String,
    pub(crate) private_ip: String,
}

/// An instance in a cluster.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct ContainerInstance {
    /// The last part of the ARN.
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) agent: Agent,
    pub(super) status: Status,
    registered: Moment,
    version: i64,
    /// What the tasks on it hold, by task.
    held: BTreeMap<String, Held>,
    pub(super) tags: Tags,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, serde::Serialize, serde::Deserialize)]
#[strum(serialize_all = "UPPERCASE")]
pub(super) enum Status {
    Active,
    /// Keeps its tasks, but gets no more; those of services move elsewhere.
    Draining,
    Inactive,
}

/// Ports of an instance.
pub(super) type Ports = BTreeSet<(Protocol, u16)>;

/// What a task holds of an instance.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Held {
    pub(super) cpu: i64,
    pub(super) memory: i64,
    pub(super) ports: Ports,
}

impl ContainerInstance {
    pub(super) fn new(id: String, arn: String, agent: Agent, registered: Moment) -> Self {
        let (status, version, held, tags) = (Status::Active, 1, BTreeMap::new(), Tags::default());
        Self { id, arn, agent, status, registered, version, held, tags }
    }

    pub(super) fn is_registered(&self) -> bool {
        self.status != Status::Inactive
    }

    pub(super) fn free_cpu(&self) -> i64 {
        self.agent.cpu - self.held.values().map(|held| held.cpu).sum::<i64>()
    }

    pub(super) fn free_memory(&self) -> i64 {
        self.agent.memory - self.held.values().map(|held| held.memory).sum::<i64>()
    }

    pub(super) fn is_taken(&self, protocol: Protocol, port: u16) -> bool {
        let agents = protocol == Protocol::Tcp && AGENT_PORTS.contains(&port);
        agents || self.held.values().any(|held| held.ports.contains(&(protocol, port)))
    }

    /// A host port that nobody holds, and that is not among `others`.
    pub(super) fn free_port(&self, protocol: Protocol, others: &Ports) -> Option<u16> {
        let free = |port: &u16| !self.is_taken(protocol, *port) && !others.contains(&(protocol, *port));
        EPHEMERAL_PORTS.into_iter().find(free)
    }

    pub(super) fn hold(&mut self, task: &str, held: Held) {
        self.held.insert(task.to_owned(), held);
        self.version += 1;
    }

    pub(super) fn release(&mut self, task: &str) {
        self.held.remove(task);
        self.version += 1;
    }

    /// The tasks on it that are not stopped.
    pub(super) fn task_ids(&self) -> impl Iterator<Item = &String> {
        self.held.keys()
    }

    pub(super) fn item(&self) -> Item {
        let status: &str = self.status.into();
        let item = Item::new("ecs", "container_instances", &self.arn, &self.tags, status);
        item.named(&self.agent.instance_id).with("ec2_instance_id", self.agent.instance_id.as_str())
    }

    pub(super) fn render<'a>(&self, tasks: impl Iterator<Item = &'a Task>, with_tags: bool) -> Value {
        let status: &str = self.status.into();
        let (mut running, mut pending) = (0, 0);
        for task in tasks {
            running += i32::from(task.stage == Stage::Running);
            pending += i32::from(task.stage.is_pending());
        }
        let registered = AGENT_PORTS.into_iter().collect();
        json!({
            "containerInstanceArn": self.arn,
            "ec2InstanceId": self.agent.instance_id,
            "version": self.version,
            "versionInfo": {
                "agentVersion": "1.89.2",
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
            "agentConnected": self.is_registered(),
            "runningTasksCount": running,
            "pendingTasksCount": pending,
            "attributes": self.attributes(),
            "registeredAt": epoch(self.registered),
            "attachments": [],
            "tags": if with_tags { self.tags.write("key", "value") } else { json!([]) },
        })
    }

    /// The ports of a protocol that are in use, the agent's own included.
    fn ports(&self, protocol: Protocol) -> BTreeSet<u16> {
        let held = self.held.values().flat_map(|held| &held.ports);
        let mut ports: BTreeSet<u16> = held.filter(|(one, _)| *one == protocol).map(|(_, port)| *port).collect();
        if protocol == Protocol::Tcp {
            ports.extend(AGENT_PORTS);
        }
        ports
    }

    fn attributes(&self) -> Value {
        let agent = &self.agent;
        let named = [
            ("ecs.ami-id", agent.image_id.as_str()),
            ("ecs.instance-type", &agent.instance_type),
            ("ecs.availability-zone", &agent.zone),
            ("ecs.subnet-id", &agent.subnet_id),
            ("ecs.vpc-id", &agent.vpc_id),
            ("ecs.cpu-architecture", &agent.architecture),
            ("ecs.os-type", "linux"),
            ("ecs.os-family", "LINUX"),
        ];
        let capabilities = CAPABILITIES.iter().map(|name| json!({ "name": name }));
        capabilities.chain(named.iter().map(|(name, value)| json!({"name": name, "value": value}))).collect()
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
