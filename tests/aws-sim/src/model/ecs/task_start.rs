//! How tasks begin: with a place on an instance, on Fargate, or waiting for capacity.

use std::sync::Arc;

use serde_json::Value;

use super::attachment::{Attachment, Status};
use super::container::NetworkMode;
use super::launch::LaunchType;
use super::network::Network;
use super::placement::{Needs, Spot};
use super::tally::{self, Counted};
use super::task::{ContainerState, Stage, Task, Times};
use super::task_definition::TaskDefinition;
use super::{TaskKey, news, task_life};
use crate::model::context::Context;
use crate::model::tags::Tags;
use crate::model::timing;

/// What a new task shall be.
#[derive(Debug, Clone)]
pub(super) struct Wanted<'a> {
    pub(super) definition: &'a Arc<TaskDefinition>,
    pub(super) needs: Needs,
    pub(super) group: &'a str,
    pub(super) started_by: Option<String>,
    /// Null if nothing is changed.
    pub(super) overrides: Value,
    /// Whether ExecuteCommand may go into it.
    pub(super) is_open: bool,
    pub(super) tags: Tags,
}

/// Where a new task goes.
#[derive(Debug, Clone)]
pub(super) enum Place {
    On(Spot),
    Fargate,
    /// It waits for an instance of its capacity provider.
    Nowhere,
}

impl<'a> Wanted<'a> {
    pub(super) fn new(definition: &'a Arc<TaskDefinition>, group: &'a str) -> Self {
        Self {
            definition,
            needs: Needs::of(definition),
            group,
            started_by: None,
            overrides: Value::Null,
            is_open: false,
            tags: Tags::default(),
        }
    }
}

/// Starts a task and tells its id.
pub(super) fn start(
    context: &mut Context<'_>,
    cluster: &str,
    place: Place,
    provider: Option<String>,
    network: Option<&Network>,
    wanted: Wanted<'_>,
) -> Option<String> {
    let (id, now) = (context.world.ids.hex(32), context.now);
    let arn = context.arn("ecs", &format!("task/{cluster}/{id}"));
    let attachment = attachment(context, cluster, network.filter(|_| wanted.definition.mode == NetworkMode::Awsvpc));
    let mut task = Task {
        id: id.clone(),
        arn,
        definition: wanted.definition.clone(),
        launch: if matches!(place, Place::Fargate) { LaunchType::Fargate } else { LaunchType::Ec2 },
        provider,
        instance: String::new(),
        zone: String::new(),
        group: wanted.group.to_owned(),
        started_by: wanted.started_by,
        stage: Stage::Provisioning,
        counted: Counted::default(),
        needs: wanted.needs,
        bindings: Vec::new(),
        attachment: attachment.map(Box::new),
        containers: vec![ContainerState::default(); wanted.definition.containers.len()],
        times: Times::from(now),
        stop: None,
        overrides: wanted.overrides,
        protected_until: None,
        is_open: wanted.is_open,
        version: 1,
        tags: wanted.tags,
    };
    if let (LaunchType::Fargate, Some(attachment)) = (task.launch, &task.attachment) {
        let subnet = context.region().ec2.subnets.get(&attachment.subnet_id);
        task.zone = subnet.map(|subnet| subnet.zone.clone()).unwrap_or_default();
    }
    let found = context.region().ecs.clusters.get_mut(cluster)?;
    if let Some(service) = task.service().and_then(|name| found.services.get_mut(name)) {
        service.tasks.insert(id.clone());
    }
    found.add_task(task);
    let key = TaskKey::new(cluster, &id);
    match place {
        Place::On(spot) => settle(context, &key, spot),
        Place::Fargate => task_life::plan(context, &key, timing::FARGATE_PROVISIONING),
        Place::Nowhere => {}
    }
    tally::recount(context, &key);
    news::of_task(context, &key);
    Some(id)
}

/// A task has got its place on an instance.
pub(super) fn settle(context: &mut Context<'_>, key: &TaskKey, spot: Spot) {
    let now = context.now;
    let Some(cluster) = context.region().ecs.clusters.get_mut(&key.cluster) else { return };
    let Some(instance) = cluster.instances.get_mut(&spot.instance) else { return };
    let Some(task) = cluster.tasks.get_mut(&key.task) else { return };
    instance.hold(&key.task, spot.held);
    task.instance = spot.instance;
    task.zone.clone_from(&instance.agent.zone);
    task.bindings = spot.bindings;
    task.times.connected = Some(now);
    let after = if task.attachment.is_some() {
        timing::INTERFACE_MADE
    } else {
        // Nothing is to be made for it.
        cluster.set_stage(&key.task, Stage::Pending);
        timing::TASK_PROVISIONING
    };
    task_life::plan(context, key, after);
}

/// The interface to be. Subnets take turns.
fn attachment(context: &mut Context<'_>, cluster: &str, network: Option<&Network>) -> Option<Attachment> {
    let network = network?;
    let id = context.world.ids.uuid();
    let turn = context.region().ecs.clusters.get(cluster).map_or(0, |cluster| cluster.started);
    let count = u64::try_from(network.subnets.len()).unwrap_or(1).max(1);
    let subnet_id = network.subnets.get(usize::try_from(turn % count).unwrap_or_default())?.clone();
    Some(Attachment {
        id,
        status: Status::Precreated,
        subnet_id,
        groups: network.groups.clone(),
        is_public: network.is_public,
        interface: None,
    })
}
