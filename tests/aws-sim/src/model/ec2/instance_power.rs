//! Stopping, starting, rebooting and terminating instances: all of a call's instances, or none of them.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html>

use serde_json::{Value, json};

use super::instance::{self, Instance, Stage};
use super::interface::PublicAddress;
use super::{Event, address, news};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::{autoscaling, ecs, event, timing};

const BY_USER: (&str, &str) = ("Client.UserInitiatedShutdown", "Client.UserInitiatedShutdown: User initiated shutdown");

/// Repeating it is no error.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html>
pub(super) fn terminate(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let ids = named(context, input)?;
    check(context, &ids, |instance| {
        if !instance.options.termination_disabled || instance.is_ending() {
            return Ok(());
        }
        let message = format!(
            "The instance '{}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try \
             again.",
            instance.id
        );
        Err(AwsError::new("OperationNotPermitted", message))
    })?;
    change(context, &ids, |context, id| instance::terminate(context, id, BY_USER))
}

/// Nothing happens to those that are stopped or on the way.
pub(super) fn stop(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let ids = named(context, input)?;
    check(context, &ids, |instance| {
        if instance.options.stop_disabled {
            let message = format!(
                "The instance '{}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.",
                instance.id
            );
            return Err(AwsError::new("OperationNotPermitted", message));
        }
        match instance.stage {
            Stage::Running | Stage::Stopping | Stage::Stopped => Ok(()),
            Stage::Pending | Stage::ShuttingDown | Stage::Terminated => Err(wrong_stage(instance, "stopped")),
        }
    })?;
    change(context, &ids, |context, id| {
        let Some(instance) = context.region().ec2.instances.get_mut(id) else { return };
        if instance.stage != Stage::Running {
            return;
        }
        instance.stage = Stage::Stopping;
        instance.running_since = None;
        instance.reason = Some((BY_USER.0.to_owned(), BY_USER.1.to_owned()));
        context.schedule(timing::INSTANCE_STOPPING, event::Event::Ec2(Event::InstanceStopped(id.to_owned())));
        news::of_instance(context, id);
        ecs::instance_stopped(context, id);
        autoscaling::instance_ending(context, id);
    })
}

/// The public address that came with the instance goes; an elastic one stays.
pub(super) fn become_stopped(context: &mut Context<'_>, id: &str) {
    let ec2 = &mut context.region().ec2;
    let Some(instance) = ec2.instances.get_mut(id).filter(|instance| instance.stage == Stage::Stopping) else { return };
    instance.stage = Stage::Stopped;
    if let Some(interface) = ec2.interfaces.get_mut(&instance.interface_id) {
        interface.public = interface.public.take().filter(|public| public.elastic.is_some());
    }
    news::of_instance(context, id);
}

/// Nothing happens to those that run or are on the way.
pub(super) fn start(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let ids = named(context, input)?;
    check(context, &ids, |instance| match instance.stage {
        Stage::Pending | Stage::Running | Stage::Stopped => Ok(()),
        Stage::Stopping | Stage::ShuttingDown | Stage::Terminated => Err(wrong_stage(instance, "started")),
    })?;
    change(context, &ids, |context, id| {
        let (public_ip, now) = (address::draw(context), context.now);
        let ec2 = &mut context.region().ec2;
        let Some(instance) = ec2.instances.get_mut(id).filter(|instance| instance.stage == Stage::Stopped) else {
            return;
        };
        (instance.stage, instance.launched, instance.reason) = (Stage::Pending, now, None);
        if let Some(interface) = ec2.interfaces.get_mut(&instance.interface_id)
            && interface.public.is_none()
            && instance.public
        {
            interface.public = Some(PublicAddress { ip: public_ip, elastic: None });
        }
        context.schedule(timing::INSTANCE_PENDING, event::Event::Ec2(Event::InstanceRunning(id.to_owned())));
        news::of_instance(context, id);
    })
}

/// An instance that is rebooted stays `running`.
pub(super) fn reboot(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let ids = named(context, input)?;
    check(context, &ids, |instance| match instance.stage {
        Stage::Pending | Stage::Running => Ok(()),
        Stage::Stopping | Stage::Stopped | Stage::ShuttingDown | Stage::Terminated => {
            Err(wrong_stage(instance, "rebooted"))
        }
    })?;
    Ok(json!({"return": true}))
}

pub(super) fn monitor(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    watch(context, input, true)
}

pub(super) fn unmonitor(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    watch(context, input, false)
}

fn watch(context: &mut Context<'_>, input: &Input<'_>, monitored: bool) -> Answer {
    let mut set = Vec::new();
    for id in named(context, input)? {
        let instance = context.region().ec2.instances.find_mut(&id)?;
        instance.options.monitored = monitored;
        let state = if monitored { "pending" } else { "disabling" };
        set.push(json!({"instanceId": id, "monitoring": {"state": state}}));
    }
    Ok(json!({ "instancesSet": set }))
}

/// The instances that a call names; all of them exist.
fn named(context: &mut Context<'_>, input: &Input<'_>) -> Result<Vec<String>, AwsError> {
    let ids = input.texts("InstanceId");
    if ids.is_empty() {
        return Err(input.missing("InstanceId"));
    }
    let found = context.region().ec2.instances.find_all(&ids)?;
    Ok(found.into_iter().map(|instance| instance.id.clone()).collect())
}

fn check(
    context: &mut Context<'_>,
    ids: &[String],
    allow: impl Fn(&Instance) -> Result<(), AwsError>,
) -> Result<(), AwsError> {
    ids.iter().filter_map(|id| context.region().ec2.instances.get(id).map(&allow)).collect()
}

/// Changes each and tells its state before and after.
fn change(context: &mut Context<'_>, ids: &[String], act: impl Fn(&mut Context<'_>, &str)) -> Answer {
    let mut set: Vec<Value> = Vec::new();
    for id in ids {
        let before = context.region().ec2.instances.find(id)?.stage;
        act(context, id);
        let after = context.region().ec2.instances.find(id)?.stage;
        set.push(json!({"instanceId": id, "currentState": after.render(), "previousState": before.render()}));
    }
    Ok(json!({ "instancesSet": set }))
}

fn wrong_stage(instance: &Instance, wanted: &str) -> AwsError {
    let message = format!("The instance '{}' is not in a state from which it can be {wanted}.", instance.id);
    AwsError::new("IncorrectInstanceState", message)
}
