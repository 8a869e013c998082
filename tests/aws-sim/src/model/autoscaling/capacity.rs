//! Balancing: a group launches what is missing and parts with what is too much, spread evenly over its zones.

use std::collections::BTreeMap;

use super::activity::{self, Activity, at};
use super::group::Group;
use super::launch_spec::{self, Launched};
use super::member::{self, Member, Stage};
use super::{Event, State, news, refresh, termination};
use crate::model::context::Context;
use crate::model::ec2;
use crate::model::error::AwsError;
use crate::model::event;
use crate::model::iam;
use crate::model::timing;

/// How many deleted groups are remembered for their activities.
const REMEMBERED: usize = 100;

/// Compares what a group has with what is desired.
pub(super) fn balance(context: &mut Context<'_>, name: &str) {
    let Some(group) = context.region().autoscaling.groups.get(name) else { return };
    if group.is_going && group.members.is_empty() {
        context.region().autoscaling.bury(name);
        return;
    }
    let (have, goal) = (group.capacity(), group.size.desired + refresh::surplus(group));
    if have < goal && group.runs("Launch") {
        grow(context, name, goal);
    } else if have > goal && (group.runs("Terminate") || group.is_going) {
        shrink(context, name, goal);
    } else if let Some(group) = context.region().autoscaling.groups.get_mut(name)
        && have == goal
    {
        group.causes.clear();
    }
}

/// The zones of subnets, each once, in order.
pub(super) fn zones(ec2: &ec2::State, subnet_ids: &[String]) -> Vec<String> {
    let mut zones: Vec<String> = subnet_ids.iter().filter_map(|id| Some(ec2.subnets.get(id)?.zone.clone())).collect();
    zones.sort();
    zones.dedup();
    zones
}

fn grow(context: &mut Context<'_>, name: &str, goal: i64) {
    let Some(group) = context.region().autoscaling.groups.get_mut(name) else { return };
    let (start, reasons) = (group.capacity(), std::mem::take(&mut group.causes));
    while let Some(group) = context.region().autoscaling.groups.get_mut(name).filter(|it| it.capacity() < goal) {
        let replaces = group.replacing > 0;
        group.replacing = group.replacing.saturating_sub(1);
        let now = at(context.now);
        let reason = if replaces {
            format!("At {now} an instance was launched in response to an unhealthy instance needing to be replaced.")
        } else {
            format!(
                "At {now} an instance was started in response to a difference between desired and actual capacity, \
                 increasing the capacity from {start} to {goal}."
            )
        };
        if let Err(failure) = launch(context, name, with_reasons(&reasons, reason)) {
            tracing::debug!(group = name, %failure, "a launch failed and will be tried again");
            let again = Event::Balance { group: name.to_owned() };
            context.schedule(timing::SCALING_CHECKS, event::Event::AutoScaling(again));
            return;
        }
    }
}

/// What changed the size, then what follows from it.
fn with_reasons(reasons: &[String], last: String) -> String {
    reasons.iter().cloned().chain([last]).collect::<Vec<_>>().join("  ")
}

fn launch(context: &mut Context<'_>, name: &str, cause: String) -> Result<(), AwsError> {
    let (now, activity_id) = (context.now, context.world.ids.uuid());
    let Some(group) = context.region().autoscaling.groups.get(name).cloned() else { return Ok(()) };
    let Some((subnet_id, zone)) = emptiest_subnet(&context.region().ec2, &group) else {
        return Err(super::invalid("The group has no subnet that exists."));
    };
    let source = refresh::launching_source(&group);
    let launched = launch_spec::launch_one(context, &group, &source, &subnet_id);
    let group = context.region().autoscaling.group_mut(name)?;
    match launched {
        Err(refusal) => {
            let started = Activity::begin(&activity_id, "Launching a new EC2 instance".to_owned(), cause, now);
            let sentence = refusal.message.trim_end_matches('.');
            let message = format!("{sentence}. Launching EC2 instance failed.");
            activity::begin(&mut group.activities, started.at(&subnet_id, &zone).failed(message, now));
            group.zone_without_luck = Some(zone);
            news::activity_ended(context, name, &activity_id, "", "EC2 Instance Launch Unsuccessful");
            Err(refusal)
        }
        Ok(launched) => {
            group.zone_without_luck = None;
            let description = format!("Launching a new EC2 instance: {}", launched.instance_id);
            let begun = Activity::begin(&activity_id, description, cause, now).at(&subnet_id, &zone);
            activity::begin(&mut group.activities, begun);
            join(context, name, launched, activity_id);
            Ok(())
        }
    }
}

