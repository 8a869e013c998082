//! Starting instances: RunInstances, and Auto Scaling groups by the same way.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html>

use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde_json::{Value, json};

use super::instance::{Instance, Stage};
use super::interface::{Holder, Wanted};
use super::{Event, catalogue, image, instance_view, interface, launch_template, security_group, tagging};
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
    settings: Value,
    image: String,
    architecture: &'static str,
    instance_type: String,
    subnet_id: String,
    groups: Vec<String>,
    public: bool,
    profile_arn: Option<String>,
    tags: Tags,
    client_token: Option<String>,
}

pub(super) fn run(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (most, least) = (input.required_int("MaxCount")?, input.required_int("MinCount")?);
    if !(1..=most).contains(&least) || most > 1000 {
        let message = format!("Value ({most}) for parameter maxCount is invalid.");
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    let token = input.text("ClientToken").map(|token| format!("RunInstances {token}"));
    let repeated = token.as_ref().and_then(|token| context.region().ec2.client_tokens.get(token).cloned());
    let reservation_id = match repeated {
        Some(reservation_id) => reservation_id,
        None => {
            let settings = with_template(context, input)?;
            let plan = plan(context, &settings)?;
            let reservation_id = context.id("r");
            for _ in 0..most {
                start(context, &plan, &reservation_id)?;
            }
            reservation_id
        }
    };
    if let Some(token) = token {
        context.region().ec2.client_tokens.insert(token, reservation_id.clone());
    }
    let place = context.place.clone();
    let ec2 = &context.region().ec2;
    let made = ec2.instances.values().filter(|instance| instance.reservation_id == reservation_id);
    let views = made.map(|instance| instance_view::reservation(ec2, instance, &place)).collect();
    Ok(instance_view::grouped(views).into_iter().next().unwrap_or_default())
}

/// One instance of a plan, for an Auto Scaling group.
pub(crate) fn start_one(context: &mut Context<'_>, plan: &Plan) -> Result<String, AwsError> {
    let reservation_id = context.id("r");
    start(context, plan, &reservation_id)
}

impl Plan {
    /// The same with more tags.
    pub(crate) fn tagged(mut self, tags: &Tags) -> Self {
        self.tags.merge(tags);
        self
    }
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
    let image = image::find(&context.place.region, input.required("ImageId")?)?;
    let instance_type = input.text("InstanceType").unwrap_or("m1.small");
    let kind = catalogue::find_type(instance_type).ok_or_else(|| {
        AwsError::new("InvalidParameterValue", format!("Invalid value '{instance_type}' for InstanceType."))
    })?;
    if kind.architecture != image.architecture {
        let message = format!(
            "The architecture '{}' of the specified instance type does not match the architecture '{}' of the \
             specified AMI. Specify an instance type and an AMI that have matching architectures, and try again.",
            kind.architecture, image.architecture
        );
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    check_user_data(&input)?;
    let profile_arn = profile(context, &input.part("IamInstanceProfile"))?;
    let interface = input.parts("NetworkInterface").into_iter().next();
    let place = interface.unwrap_or(input);
    let subnet_id = place.text("SubnetId").or(input.text("SubnetId")).ok_or_else(|| {
        let message = "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.";
        AwsError::new("VPCIdNotSpecified", message)
    })?;
    let ec2 = &context.region().ec2;
    let subnet = ec2.subnets.find(subnet_id)?;
    let groups = security_group::for_interface(ec2, &subnet.vpc_id, place.strings("SecurityGroupId"))?;
    let public = interface.map(|one| one.flag("AssociatePublicIpAddress")).transpose()?.flatten();
    Ok(Plan {
        image: image.id,
        architecture: image.architecture,
        instance_type: instance_type.to_owned(),
        subnet_id: subnet_id.to_owned(),
        groups,
        public: public.unwrap_or(subnet.public_addresses),
        profile_arn,
        tags: instance_tags(&input)?,
        client_token: input.text("ClientToken").map(str::to_owned),
        settings: settings.clone(),
    })
}

fn start(context: &mut Context<'_>, plan: &Plan, reservation_id: &str) -> Result<String, AwsError> {
    let (id, launched) = (context.id("i"), context.now);
    let interface_id = interface::create(
        context,
        Wanted {
            subnet_id: plan.subnet_id.clone(),
            groups: plan.groups.clone(),
            private_ip: None,
            public: plan.public,
            holder: Holder::Instance(id.clone()),
            description: String::new(),
        },
    )?;
    let ec2 = &mut context.region().ec2;
    let attached = ec2.interfaces.find(&interface_id)?;
    let (vpc_id, zone, private_ip) = (attached.vpc_id.clone(), attached.zone.clone(), attached.private_ip.to_string());
    ec2.instances.insert(Instance {
        id: id.clone(),
        reservation_id: reservation_id.to_owned(),
        instance_type: plan.instance_type.clone(),
        image_id: plan.image.clone(),
        architecture: plan.architecture.to_owned(),
        vpc_id,
        subnet_id: plan.subnet_id.clone(),
        zone,
        interface_id,
        private_ip,
        profile_arn: plan.profile_arn.clone(),
        user_data: plan.settings["UserData"].as_str().map(str::to_owned),
        settings: json!({"MetadataOptions": plan.settings["MetadataOptions"]}),
        client_token: plan.client_token.clone(),
        stage: Stage::Pending,
        launched,
        reason: None,
        tags: plan.tags.clone(),
    });
    context.schedule(timing::INSTANCE_PENDING, event::Event::Ec2(Event::InstanceRunning(id.clone())));
    Ok(id)
}

fn check_user_data(input: &Input<'_>) -> Result<(), AwsError> {
    let Some(user_data) = input.text("UserData") else { return Ok(()) };
    let decoded = BASE64.decode(user_data);
    match decoded {
        Ok(bytes) if bytes.len() <= 16_384 => Ok(()),
        Ok(_) => Err(AwsError::new("InvalidParameterValue", "User data is limited to 16384 bytes")),
        Err(_) => Err(AwsError::new("InvalidParameterValue", "Invalid BASE64 encoding of user data")),
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

/// The tags for instances among those that a launch gives to several kinds of resources.
fn instance_tags(input: &Input<'_>) -> Result<Tags, AwsError> {
    let mut tags = Tags::default();
    for specification in input.parts("TagSpecification") {
        let checked = tagging::checked(&specification)?;
        match specification.required("ResourceType")? {
            "instance" => tags.merge(&checked),
            "volume" | "network-interface" | "spot-instances-request" | "elastic-gpu" => {}
            other => {
                let message = format!("'{other}' is not a valid taggable resource type for this operation.");
                return Err(AwsError::new("InvalidParameterValue", message));
            }
        }
    }
    Ok(tags)
}
