//! Placement: which instance gets a task, or why none does.
//!
//! Among the instances with room the one is chosen in whose zone, and then on which, the fewest tasks of the same group
//! run. That is the strategy of services that name none.
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html>

use super::cluster::Cluster;
use super::container_instance::{ContainerInstance, Held, Ports, Status};
use super::task::{Binding, Task};
use super::task_definition::TaskDefinition;

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
    Attribute,
    Distinct,
    Cpu,
    Memory,
    Port,
}

impl Obstacle {
    /// How RunTask names it. <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html>
    pub(super) fn failure(self) -> &'static str {
        match self {
            Self::NoInstance => "No Container Instances were found in your cluster.",
            Self::Attribute => "ATTRIBUTE",
            Self::Distinct => "MemberOf placement constraint unsatisfied.",
            Self::Cpu => "RESOURCE:CPU",
            Self::Memory => "RESOURCE:MEMORY",
            Self::Port => "RESOURCE:PORTS",
        }
    }

    /// How service events name it.
    pub(super) fn sentence(self) -> &'static str {
        match self {
            Self::NoInstance => "No Container Instances were found in your cluster",
            Self::Attribute => "is missing an attribute required by your task",
            Self::Distinct => "encountered error \"DistinctInstance placement constraint unsatisfied.\"",
            Self::Cpu => "has insufficient CPU units available",
            Self::Memory => "has insufficient memory available",
            Self::Port => "is already using a port required by your task",
        }
    }
}

/// The best place for a task of `definition` away from its `mates`. Otherwise the obstacle on the closest matching
/// instance, with its id.
pub(super) fn find(
    cluster: &Cluster,
    definition: &TaskDefinition,
    mates: &[&Task],
    distinct: bool,
) -> Result<Spot, (Obstacle, String)> {
    let mut spots = Vec::new();
    let mut closest = (Obstacle::NoInstance, String::new());
    for instance in cluster.instances.values().filter(|instance| instance.status == Status::Active) {
        let here = mates.iter().filter(|task| task.instance == instance.id).count();
        let fits = if distinct && here > 0 { Err(Obstacle::Distinct) } else { fit(instance, definition) };
        match fits {
            Ok(spot) => {
                let zone = &instance.agent.zone;
                let zones = mates.iter().filter_map(|task| cluster.instances.get(&task.instance));
                let in_zone = zones.filter(|one| one.agent.zone == *zone).count();
                spots.push(((in_zone, here, instance.task_ids().count()), spot));
            }
            Err(obstacle) if obstacle > closest.0 => closest = (obstacle, instance.id.clone()),
            Err(_) => {}
        }
    }
    spots.into_iter().min_by_key(|(crowd, _)| *crowd).map(|(_, spot)| spot).ok_or(closest)
}

fn fit(instance: &ContainerInstance, definition: &TaskDefinition) -> Result<Spot, Obstacle> {
    if definition.architecture.as_deref().is_some_and(|wanted| wanted != instance.agent.architecture) {
        return Err(Obstacle::Attribute);
    }
    let (cpu, memory) = (definition.needed_cpu(), definition.needed_memory());
    if cpu > instance.free_cpu() {
        return Err(Obstacle::Cpu);
    }
    if memory > instance.free_memory() {
        return Err(Obstacle::Memory);
    }
    let (ports, bindings) = bind(instance, definition).ok_or(Obstacle::Port)?;
    Ok(Spot { instance: instance.id.clone(), held: Held { cpu, memory, ports }, bindings })
}

/// Gives every mapping its host port.
fn bind(instance: &ContainerInstance, definition: &TaskDefinition) -> Option<(Ports, Vec<Binding>)> {
    let (mut taken, mut bindings) = (Ports::new(), Vec::new());
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
