//! Instances: pending, running, shutting down, terminated, and an hour later forgotten.
//!
//! How they are started is in `launch`, how they are stopped and started again in `instance_power`.

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::instance_options::{Metadata, Options};
use super::table::{Kind, Resource, identified, one};
use super::{Event, ecs_agent, interface, interface_calls, news, volume};
use crate::model::clock::{Moment, iso};
use crate::model::context::Context;
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
    /// The interface at device index 0.
    pub(crate) interface_id: String,
    /// Those that were attached besides.
    pub(super) more_interfaces: Vec<String>,
    /// Volumes by device name.
    pub(super) volumes: IndexMap<String, String>,
    pub(crate) private_ip: String,
    /// Whether it gets a public address anew when it starts.
    pub(super) public: bool,
    /// ARN of the instance profile.
    pub(crate) profile_arn: Option<String>,
    /// Base64.
    pub(super) user_data: Option<String>,
    pub(super) key_name: Option<String>,
    pub(super) metadata: Metadata,
    pub(super) options: Options,
    /// Its place among those that were started with it.
    pub(super) launch_index: usize,
    pub(super) is_spot: bool,
    pub(super) client_token: Option<String>,
    pub(crate) stage: Stage,
    pub(super) launched: Moment,
    /// Since when it has been running.
    pub(super) running_since: Option<Moment>,
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
    Stopping,
    Stopped,
}

impl Stage {
    /// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceState.html>
    fn code(self) -> i32 {
        match self {
            Self::Pending => 0,
            Self::Running => 16,
            Self::ShuttingDown => 32,
            Self::Terminated => 48,
            Self::Stopping => 64,
            Self::Stopped => 80,
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
    };
    identified!(id);

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
            "key-name" => Some(self.key_name.clone().into_iter().collect()),
            "launch-index" => one(self.launch_index),
            "launch-time" => one(iso(self.launched)),
            "instance-lifecycle" => Some(self.is_spot.then(|| "spot".to_owned()).into_iter().collect()),
            "monitoring-state" => one(self.options.monitoring_state()),
            "metadata-options.http-tokens" => one(&self.metadata.tokens),
            "metadata-options.http-endpoint" => one(&self.metadata.endpoint),
            "root-device-name" => one(super::image::ROOT_DEVICE),
            "root-device-type" => one("ebs"),
            "virtualization-type" => one("hvm"),
            "hypervisor" => one("xen"),
            "tenancy" => one("default"),
            "platform-details" => one("Linux/UNIX"),
            "block-device-mapping.volume-id" => Some(self.volumes.values().cloned().collect()),
            "block-device-mapping.device-name" => Some(self.volumes.keys().cloned().collect()),
            "network-interface.network-interface-id" => Some(self.interfaces().map(str::to_owned).collect()),
            "state-reason-code" => Some(self.reason.iter().map(|(code, _)| code.clone()).collect()),
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

    /// The ids of all its interfaces.
    pub(super) fn interfaces(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.interface_id).chain(&self.more_interfaces).map(String::as_str)
    }

    /// Whether it runs no more, or will soon not.
    pub(crate) fn is_down(&self) -> bool {
        matches!(self.stage, Stage::Stopping | Stage::Stopped) || self.is_ending()
    }

    /// Whether it is on its way out or gone.
    pub(crate) fn is_ending(&self) -> bool {
        matches!(self.stage, Stage::ShuttingDown | Stage::Terminated)
    }
}

/// Starts an instance's end, whoever asks for it. Nothing happens to one that is ending already.
pub(crate) fn terminate(context: &mut Context<'_>, id: &str, reason: (&str, &str)) {
    let ec2 = &mut context.region().ec2;
    let Some(instance) = ec2.instances.get_mut(id).filter(|instance| !instance.is_ending()) else { return };
    instance.stage = Stage::ShuttingDown;
    instance.reason = Some((reason.0.to_owned(), reason.1.to_owned()));
    context.schedule(timing::INSTANCE_SHUTTING_DOWN, event::Event::Ec2(Event::InstanceTerminated(id.to_owned())));
    news::of_instance(context, id);
    ecs::instance_gone(context, id);
    autoscaling::instance_ending(context, id);
}

pub(super) fn become_running(context: &mut Context<'_>, id: &str) {
    let now = context.now;
    let ec2 = &mut context.region().ec2;
    let Some(instance) = ec2.instances.get_mut(id).filter(|instance| instance.stage == Stage::Pending) else { return };
    instance.stage = Stage::Running;
    instance.running_since = Some(now);
    news::of_instance(context, id);
    autoscaling::instance_running(context, id);
    ecs_agent::boot(context, id);
}

/// What belongs to the instance alone goes with it.
pub(super) fn become_terminated(context: &mut Context<'_>, id: &str) {
    let ec2 = &mut context.region().ec2;
    let Some(instance) = ec2.instances.get_mut(id) else { return };
    instance.stage = Stage::Terminated;
    let interfaces: Vec<String> = instance.interfaces().map(str::to_owned).collect();
    let volumes = std::mem::take(&mut instance.volumes);
    for interface_id in interfaces {
        let attached = ec2.interfaces.get(&interface_id).and_then(|interface| interface.attachment.as_ref());
        match attached.is_some_and(|attachment| !attachment.delete_on_termination) {
            true => interface_calls::release(ec2, &interface_id),
            false => interface::delete(ec2, &interface_id),
        }
    }
    volumes.values().for_each(|volume_id| volume::instance_terminated(ec2, volume_id));
    context.schedule(timing::STILL_DESCRIBED, event::Event::Ec2(Event::InstanceForgotten(id.to_owned())));
    news::of_instance(context, id);
    autoscaling::instance_terminated(context, id);
}
