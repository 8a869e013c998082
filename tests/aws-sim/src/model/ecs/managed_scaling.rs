//! Managed scaling: a capacity provider sets its group's desired size by what the tasks of its clusters need.
//!
//! AWS does it by a CloudWatch metric, the needed instances over those that there are, in percent; it is looked at once
//! a minute. Too little is mended at once, too much only after a quarter of an hour.
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-auto-scaling.html>

use super::Event;
use super::capacity_provider::CapacityProvider;
use super::placement::Needs;
use crate::model::autoscaling::managed;
use crate::model::context::Context;
use crate::model::{event, timing};

/// A provider whose group may have too little or too much is looked at in a minute, unless that is planned already.
pub(super) fn watch(context: &mut Context<'_>, name: &str) {
    let Some(provider) = context.region().ecs.capacity_providers.get_mut(name) else { return };
    if provider.is_active && provider.scaling.is_on && !provider.is_watched {
        provider.is_watched = true;
        let look = Event::ManagedScalingLooks(name.to_owned());
        context.schedule(timing::MANAGED_SCALING_LOOKS, event::Event::Ecs(look));
    }
}

/// One look. It is followed by another while there is something to do.
pub(super) fn look(context: &mut Context<'_>, name: &str) {
    let Some(provider) = context.region().ecs.capacity_providers.get_mut(name) else { return };
    provider.is_watched = false;
    if !provider.is_active || !provider.scaling.is_on {
        return;
    }
    let provider = provider.clone();
    let Some(group) = managed::by_name(context, &provider.group) else { return };
    let load = load(context, &provider);
    let needed = (load.busy + load.missing(group.room)).max(group.least).min(group.most);
    let wanted = (needed * 100 + provider.scaling.target - 1) / provider.scaling.target;
    let wanted = wanted.max(group.least).min(group.most);
    protect(context, &provider);
    let too_much = wanted < group.desired;
    let looks = if too_much { provider.looks_too_much + 1 } else { 0 };
    if let Some(kept) = context.region().ecs.capacity_providers.get_mut(name) {
        kept.looks_too_much = if looks >= timing::MANAGED_SCALE_IN_LOOKS { 0 } else { looks };
    }
    if wanted > group.desired {
        let step = (wanted - group.desired).max(provider.scaling.least_step).min(provider.scaling.most_step);
        managed::set_desired(context, &provider.group, (group.desired + step).min(group.most));
    } else if looks >= timing::MANAGED_SCALE_IN_LOOKS {
        let step = (group.desired - wanted).min(provider.scaling.most_step);
        managed::set_desired(context, &provider.group, group.desired - step);
    }
    if too_much || load.waiting.cpu > 0 || load.waiting.memory > 0 || load.busy > 0 {
        watch(context, name);
    }
}

/// What the tasks of a provider ask of its group.
struct Load {
    /// Instances on which tasks are.
    busy: i64,
    /// What the tasks that wait need together, and the largest of them alone.
    waiting: Needs,
}

impl Load {
    /// How many more instances with that much room are needed.
    fn missing(&self, room: Needs) -> i64 {
        let ceiling = |need: i64, room: i64| if room > 0 { (need + room - 1) / room } else { 0 };
        ceiling(self.waiting.cpu, room.cpu).max(ceiling(self.waiting.memory, room.memory))
    }
}

fn load(context: &mut Context<'_>, provider: &CapacityProvider) -> Load {
    let clusters = context.region().ecs.clusters.values();
    let mine = clusters.filter(|cluster| cluster.providers.contains(&provider.name));
    let mut load = Load { busy: 0, waiting: Needs::default() };
    for cluster in mine {
        let instances = cluster.instances.values().filter(|one| one.is_registered() && one.task_count() > 0);
        let busy = instances.filter(|one| one.provider.as_ref() == Some(&provider.name)).count();
        load.busy += i64::try_from(busy).unwrap_or(i64::MAX);
        for one in cluster.waiting.iter().filter(|one| one.provider == provider.name) {
            if let Some(task) = cluster.tasks.get(&one.task) {
                load.waiting.cpu += task.needs.cpu;
                load.waiting.memory += task.needs.memory;
            }
        }
    }
    load
}

/// Managed termination protection: instances with tasks are kept, empty ones may go.
fn protect(context: &mut Context<'_>, provider: &CapacityProvider) {
    if !provider.protects {
        return;
    }
    let clusters = context.region().ecs.clusters.values();
    let instances = clusters.flat_map(|cluster| cluster.instances.values());
    let mine = instances.filter(|one| one.is_registered() && one.provider.as_ref() == Some(&provider.name));
    let found: Vec<(String, bool)> = mine.map(|one| (one.agent.instance_id.clone(), one.task_count() > 0)).collect();
    for (instance_id, is_busy) in found {
        managed::set_protection(context, &instance_id, is_busy);
    }
}
