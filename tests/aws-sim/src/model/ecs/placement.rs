//! Placement: which instance gets a task, or why none does.
//!
//! First what the task needs, then its constraints, then its strategies, one after the other. Without a strategy the
//! instance is chosen in whose zone, and then on which, the fewest tasks of the same group run.
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement.html>

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::cluster::Cluster;
use super::container::NetworkMode;
use super::container_instance::{ContainerInstance, Held, Ports, Status};
use super::expression::Expression;
use super::placement_rules::{Field, Resource, Rules, Strategy};
use super::task::Binding;
use super::task_definition::TaskDefinition;

/// What of an instance a task takes: CPU units and MiB.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Needs {
    pub(crate) cpu: i64,
    pub(crate) memory: i64,
}

/// A task that looks for a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order<'a> {
    pub(super) definition: &'a TaskDefinition,
    pub(super) needs: Needs,
    pub(super) group: &'a str,
    pub(super) rules: &'a Rules,
    /// Only instances of this capacity provider.
    pub(super) provider: Option<&'a str>,
}

/// A place for a task: the instance, what the task will hold there, and its ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) instance: String,
    pub(super) held: Held,
    pub(super) bindings: Vec<Binding>,
}

/// Why there is no place. The later ones are closer to a place than the earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Obstacle {
    NoInstance,
    /// Fargate has nothing left.
    NoCapacity,
    Agent,
    Attribute,
    MemberOf,
    Distinct,
    Cpu,
    Memory,
    Port,
    Interface,
}

impl Needs {
    pub(super) fn of(definition: &TaskDefinition) -> Self {
        Self { cpu: definition.needed_cpu(), memory: definition.needed_memory() }
    }
}

impl Obstacle {
    /// How RunTask names it. <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html>
    pub(super) fn failure(self) -> &'static str {
        match self {
            Self::NoInstance => "No Container Instances were found in your cluster.",
            Self::NoCapacity => {
                "Capacity is unavailable at this time. Please try again later or in a different availability zone"
            }
            Self::Agent => "AGENT",
            Self::Attribute => "ATTRIBUTE",
            Self::MemberOf => "MemberOf placement constraint unsatisfied.",
            Self::Distinct => "DistinctInstance placement constraint unsatisfied.",
            Self::Cpu => "RESOURCE:CPU",
            Self::Memory => "RESOURCE:MEMORY",
            Self::Port => "RESOURCE:PORTS",
            Self::Interface => "RESOURCE:ENI",
        }
    }

    /// How service events name it.
    pub(super) fn sentence(self) -> &'static str {
        match self {
            Self::NoInstance => "No Container Instances were found in your cluster",
            Self::NoCapacity => self.failure(),
            Self::Agent => "is not connected",
            Self::Attribute => "is missing an attribute required by your task",
            Self::MemberOf => "encountered error \"MemberOf placement constraint unsatisfied.\"",
            Self::Distinct => "encountered error \"DistinctInstance placement constraint unsatisfied.\"",
            Self::Cpu => "has insufficient CPU units available",
            Self::Memory => "has insufficient memory available",
            Self::Port => "is already using a port required by your task",
            Self::Interface => "encountered error \"RESOURCE:ENI\"",
        }
    }
}

/// The best place for a task. Otherwise the obstacle on the closest matching instance, with its id.
pub(super) fn find(cluster: &Cluster, order: &Order<'_>) -> Result<Spot, (Obstacle, String)> {
    let expressions = order.expressions();
    let mut fitting = Vec::new();
    let mut closest = (Obstacle::NoInstance, String::new());
    for instance in order.candidates(cluster) {
        match fit(instance, order, &expressions) {
            Ok(()) => fitting.push(instance),
            Err(obstacle) if obstacle > closest.0 => closest = (obstacle, instance.id.clone()),
            Err(_) => {}
        }
    }
    let chosen = choose(cluster, order, fitting).ok_or(closest)?;
    take(chosen, order).ok_or_else(|| (Obstacle::Port, chosen.id.clone()))
}

/// What is in the way on each instance.
pub(super) fn obstacles(cluster: &Cluster, order: &Order<'_>) -> Vec<(String, Obstacle)> {
    let expressions = order.expressions();
    let found = order.candidates(cluster);
    found.filter_map(|one| Some((one.arn.clone(), fit(one, order, &expressions).err()?))).collect()
}

/// Whether one instance takes the task, whatever the strategies say.
pub(super) fn fit_on(instance: &ContainerInstance, order: &Order<'_>) -> Result<Spot, Obstacle> {
    fit(instance, order, &order.expressions())?;
    take(instance, order).ok_or(Obstacle::Port)
}

impl<'a> Order<'a> {
    fn expressions(&self) -> Vec<Expression> {
        let texts = self.rules.expressions().chain(self.definition.constraints.iter().map(String::as_str));
        texts.filter_map(Expression::parse).collect()
    }

    fn candidates<'c>(&self, cluster: &'c Cluster) -> impl Iterator<Item = &'c ContainerInstance> + use<'c, 'a> {
        let provider = self.provider;
        let active = cluster.instances.values().filter(|instance| instance.status == Status::Active);
        active.filter(move |one| provider.is_none_or(|provider| one.provider.as_deref() == Some(provider)))
    }
}

