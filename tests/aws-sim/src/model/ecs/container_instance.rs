//! Container instances: EC2 instances whose agents have joined a cluster, and what is free on them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::container::Protocol;
use crate::model::clock::{Moment, iso};
use crate::model::ec2::instance_type;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// Ports of ssh, docker and the agent itself, which no task gets.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html>
pub(super) const AGENT_PORTS: [u16; 5] = [22, 2375, 2376, 51678, 51679];

/// Where a container gets a host port when it asks for none: the usual ephemeral range.
const EPHEMERAL_PORTS: std::ops::RangeInclusive<u16> = 32768..=60999;

/// Task interfaces of instance types that can have many, once the account wishes it.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/eni-trunking-supported-instance-types.html>
const TRUNKS: [(&str, usize); 10] = [
    ("m5.large", 10),
    ("m5.xlarge", 20),
    ("m5.2xlarge", 40),
    ("m6g.large", 10),
    ("m6i.large", 10),
    ("m7g.large", 10),
    ("c5.large", 10),
    ("c5.xlarge", 20),
    ("c6g.large", 10),
    ("r5.large", 10),
];

/// An EC2 instance whose ECS agent has started and reaches ECS.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ContainerInstance {
    /// The last part of the ARN.
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) agent: Agent,
    pub(super) status: Status,
    pub(super) is_connected: bool,
    /// Whether its Auto Scaling group waits for it to be empty.
    pub(super) is_leaving: bool,
    pub(super) agent_version: String,
    /// How far an update of the agent is, if there was one.
    pub(super) agent_update: Option<String>,
    /// The capacity provider of the group that the instance is in.
    pub(super) provider: Option<String>,
    pub(super) registered: Moment,
    pub(super) version: i64,
    /// What callers put on it.
    pub(super) attributes: BTreeMap<String, Option<String>>,
    /// How many tasks may have interfaces of their own there.
    interfaces: usize,
    pub(super) has_trunk: bool,
    /// What the tasks on it hold, by task.
    held: BTreeMap<String, Held>,
    sum: Sum,
    pub(super) tags: Tags,
}

/// What all tasks together hold.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Sum {
    cpu: i64,
    memory: i64,
    interfaces: usize,
    groups: BTreeMap<String, i64>,
    ports: Ports,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Held {
    pub(super) cpu: i64,
    pub(super) memory: i64,
    pub(super) ports: Ports,
    pub(super) takes_interface: bool,
    pub(super) group: String,
}

impl ContainerInstance {
    /// `trunking` is whether the account wants many task interfaces on instances that can have them.
    pub(super) fn new(id: String, arn: String, agent: Agent, registered: Moment, trunking: bool) -> Self {
        let trunk = TRUNKS.iter().find(|(name, _)| trunking && *name == agent.instance_type);
        // The instance has one interface for itself.
        let plain = instance_type::find(&agent.instance_type).map_or(2, |kind| kind.interfaces).saturating_sub(1);
        Self {
            id,
            arn,
            agent,
            status: Status::Active,
            is_connected: true,
            is_leaving: false,
            agent_version: "1.89.2".to_owned(),
            agent_update: None,
            provider: None,
            registered,
            version: 1,
            attributes: BTreeMap::new(),
            interfaces: trunk.map_or(plain, |(_, count)| *count),
            has_trunk: trunk.is_some(),
            held: BTreeMap::new(),
            sum: Sum::default(),
            tags: Tags::default(),
        }
    }

    pub(super) fn is_registered(&self) -> bool {
        self.status != Status::Inactive
    }

    pub(super) fn free_cpu(&self) -> i64 {
        self.agent.cpu - self.sum.cpu
    }

    pub(super) fn free_memory(&self) -> i64 {
        self.agent.memory - self.sum.memory
    }

    pub(super) fn free_interfaces(&self) -> usize {
        self.interfaces.saturating_sub(self.sum.interfaces)
    }

