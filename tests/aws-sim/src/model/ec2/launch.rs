//! Starting instances: RunInstances, and Auto Scaling groups by the same way.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html>

use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde_json::Value;

use super::instance::{Instance, Stage};
use super::instance_options::{Metadata, Options};
use super::launch_card::{self, Card};
use super::volume::{self, Disk};
use super::{Event, State, call, image, instance_type, instance_view, launch_template, news, tagging};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::event;
use crate::model::iam;
use crate::model::input::Input;
use crate::model::service::Service;
use crate::model::tags::Tags;
use crate::model::timing;

/// What new instances shall be, checked.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    image: String,
    architecture: &'static str,
    instance_type: String,
    cards: Vec<Card>,
    disks: Vec<Disk>,
    profile_arn: Option<String>,
    key_name: Option<String>,
    user_data: Option<String>,
    metadata: Metadata,
    options: Options,
    is_spot: bool,
    tags: Tags,
    volume_tags: Tags,
    interface_tags: Tags,
    client_token: Option<String>,
}

pub(super) fn run(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (most, least) = (input.required_int("MaxCount")?, input.required_int("MinCount")?);
    for (name, count) in [("minCount", least), ("maxCount", most)] {
        if !(1..=1000).contains(&count) {
            let message = format!("Value ({count}) for parameter {name} is invalid.");
            return Err(AwsError::new("InvalidParameterValue", message));
        }
    }
    if least > most {
        let message = format!("Value ({most}) for parameter maxCount is invalid. Must not be less than minCount.");
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    launch_card::check_combination(input)?;
    let reservation_id = call::once(context, input, "RunInstances", |context| {
        let settings = with_template(context, input)?;
        let plan = plan(context, &settings)?;
        let count = affordable(&context.region().ec2, &plan, least, most)?;
        let reservation_id = context.id("r");
        for index in 0..count {
            start(context, &plan, &reservation_id, index)?;
        }
        Ok(reservation_id)
    })?;
    let place = context.place.clone();
    let ec2 = &context.region().ec2;
    let made = || ec2.instances.values().filter(|instance| instance.reservation_id == reservation_id);
    if made().all(|instance| instance.stage == Stage::Terminated) {
        let message = "The instance that a previous call with this client token started has been terminated.";
        return Err(AwsError::new("IdempotentInstanceTerminated", message));
    }
    let views = made().map(|instance| instance_view::reservation(ec2, instance, &place)).collect();
    Ok(instance_view::grouped(views).into_iter().next().unwrap_or_default())
}

/// One instance of a plan, for an Auto Scaling group.
pub(crate) fn start_one(context: &mut Context<'_>, plan: &Plan) -> Result<String, AwsError> {
    let reservation_id = context.id("r");
    start(context, plan, &reservation_id, 0)
}

impl Plan {
    /// The same with more tags.
    pub(crate) fn tagged(mut self, tags: &Tags) -> Self {
        self.tags.merge(tags);
        self
    }
}

/// How many of the instances asked for the quota of vCPUs allows; at least the fewest that the caller takes.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-on-demand-instances.html>
fn affordable(ec2: &State, plan: &Plan, least: i64, most: i64) -> Result<usize, AwsError> {
    let cpus_of = |name: &str| {
        let kind = instance_type::find(name).filter(|kind| kind.is_standard());
        kind.and_then(|kind| usize::try_from(kind.cpus).ok()).unwrap_or_default()
    };
    let each = cpus_of(&plan.instance_type);
    let counted = ec2
        .instances
        .values()
        .filter(|instance| matches!(instance.stage, Stage::Pending | Stage::Running) && !instance.is_spot);
    let used: usize = counted.map(|instance| cpus_of(&instance.instance_type)).sum();
    let (quota, most) = (ec2.quotas.standard_vcpus, usize::try_from(most).unwrap_or_default());
    let fits = quota.saturating_sub(used).checked_div(each).unwrap_or(most).min(most);
    if i64::try_from(fits).is_ok_and(|fits| fits >= least) {
        return Ok(fits);
    }
    let message = format!(
        "You have requested more vCPU capacity than your current vCPU limit of {quota} allows for the instance bucket \
         that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to \
         request an adjustment to this limit."
    );
    Err(AwsError::new("VcpuLimitExceeded", message))
}

/// The call's own settings over those of the launch template that it names.
pub(crate) fn with_template(context: &mut Context<'_>, input: &Input<'_>) -> Result<Value, AwsError> {
    let named = input.part("LaunchTemplate");
    if named.value().is_null() {
        return Ok(input.value().clone());
    }
    let template = launch_template::find(&context.region().ec2, &named)?;
    Ok(launch_template::overlay(template.version(named.text("Version"))?.1, input.value()))
}

/// Checks settings against what exists.
pub(crate) fn plan(context: &mut Context<'_>, settings: &Value) -> Result<Plan, AwsError> {
    let input = Input::new(Service::Ec2, settings);
    let image = image::named(context, input.required("ImageId")?)?;
    let instance_type = input.text("InstanceType").unwrap_or("m1.small");
    check_type(instance_type, image.architecture)?;
    check_user_data(input.text("UserData"))?;
    let key_name = input.text("KeyName").map(str::to_owned);
    if let Some(name) = &key_name {
        context.region().ec2.key_pair(name)?;
    }
    let mut metadata = Metadata::default();
    metadata.change(&input.part("MetadataOptions"))?;
    let [tags, volume_tags, interface_tags] = tags(&input)?;
    Ok(Plan {
        cards: Card::read_all(context, &input)?,
        disks: Disk::read_all(&input, &image)?,
        image: image.id,
        architecture: image.architecture,
        instance_type: instance_type.to_owned(),
        profile_arn: profile(context, &input.part("IamInstanceProfile"))?,
        key_name,
        user_data: input.text("UserData").filter(|text| !text.is_empty()).map(str::to_owned),
        metadata,
        options: Options::read(&input)?,
        is_spot: input.part("InstanceMarketOptions").text("MarketType") == Some("spot"),
        tags,
        volume_tags,
        interface_tags,
        client_token: input.text("ClientToken").map(str::to_owned),
    })
}

fn check_type(name: &str, architecture: &str) -> Result<(), AwsError> {
    let kind = instance_type::find(name)
        .ok_or_else(|| AwsError::new("InvalidParameterValue", format!("Invalid value '{name}' for InstanceType.")))?;
    if kind.supports(architecture) {
        return Ok(());
    }
    let message = format!(
        "The architecture '{}' of the specified instance type does not match the architecture '{architecture}' of the \
         specified AMI. Specify an instance type and an AMI that have matching architectures, and try again. You can \
         use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI.",
        kind.architectures.join(",")
    );
    Err(AwsError::new("InvalidParameterValue", message))
}

fn start(context: &mut Context<'_>, plan: &Plan, reservation_id: &str, index: usize) -> Result<String, AwsError> {
    let (id, launched) = (context.id("i"), context.now);
    let mut interfaces = Vec::new();
    for card in &plan.cards {
        interfaces.push(card.plug_in(context, &id, &plan.interface_tags)?);
    }
    let interface_id = interfaces.remove(0);
    let attached = context.region().ec2.interfaces.find(&interface_id)?;
    let (vpc_id, subnet_id, zone) = (attached.vpc_id.clone(), attached.subnet_id.clone(), attached.zone.clone());
    let private_ip = attached.private_ip.to_string();
    let volumes =
        plan.disks.iter().map(|disk| (disk.device.clone(), volume::make(context, disk, &id, &zone, &plan.volume_tags)));
    let volumes = volumes.collect();
    context.region().ec2.instances.insert(Instance {
        id: id.clone(),
        reservation_id: reservation_id.to_owned(),
        instance_type: plan.instance_type.clone(),
        image_id: plan.image.clone(),
        architecture: plan.architecture.to_owned(),
        vpc_id,
        subnet_id,
        zone,
        interface_id,
        more_interfaces: interfaces,
        volumes,
        private_ip,
        public: plan.cards.first().is_some_and(|card| card.public),
        profile_arn: plan.profile_arn.clone(),
        user_data: plan.user_data.clone(),
        key_name: plan.key_name.clone(),
        metadata: plan.metadata.clone(),
        options: plan.options.clone(),
        launch_index: index,
        is_spot: plan.is_spot,
        client_token: plan.client_token.clone(),
        stage: Stage::Pending,
        launched,
        running_since: None,
        reason: None,
        tags: plan.tags.clone(),
    });
    context.schedule(timing::INSTANCE_PENDING, event::Event::Ec2(Event::InstanceRunning(id.clone())));
    news::of_instance(context, &id);
    Ok(id)
}

pub(super) fn check_user_data(user_data: Option<&str>) -> Result<(), AwsError> {
    match user_data.map(|text| BASE64.decode(text)) {
        None => Ok(()),
        Some(Ok(bytes)) if bytes.len() <= 16_384 => Ok(()),
        Some(Ok(_)) => Err(AwsError::new("InvalidParameterValue", "User data is limited to 16384 bytes")),
        Some(Err(_)) => Err(AwsError::new("InvalidParameterValue", "Invalid BASE64 encoding of user data")),
    }
}

fn profile(context: &mut Context<'_>, asked: &Input<'_>) -> Result<Option<String>, AwsError> {
    let (member, wanted) = match (asked.text("Arn"), asked.text("Name")) {
        (Some(arn), _) => ("arn", arn),
        (None, Some(name)) => ("name", name),
        (None, None) => return Ok(None),
    };
    let found = iam::profile_known_to_ec2(context, wanted).map(|profile| profile.arn.clone());
    let missing = || {
        let message = format!(
            "Value ({wanted}) for parameter iamInstanceProfile.{member} is invalid. Invalid IAM Instance Profile {member}"
        );
        AwsError::new("InvalidParameterValue", message)
    };
    found.map(Some).ok_or_else(missing)
}

/// The tags that a launch gives to instances, volumes and interfaces.
fn tags(input: &Input<'_>) -> Result<[Tags; 3], AwsError> {
    let (mut instance, mut volume, mut interface) = (Tags::default(), Tags::default(), Tags::default());
    for specification in input.parts("TagSpecification") {
        let checked = tagging::checked(&specification)?;
        match specification.required("ResourceType")? {
            "instance" => instance.merge(&checked),
            "volume" => volume.merge(&checked),
            "network-interface" => interface.merge(&checked),
            "spot-instances-request" | "elastic-gpu" => {}
            other => {
                let message = format!("'{other}' is not a valid taggable resource type for this operation.");
                return Err(AwsError::new("InvalidParameterValue", message));
            }
        }
    }
    Ok([instance, volume, interface])
}
