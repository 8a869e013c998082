//! Instances that run already and join a group, and those that step back from service and return: AttachInstances,
//! EnterStandby, ExitStandby.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::activity::{self, Activity, Outcome, at};
use super::group_calls::{balance_soon, living};
use super::member::{self, Member, Stage};
use super::member_calls::{decrement, members_named, no_room, shrink_by};
use super::{Event, capacity, invalid, traffic};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::event;
use crate::model::input::Input;
use crate::model::timing;

/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/attach-instance-asg.html>
pub(super) fn attach(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (name, ids) = (input.required("AutoScalingGroupName")?, input.strings("InstanceIds"));
    let size = living(context, name)?.size;
    let count = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    for id in &ids {
        check_attachable(context, name, id)?;
    }
    if size.desired + count > size.most {
        return Err(no_room(name, size, "attach", ids.len()));
    }
    for (place, id) in (size.desired..).zip(&ids) {
        let (now, activity_id) = (context.now, context.world.ids.uuid());
        let region = context.region();
        let Some(instance) = region.ec2.instances.get(id) else { continue };
        let member = Member {
            instance_id: id.clone(),
            instance_type: instance.instance_type.clone(),
            image_id: instance.image_id.clone(),
            zone: instance.zone.clone(),
            subnet_id: instance.subnet_id.clone(),
            origin: None,
            is_spot: false,
            weight: 1,
            stage: Stage::Pending,
            ailment: None,
            is_protected: false,
            launched: now,
            in_service_since: None,
            activity_id: activity_id.clone(),
            waits: BTreeMap::new(),
        };
        region.autoscaling.group_of.insert(id.clone(), name.to_owned());
        let group = region.autoscaling.group_mut(name)?;
        group.size.desired += 1;
        let cause = format!(
            "At {} an instance was attached in response to a user request, increasing the capacity from {place} to {}.",
            at(now),
            place + 1
        );
        let begun = Activity::begin(&activity_id, format!("Attaching an existing EC2 instance: {id}"), cause, now);
        activity::begin(&mut group.activities, begun.at(&member.subnet_id, &member.zone));
        group.members.insert(id.clone(), member);
        settle_soon(context, id);
    }
    Ok(Value::Null)
}

/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-enter-exit-standby.html>
pub(super) fn enter_standby(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("AutoScalingGroupName")?;
    let decrement = decrement(input)?;
    let ids = members_named(context, name, input)?;
    check_stage(context, name, &ids, Stage::InService)?;
    let mut capacity = living(context, name)?.size.desired;
    if decrement {
        shrink_by(context, name, ids.len(), "place into standby")?;
    }
    let mut shown = Vec::new();
    for id in &ids {
        let shrinking = if decrement {
            capacity -= 1;
            format!(", shrinking the capacity from {} to {capacity}", capacity + 1)
        } else {
            String::new()
        };
        let now = context.now;
        let cause =
            format!("At {} instance {id} was moved to standby in response to a user request{shrinking}.", at(now));
        let description = format!("Moving EC2 instance to Standby: {id}");
        shown.push(begin_move(context, name, id, Stage::EnteringStandby, description, cause)?);
        traffic::deregister(context, name, id);
        settle_soon(context, id);
    }
    balance_soon(context, name);
    Ok(json!({ "Activities": shown }))
}

/// The desired capacity grows by those that return.
pub(super) fn exit_standby(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("AutoScalingGroupName")?;
    let ids = members_named(context, name, input)?;
    check_stage(context, name, &ids, Stage::Standby)?;
    let size = living(context, name)?.size;
    if size.desired + i64::try_from(ids.len()).unwrap_or(i64::MAX) > size.most {
        return Err(no_room(name, size, "move out of standby", ids.len()));
    }
    let mut shown = Vec::new();
    for (place, id) in (size.desired..).zip(&ids) {
        living(context, name)?.size.desired += 1;
        let cause = format!(
            "At {} instance {id} was moved out of standby in response to a user request, increasing the capacity from \
             {place} to {}.",
            at(context.now),
            place + 1
        );
        let description = format!("Moving EC2 instance out of Standby: {id}");
        shown.push(begin_move(context, name, id, Stage::Pending, description, cause)?);
        settle_soon(context, id);
    }
    Ok(json!({ "Activities": shown }))
}

/// What was set in motion comes to rest: in standby, or in service.
pub(super) fn settle(context: &mut Context<'_>, instance_id: &str) {
    let now = context.now;
    let runs =
        context.region().ec2.instances.get(instance_id).is_some_and(crate::model::ec2::instance::Instance::is_running);
    let Some(group) = context.region().autoscaling.group_with(instance_id) else { return };
    let Some(member) = group.members.get_mut(instance_id) else { return };
    match member.stage {
        Stage::EnteringStandby => {
            member.stage = Stage::Standby;
            let activity_id = member.activity_id.clone();
            activity::end(&mut group.activities, &activity_id, Outcome::Successful, now);
        }
        Stage::Pending if runs => member::has_launched(context, instance_id),
        Stage::Pending
        | Stage::PendingWait
        | Stage::InService
        | Stage::Standby
        | Stage::TerminatingWait
        | Stage::Terminating => {}
    }
}

fn begin_move(
    context: &mut Context<'_>,
    name: &str,
    id: &str,
    stage: Stage,
    description: String,
    cause: String,
) -> Result<Value, AwsError> {
    let (now, activity_id) = (context.now, context.world.ids.uuid());
    let group = living(context, name)?;
    let mut begun = Activity::begin(&activity_id, description, cause, now);
    if stage == Stage::Pending {
        begun.outcome = Outcome::PreInService;
    }
    if let Some(member) = group.members.get_mut(id) {
        (member.stage, member.activity_id) = (stage, activity_id);
        begun = begun.at(&member.subnet_id, &member.zone);
    }
    let shown = begun.render(&group.name, &group.arn);
    activity::begin(&mut group.activities, begun);
    Ok(shown)
}

fn check_stage(context: &mut Context<'_>, name: &str, ids: &[String], wanted: Stage) -> Result<(), AwsError> {
    let group = living(context, name)?;
    let other = ids.iter().filter_map(|id| group.members.get(id)).find(|member| member.stage != wanted);
    let Some(member) = other else { return Ok(()) };
    let wanted: &str = wanted.into();
    Err(invalid(format!("The instance {} is not in {wanted}.", member.instance_id)))
}

/// The instance must run, be in no group, and be in a zone of this one.
fn check_attachable(context: &mut Context<'_>, name: &str, id: &str) -> Result<(), AwsError> {
    let region = context.region();
    let Some(instance) = region.ec2.instances.get(id) else {
        return Err(invalid(format!("Invalid Instance ID(s): [{id}]")));
    };
    if !instance.is_running() {
        return Err(invalid(format!("The instance {id} is not in the running state.")));
    }
    if let Some(other) = region.autoscaling.group_of.get(id) {
        return Err(invalid(format!("Instance {id} is already part of AutoScalingGroup:{other}")));
    }
    let group = region.autoscaling.group(name)?;
    if !capacity::zones(&region.ec2, &group.launch.subnet_ids).contains(&instance.zone) {
        let message =
            format!("The instance {id} is in {}, which is not an Availability Zone of the group.", instance.zone);
        return Err(invalid(message));
    }
    Ok(())
}

fn settle_soon(context: &mut Context<'_>, instance_id: &str) {
    let settles = Event::MemberSettles { instance_id: instance_id.to_owned() };
    context.schedule(timing::SCALING_REACTS, event::Event::AutoScaling(settles));
}