    pub(super) fn is_taken(&self, protocol: Protocol, port: u16) -> bool {
        Self::is_agents(protocol, port) || self.sum.ports.contains(&(protocol, port))
    }

    fn is_agents(protocol: Protocol, port: u16) -> bool {
        protocol == Protocol::Tcp && AGENT_PORTS.contains(&port)
    }

    /// A host port that nobody holds, and that is not among `others`.
    pub(super) fn free_port(&self, protocol: Protocol, others: &Ports) -> Option<u16> {
        // Those that are held are in order, so that they are passed in one walk.
        let range = (protocol, *EPHEMERAL_PORTS.start())..=(protocol, *EPHEMERAL_PORTS.end());
        let mut held = self.sum.ports.range(range).map(|(_, port)| *port).peekable();
        EPHEMERAL_PORTS.into_iter().find(|port| {
            let is_held = held.next_if_eq(port).is_some() || Self::is_agents(protocol, *port);
            !is_held && !others.contains(&(protocol, *port))
        })
    }

    pub(super) fn hold(&mut self, task: &str, held: Held) {
        self.sum.cpu += held.cpu;
        self.sum.memory += held.memory;
        self.sum.interfaces += usize::from(held.takes_interface);
        self.sum.ports.extend(held.ports.iter().copied());
        *self.sum.groups.entry(held.group.clone()).or_default() += 1;
        self.held.insert(task.to_owned(), held);
        self.version += 1;
    }

    pub(super) fn release(&mut self, task: &str) {
        let Some(held) = self.held.remove(task) else { return };
        self.sum.cpu -= held.cpu;
        self.sum.memory -= held.memory;
        self.sum.interfaces -= usize::from(held.takes_interface);
        held.ports.iter().for_each(|port| {
            self.sum.ports.remove(port);
        });
        if let Some(count) = self.sum.groups.get_mut(&held.group) {
            *count -= 1;
            if *count == 0 {
                self.sum.groups.remove(&held.group);
            }
        }
        self.version += 1;
    }

    /// The tasks on it that are not stopped.
    pub(super) fn task_ids(&self) -> impl Iterator<Item = &String> {
        self.held.keys()
    }

    pub(super) fn task_count(&self) -> usize {
        self.held.len()
    }

    /// How many tasks of a group are on it.
    pub(super) fn count_of(&self, group: &str) -> i64 {
        self.sum.groups.get(group).copied().unwrap_or_default()
    }

    pub(super) fn item(&self) -> Item {
        let status: &str = self.status.into();
        let item = Item::new("ecs", "container_instances", &self.arn, &self.tags, status);
        item.named(&self.agent.instance_id).with("ec2_instance_id", self.agent.instance_id.as_str())
    }

    /// What the query language finds under a subject.
    pub(super) fn values(&self, subject: &str) -> Vec<String> {
        match subject {
            "agentConnected" => vec![self.is_connected.to_string()],
            "agentVersion" => vec![self.agent_version.clone()],
            "ec2InstanceId" => vec![self.agent.instance_id.clone()],
            "registeredAt" => vec![iso(self.registered)],
            "runningTasksCount" => vec![self.held.len().to_string()],
            "status" => vec![<&str>::from(self.status).to_owned()],
            "capacityProviderName" => self.provider.clone().into_iter().collect(),
            "task:group" => self.sum.groups.keys().cloned().collect(),
            other => other.strip_prefix("attribute:").and_then(|name| self.attribute(name)).into_iter().collect(),
        }
    }

    /// The ports of a protocol that are in use, the agent's own included.
    pub(super) fn ports(&self, protocol: Protocol) -> BTreeSet<u16> {
        let held = self.sum.ports.iter();
        let mut ports: BTreeSet<u16> = held.filter(|(one, _)| *one == protocol).map(|(_, port)| *port).collect();
        if protocol == Protocol::Tcp {
            ports.extend(AGENT_PORTS);
        }
        ports
    }
}