fn fit(instance: &ContainerInstance, order: &Order<'_>, expressions: &[Expression]) -> Result<(), Obstacle> {
    let Order { definition, needs, group, rules, provider: _ } = order;
    if !instance.is_connected {
        return Err(Obstacle::Agent);
    }
    if definition.architecture.as_deref().is_some_and(|wanted| wanted != instance.agent.architecture) {
        return Err(Obstacle::Attribute);
    }
    if !expressions.iter().all(|expression| expression.holds(&|subject| instance.values(subject))) {
        return Err(Obstacle::MemberOf);
    }
    if rules.is_distinct && instance.count_of(group) > 0 {
        return Err(Obstacle::Distinct);
    }
    if needs.cpu > instance.free_cpu() {
        return Err(Obstacle::Cpu);
    }
    if needs.memory > instance.free_memory() {
        return Err(Obstacle::Memory);
    }
    let takes_interface = definition.mode == NetworkMode::Awsvpc;
    if takes_interface && instance.free_interfaces() == 0 {
        return Err(Obstacle::Interface);
    }
    let mut mappings = definition.containers.iter().flat_map(|container| &container.ports);
    let is_fixed = |host: u16| host != 0 && !takes_interface;
    if mappings.any(|mapping| is_fixed(mapping.host) && instance.is_taken(mapping.protocol, mapping.host)) {
        return Err(Obstacle::Port);
    }
    Ok(())
}

/// What a task that fits on an instance gets there; none if there are no ports left for those that it lets ECS choose.
fn take(instance: &ContainerInstance, order: &Order<'_>) -> Option<Spot> {
    let Order { definition, needs, group, .. } = order;
    let (ports, bindings) = bind(instance, definition)?;
    let takes_interface = definition.mode == NetworkMode::Awsvpc;
    let held = Held { cpu: needs.cpu, memory: needs.memory, ports, takes_interface, group: (*group).to_owned() };
    Some(Spot { instance: instance.id.clone(), held, bindings })
}

/// Each strategy keeps those that it likes best; of those that are left the emptiest is taken.
fn choose<'c>(
    cluster: &Cluster,
    order: &Order<'_>,
    mut fitting: Vec<&'c ContainerInstance>,
) -> Option<&'c ContainerInstance> {
    let usual =
        [Strategy::Spread(Field::Attribute("ecs.availability-zone".to_owned())), Strategy::Spread(Field::Instance)];
    let strategies = if order.rules.strategies.is_empty() { usual.as_slice() } else { &order.rules.strategies };
    for strategy in strategies {
        if fitting.len() < 2 {
            break;
        }
        let scores = score(cluster, order.group, strategy, &fitting);
        let best = scores.iter().min().cloned();
        let mut scores = scores.into_iter();
        fitting.retain(|_| scores.next() == best);
    }
    fitting.into_iter().min_by_key(|instance| instance.task_count())
}

fn score(cluster: &Cluster, group: &str, strategy: &Strategy, fitting: &[&ContainerInstance]) -> Vec<Vec<u8>> {
    let ordered = |number: i64| u64::try_from(number).unwrap_or_default().to_be_bytes().to_vec();
    match strategy {
        Strategy::Spread(Field::Instance) => fitting.iter().map(|one| ordered(one.count_of(group))).collect(),
        Strategy::Spread(Field::Attribute(name)) => {
            let mut crowd: BTreeMap<Option<String>, i64> = BTreeMap::new();
            for instance in cluster.instances.values().filter(|one| one.count_of(group) > 0) {
                *crowd.entry(instance.attribute(name)).or_default() += instance.count_of(group);
            }
            let of = |one: &ContainerInstance| crowd.get(&one.attribute(name)).copied().unwrap_or_default();
            fitting.iter().map(|one| ordered(of(one))).collect()
        }
        Strategy::Binpack(Resource::Cpu) => fitting.iter().map(|one| ordered(one.free_cpu())).collect(),
        Strategy::Binpack(Resource::Memory) => fitting.iter().map(|one| ordered(one.free_memory())).collect(),
        // Different for every task, but the same in every run.
        Strategy::Random => {
            let seed = cluster.started.to_be_bytes();
            let draw = |one: &ContainerInstance| Sha256::new().chain_update(seed).chain_update(&one.id).finalize();
            fitting.iter().map(|one| draw(one).to_vec()).collect()
        }
    }
}

/// Gives every mapping its host port. A task with an interface of its own needs none.
fn bind(instance: &ContainerInstance, definition: &TaskDefinition) -> Option<(Ports, Vec<Binding>)> {
    let (mut taken, mut bindings) = (Ports::new(), Vec::new());
    if definition.mode == NetworkMode::Awsvpc {
        return Some((taken, bindings));
    }
    for container in &definition.containers {
        for mapping in &container.ports {
            let host = match mapping.host {
                0 => instance.free_port(mapping.protocol, &taken)?,
                fixed if instance.is_taken(mapping.protocol, fixed) => return None,
                fixed => fixed,
            };
            taken.insert((mapping.protocol, host));
            bindings.push(Binding { container: container.name.clone(), mapping: *mapping, host });
        }
    }
    Some((taken, bindings))
}
