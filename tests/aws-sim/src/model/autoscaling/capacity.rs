//! Balancing: a group launches what is missing and parts with what is too much, spread evenly over its zones.

use std::collections::BTreeMap;

use super::activity::{self, Activity};
use super::group::Group;
use super::group_calls::balance_soon;
use super::launch_spec;
use super::member::{self, Member, Stage};
use super::{Event, State};
use crate::model::clock::iso;
use crate::model::context::Context;
use crate::model::ec2;
use crate::model::event;
use crate::model::timing;

/// Compares what a group has with what is desired.
pub(super) fn balance(context: &mut Context<'_>, name: &str) {
    let Some(group) = context.region().autoscaling.groups.get(name).cloned() else { return };
    if group.is_going && group.members.is_empty() {
        context.region().autoscaling.groups.remove(name);
        return;
    }
    let have = i64::try_from(group.staying().count()).unwrap_or(i64::MAX);
    if have < group.size.desired {
        grow(context, &group, have);
    } else {
        shrink(context, &group, have - group.size.desired);
    }
}

/// The zones of subnets, each once, in order.
pub(super) fn zones(ec2: &ec2::State, subnet_ids: &[String]) -> Vec<String> {
    let mut zones: Vec<String> = subnet_ids.iter().filter_map(|id| Some(ec2.subnets.get(id)?.zone.clone())).collect();
    zones.sort();
    zones.dedup();
    zones
}

fn grow(context: &mut Context<'_>, group: &Group, have: i64) {
    for number in have..group.size.desired {
        let cause = format!(
            "At {} an instance was started in response to a difference between desired and actual capacity, increasing \
             the capacity from {have} to {}.",
            iso(context.now),
            group.size.desired
        );
        if let Err(failure) = launch(context, &group.name, cause) {
            tracing::debug!(group = group.name, number, failure, "a launch failed and will be tried again");
            let again = Event::Balance { group: group.name.clone() };
            context.schedule(timing::SCALING_CHECKS, event::Event::AutoScaling(again));
            return;
        }
    }
}

fn launch(context: &mut Context<'_>, name: &str, cause: String) -> Result<(), String> {
    let activity_id = context.world.ids.uuid();
    let now = context.now;
    let Some(group) = context.region().autoscaling.groups.get(name).cloned() else { return Ok(()) };
    let subnet_id = emptiest_subnet(&context.region().ec2, &group).ok_or("the group has no subnet")?;
    let launched = launch_spec::launch_one(context, &group, &subnet_id);
    let region = context.region();
    let Ok(group) = region.autoscaling.group_mut(name) else { return Ok(()) };
    let (instance_id, template) = match launched {
        Ok(launched) => launched,
        Err(refusal) => {
            let started = Activity::begin(&activity_id, "Launching a new EC2 instance".to_owned(), cause, now);
            let message = format!("{} Launching EC2 instance failed.", refusal.message);
            activity::begin(&mut group.activities, started.failed(message, now));
            return Err(refusal.to_string());
        }
    };
    let description = format!("Launching a new EC2 instance: {instance_id}");
    activity::begin(&mut group.activities, Activity::begin(&activity_id, description, cause, now));
    if let Some(instance) = region.ec2.instances.get(&instance_id) {
        let member = Member {
            instance_id: instance_id.clone(),
            instance_type: instance.instance_type.clone(),
            zone: instance.zone.clone(),
            template,
            stage: Stage::Pending,
            is_healthy: true,
            is_protected: group.settings.new_ones_protected,
            activity_id,
            waits_for: None,
        };
        group.members.insert(instance_id.clone(), member);
    }
    region.autoscaling.group_of.insert(instance_id, name.to_owned());
    Ok(())
}

/// A subnet in the zone that has the fewest instances.
fn emptiest_subnet(ec2: &ec2::State, group: &Group) -> Option<String> {
    let mut crowd: BTreeMap<&str, usize> = BTreeMap::new();
    group.staying().for_each(|member| *crowd.entry(&member.zone).or_default() += 1);
    let living = group.launch.subnet_ids.iter().filter_map(|id| ec2.subnets.get(id));
    living
        .min_by_key(|subnet| crowd.get(subnet.zone.as_str()).copied().unwrap_or_default())
        .map(|subnet| subnet.id.clone())
}

/// Scale-in takes instances from the fullest zone, those of another template first, then the oldest.
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html>
fn shrink(context: &mut Context<'_>, group: &Group, by: i64) {
    let mut staying: Vec<&Member> = group.staying().collect();
    for _ in 0..by {
        let crowd = |zone: &str| staying.iter().filter(|member| member.zone == zone).count();
        let candidates = staying.iter().enumerate().filter(|(_, member)| !member.is_protected || group.is_going);
        let chosen = candidates.min_by_key(|(age, member)| {
            let current = member.template.id == group.launch.template.id;
            (usize::MAX - crowd(&member.zone), current, *age)
        });
        let Some((place, _)) = chosen else { return };
        let instance_id = staying.remove(place).instance_id.clone();
        let cause = "an instance was taken out of service in response to a difference between desired and actual \
                     capacity.";
        member::dismiss(context, &instance_id, cause);
    }
    if group.is_going && group.members.is_empty() {
        balance_soon(context, &group.name);
    }
}

impl State {
    /// The members of all groups with the names of their groups.
    pub(super) fn members(&self) -> impl Iterator<Item = (&str, &Member)> {
        self.groups.values().flat_map(|group| group.members.values().map(|member| (group.name.as_str(), member)))
    }
}
