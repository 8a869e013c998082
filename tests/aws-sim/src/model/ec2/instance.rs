//! Instances: pending, running, shutting down, terminated, and an hour later forgotten.
//!
//! How they are started is in `launch`.

use serde_json::{Value, json};

use super::table::{Kind, Resource, one};
use super::{Event, ecs_agent, instance_view, interface};
use crate::model::clock::Moment;
use crate::model::context::Context;
use crate::model::error::Answer;
use crate::model::input::Input;
use crate::model::inventory::Item;
use crate::model::tags::Tags;
use crate::model::{autoscaling, ecs, event, timing};

/// A virtual machine.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Instance {
    pub(crate) id: String,
    pub(super) reservation_id: String,
    pub(crate) instance_type: String,
    pub(crate) image_id: String,
    pub(crate) architecture: String,
    pub(crate) vpc_id: String,
    pub(crate) subnet_id: String,
    pub(crate) zone: String,
    pub(crate) interface_id: String,
    pub(crate) private_ip: String,
    /// ARN of the instance profile.
    pub(crate) profile_arn: Option<String>,
    /// Base64.
    pub(super) user_data: Option<String>,
    pub(super) settings: Value,
    pub(super) client_token: Option<String>,
    pub(crate) stage: Stage,
    pub(super) launched: Moment,
    pub(super) reason: Option<(String, String)>,
    pub(super) tags: Tags,
}

/// Where in its life an instance is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, serde::Serialize, serde::Deserialize)]
#[strum(serialize_all = "kebab-case")]
pub(crate) enum Stage {
    Pending,
    Running,
    ShuttingDown,
    Terminated,
}

impl Stage {
    /// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceState.html>
    fn code(self) -> i32 {
        match self {
            Self::Pending => 0,
            Self::Running => 16,
            Self::ShuttingDown => 32,
            Self::Terminated => 48,
        }
    }

    pub(super) fn render(self) -> Value {
        let name: &str = self.into();
        json!({"code": self.code(), "name": name})
    }
}

impl Resource for Instance {
    const KIND: Kind = Kind {
        plural: "instances",
        tag_type: "instance",
        ids: "InstanceId",
        set: "instancesSet",
        not_found: ("InvalidInstanceID.NotFound", "instance ID"),
        smallest_page: Some(5),
    };

    fn id(&self) -> &str {
        &self.id
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }

    fn field(&self, filter: &str) -> Option<Vec<String>> {
        match filter {
            "instance-id" => one(&self.id),
            "instance-state-name" => one(self.state()),
            "instance-state-code" => one(self.stage.code()),
            "instance-type" => one(&self.instance_type),
            "image-id" => one(&self.image_id),
            "architecture" => one(&self.architecture),
            "vpc-id" | "network-interface.vpc-id" => one(&self.vpc_id),
            "subnet-id" | "network-interface.subnet-id" => one(&self.subnet_id),
            "availability-zone" => one(&self.zone),
            "private-ip-address" => one(&self.private_ip),
            "reservation-id" => one(&self.reservation_id),
            "iam-instance-profile.arn" => Some(self.profile_arn.clone().into_iter().collect()),
            "client-token" => Some(self.client_token.clone().into_iter().collect()),
            _ => None,
        }
    }

    fn state(&self) -> &'static str {
        self.stage.into()
    }

    fn is_gone(&self) -> bool {
        self.stage == Stage::Terminated
    }

    fn inventory(&self, item: Item) -> Item {
        let item = item.with("instance_type", self.instance_type.as_str()).with("subnet_id", self.subnet_id.as_str());
        item.with("availability_zone", self.zone.as_str()).with("image_id", self.image_id.as_str())
    }
}

impl Instance {
    pub(crate) fn is_running(&self) -> bool {
        self.stage == Stage::Running
    }

    /// Whether it is on its way out or gone.
    pub(crate) fn is_ending(&self) -> bool {
        matches!(self.stage, Stage::ShuttingDown | Stage::Terminated)
    }
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let place = context.place.clone();
    let ec2 = &context.region().ec2;
    let mut answer = ec2.instances.describe(input, |instance| instance_view::reservation(ec2, instance, &place))?;
    let reservations = answer[Instance::KIND.set].take();
    Ok(json!({ "reservationSet": instance_view::grouped(reservations), "nextToken": answer["nextToken"] }))
}

/// Running instances only, unless all are asked for.
pub(super) fn describe_status(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let all = input.flag("IncludeAllInstances")?.unwrap_or(false);
    let ec2 = &context.region().ec2;
    let selected = ec2.instances.select(input)?.into_iter().filter(|instance| all || instance.is_running());
    Ok(json!({ "instanceStatusSet": selected.map(instance_view::status).collect::<Vec<_>>() }))
}

/// All of the named instances or none. Repeating it is no error.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html>
pub(super) fn terminate_named(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let ids = input.strings("InstanceId");
    if ids.is_empty() {
        return Err(input.missing("InstanceId"));
    }
    for id in &ids {
        context.region().ec2.instances.find(id)?;
    }
    let mut set = Vec::new();
    for id in &ids {
        let before = context.region().ec2.instances.find(id)?.stage;
        terminate(
            context,
            id,
            ("Client.UserInitiatedShutdown", "Client.UserInitiatedShutdown: User initiated shutdown"),
        );
        let after = context.region().ec2.instances.find(id)?.stage;
        set.push(json!({"instanceId": id, "currentState": after.render(), "previousState": before.render()}));
    }
    Ok(json!({ "instancesSet": set }))
}

/// Starts an instance's end, whoever asks for it. Nothing happens to one that is ending already.
pub(crate) fn terminate(context: &mut Context<'_>, id: &str, reason: (&str, &str)) {
    let ec2 = &mut context.region().ec2;
    let Some(instance) = ec2.instances.get_mut(id).filter(|instance| !instance.is_ending()) else { return };
    instance.stage = Stage::ShuttingDown;
    instance.reason = Some((reason.0.to_owned(), reason.1.to_owned()));
    context.schedule(timing::INSTANCE_SHUTTING_DOWN, event::Event::Ec2(Event::InstanceTerminated(id.to_owned())));
    ecs::instance_gone(context, id);
    autoscaling::instance_ending(context, id);
}

pub(super) fn become_running(context: &mut Context<'_>, id: &str) {
    let ec2 = &mut context.region().ec2;
    let Some(instance) = ec2.instances.get_mut(id).filter(|instance| instance.stage == Stage::Pending) else { return };
    instance.stage = Stage::Running;
    autoscaling::instance_running(context, id);
    ecs_agent::boot(context, id);
}

pub(super) fn become_terminated(context: &mut Context<'_>, id: &str) {
    let ec2 = &mut context.region().ec2;
    let Some(instance) = ec2.instances.get_mut(id) else { return };
    instance.stage = Stage::Terminated;
    let interface_id = instance.interface_id.clone();
    interface::delete(ec2, &interface_id);
    context.schedule(timing::STILL_DESCRIBED, event::Event::Ec2(Event::InstanceForgotten(id.to_owned())));
    autoscaling::instance_terminated(context, id);
}
