//! The interfaces of tasks: EC2 makes them, the agent attaches them, and they go with the task.

use super::TaskKey;
use super::attachment::{Made, Status};
use super::launch::LaunchType;
use super::task::{Stage, Stop, StopCode};
use super::task_life;
use crate::model::context::Context;
use crate::model::ec2::interface::{self, Owner};
use crate::model::ec2::interface_view;
use crate::model::timing;

/// The next step of a task that is being provisioned: its interface is made, then attached.
pub(super) fn provision(context: &mut Context<'_>, key: &TaskKey) {
    let Some(task) = context.region().ecs.task(key) else { return };
    let status = task.attachment.as_ref().map(|one| one.status);
    match status {
        Some(Status::Precreated) => make(context, key),
        Some(Status::Attaching | Status::Attached | Status::Detaching | Status::Deleted) | None => {
            mark(context, key, Status::Attached);
            let now = context.now;
            if let Some(task) = context.region().ecs.task_mut(key) {
                task.times.connected.get_or_insert(now);
            }
            task_life::enter(context, key, Stage::Pending, timing::TASK_PROVISIONING);
        }
    }
}

fn make(context: &mut Context<'_>, key: &TaskKey) {
    let Some(task) = context.region().ecs.task(key) else { return };
    let Some(attachment) = task.attachment.clone() else { return };
    let is_fargate = task.launch == LaunchType::Fargate;
    let description = context.arn("ecs", &format!("attachment/{}", attachment.id));
    let (subnet, groups, public) = (&attachment.subnet_id, attachment.groups.clone(), attachment.is_public);
    let made = interface::create_managed_interface(context, subnet, groups, description, Owner::FargateTask, public);
    match made {
        Ok(made) => {
            let (mac, dns_name) = (
                interface_view::mac_address(&made),
                interface_view::private_dns_name(&context.place.region, made.private_ip),
            );
            let made = Made { id: made.id, mac, dns_name, ip: made.private_ip.to_string() };
            if let Some(attachment) = context.region().ecs.task_mut(key).and_then(|task| task.attachment.as_mut()) {
                attachment.interface = Some(made);
            }
            mark(context, key, Status::Attaching);
            let takes = if is_fargate { timing::FARGATE_INTERFACE_ATTACHED } else { timing::INTERFACE_ATTACHED };
            task_life::enter(context, key, Stage::Provisioning, takes);
        }
        Err(refusal) => {
            let with = if public { " with public IP assignment enabled" } else { "" };
            let reason = format!(
                "Unexpected EC2 error while attempting to Create Network Interface{with} in subnet '{subnet}': {}",
                refusal.code
            );
            task_life::fail(context, key, Stop::new(StopCode::TaskFailedToStart, reason));
        }
    }
}

/// The interface goes; it is shown on for as long as the task is.
pub(super) fn release(context: &mut Context<'_>, key: &TaskKey) {
    let task = context.region().ecs.task(key);
    let attachment = task.and_then(|task| task.attachment.as_ref());
    let made = attachment.and_then(|one| one.interface.as_ref().map(|made| made.id.clone()));
    if let Some(id) = made {
        interface::delete_managed_interface(context, &id);
    }
    mark(context, key, Status::Deleted);
}

pub(super) fn mark(context: &mut Context<'_>, key: &TaskKey, status: Status) {
    if let Some(attachment) = context.region().ecs.task_mut(key).and_then(|task| task.attachment.as_mut()) {
        attachment.status = status;
    }
}