/// An instance that the group has launched becomes one of its members.
fn join(context: &mut Context<'_>, name: &str, launched: Launched, activity_id: String) {
    let now = context.now;
    if launched.choice.is_spot {
        iam::ensure_service_linked_role(context, "spot.amazonaws.com");
    }
    let region = context.region();
    let Some(group) = region.autoscaling.groups.get_mut(name) else { return };
    let Some(instance) = region.ec2.instances.get(&launched.instance_id) else { return };
    let member = Member {
        instance_id: launched.instance_id.clone(),
        instance_type: instance.instance_type.clone(),
        image_id: instance.image_id.clone(),
        zone: instance.zone.clone(),
        subnet_id: instance.subnet_id.clone(),
        origin: Some(launched.origin),
        is_spot: launched.choice.is_spot,
        weight: launched.choice.weight,
        stage: Stage::Pending,
        ailment: None,
        is_protected: group.settings.new_ones_protected,
        launched: now,
        in_service_since: None,
        activity_id,
        waits: BTreeMap::new(),
    };
    group.members.insert(launched.instance_id.clone(), member);
    region.autoscaling.group_of.insert(launched.instance_id, name.to_owned());
}

/// A subnet in the zone that has the fewest instances, with its zone. A zone in which a launch has just failed comes
/// last.
fn emptiest_subnet(ec2: &ec2::State, group: &Group) -> Option<(String, String)> {
    let mut crowd: BTreeMap<&str, i64> = BTreeMap::new();
    group.staying().for_each(|member| *crowd.entry(&member.zone).or_default() += member.weight);
    let living = group.launch.subnet_ids.iter().filter_map(|id| ec2.subnets.get(id));
    let chosen = living.min_by_key(|subnet| {
        let is_unlucky = group.zone_without_luck.as_deref() == Some(subnet.zone.as_str());
        (is_unlucky, crowd.get(subnet.zone.as_str()).copied().unwrap_or_default())
    })?;
    Some((chosen.id.clone(), chosen.zone.clone()))
}

/// Scale-in: the termination policies choose who goes, until no more than the goal is left or all are protected.
fn shrink(context: &mut Context<'_>, name: &str, goal: i64) {
    let Some(group) = context.region().autoscaling.groups.get_mut(name) else { return };
    let (start, reasons) = (group.capacity(), std::mem::take(&mut group.causes));
    let moment = context.now;
    while let Some(group) = context.region().autoscaling.groups.get(name) {
        let left = group.capacity();
        let chosen = termination::choose(group, moment).filter(|member| left - member.weight >= goal);
        let Some(instance_id) = chosen.map(|member| member.instance_id.clone()) else { break };
        let now = at(moment);
        let reason = format!(
            "At {now} an instance was taken out of service in response to a difference between desired and actual \
             capacity, shrinking the capacity from {start} to {goal}.  At {now} instance {instance_id} was selected for \
             termination."
        );
        member::dismiss(context, &instance_id, with_reasons(&reasons, reason));
    }
}

impl State {
    /// A group is gone; its activities can still be asked for.
    fn bury(&mut self, name: &str) {
        let Some(group) = self.groups.remove(name) else { return };
        if self.deleted.len() == REMEMBERED {
            self.deleted.remove(0);
        }
        self.deleted.push(group);
    }
}
