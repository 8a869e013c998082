//! Launch configurations: what older clients use where newer ones have launch templates. They never change.
//!
//! <https://docs.aws.amazon.com/autoscaling/ec2/userguide/launch-configurations.html>

use serde_json::{Map, Value, json};

use super::launch_spec::Source;
use super::paging::paged;
use super::{already_exists, in_use, invalid};
use crate::model::clock::{Moment, iso};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-quotas.html>
pub(super) const CONFIGURATIONS: usize = 200;

/// Members that are kept and shown as they came.
const KEPT: [&str; 10] = [
    "AssociatePublicIpAddress",
    "BlockDeviceMappings",
    "EbsOptimized",
    "ImageId",
    "InstanceMonitoring",
    "InstanceType",
    "KeyName",
    "MetadataOptions",
    "PlacementTenancy",
    "SpotPrice",
];

/// A launch configuration.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct LaunchConfiguration {
    name: String,
    arn: String,
    kept: Map<String, Value>,
    security_groups: Vec<String>,
    user_data: Option<String>,
    instance_profile: Option<String>,
    created: Moment,
}

impl LaunchConfiguration {
    pub(super) fn item(&self) -> Item {
        let tags = Tags::default();
        Item::new("autoscaling", "launch_configurations", &self.arn, &tags, "available").named(&self.name)
    }

    /// Members that were not given are there, empty or with AWS's defaults.
    fn render(&self) -> Value {
        let mut shown = json!({
            "LaunchConfigurationName": self.name,
            "LaunchConfigurationARN": self.arn,
            "SecurityGroups": self.security_groups,
            "ClassicLinkVPCSecurityGroups": [],
            "UserData": self.user_data.as_deref().unwrap_or_default(),
            "KernelId": "",
            "RamdiskId": "",
            "KeyName": "",
            "BlockDeviceMappings": [],
            "InstanceMonitoring": {"Enabled": true},
            "IamInstanceProfile": self.instance_profile,
            "EbsOptimized": false,
            "CreatedTime": iso(self.created),
        });
        if let Some(members) = shown.as_object_mut() {
            members.extend(self.kept.clone());
        }
        shown
    }

    /// Under the names that RunInstances has for them.
    fn settings(&self) -> Value {
        let mut settings = json!({
            "ImageId": self.kept.get("ImageId"),
            "InstanceType": self.kept.get("InstanceType"),
            "UserData": self.user_data,
            "SecurityGroupId": self.security_groups,
        });
        if let Some(profile) = &self.instance_profile {
            let member = if profile.starts_with("arn:") { "Arn" } else { "Name" };
            settings["IamInstanceProfile"] = json!({ member: profile });
        }
        if let Some(key) = self.kept.get("KeyName") {
            settings["KeyName"] = key.clone();
        }
        if let Some(public) = self.kept.get("AssociatePublicIpAddress") {
            settings["NetworkInterface"] = json!([{
                "DeviceIndex": "0", "AssociatePublicIpAddress": public, "SecurityGroupId": self.security_groups,
            }]);
        }
        settings
    }
}

/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateLaunchConfiguration.html>
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("LaunchConfigurationName")?;
    let uuid = context.world.ids.uuid();
    let state = &context.region().autoscaling;
    if state.launch_configurations.contains_key(name) {
        return Err(already_exists(format!(
            "Launch Configuration by this name already exists - A launch configuration already exists with the name \
             {name}"
        )));
    }
    if state.launch_configurations.len() >= CONFIGURATIONS {
        let message = format!("Quota of {CONFIGURATIONS} launch configurations exceeded.");
        return Err(AwsError::new("LimitExceeded", message));
    }
    if !input.has("ImageId") || !input.has("InstanceType") {
        return Err(invalid(
            "Valid requests must contain either the InstanceID parameter or both the ImageId and \
                            InstanceType parameters.",
        ));
    }
    let kept = KEPT.into_iter().filter_map(|name| Some((name.to_owned(), input.get(name)?.clone())));
    let configuration = LaunchConfiguration {
        name: name.to_owned(),
        arn: context.arn("autoscaling", &format!("launchConfiguration:{uuid}:launchConfigurationName/{name}")),
        kept: kept.collect(),
        security_groups: input.strings("SecurityGroups"),
        user_data: input.text("UserData").map(str::to_owned),
        instance_profile: input.text("IamInstanceProfile").map(str::to_owned),
        created: context.now,
    };
    context.region().autoscaling.launch_configurations.insert(name.to_owned(), configuration);
    Ok(Value::Null)
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let names = input.texts("LaunchConfigurationNames");
    let all = context.region().autoscaling.launch_configurations.values();
    let asked = all.filter(|one| names.is_empty() || names.contains(&one.name.as_str()));
    let rows = asked.map(|one| (one.name.clone(), one.render())).collect();
    paged(input, "LaunchConfigurations", rows, 50)
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("LaunchConfigurationName")?;
    check_exists(context, name)?;
    let state = &mut context.region().autoscaling;
    let uses = |source: &Source| matches!(source, Source::Configuration(used) if used == name);
    if let Some(group) = state.groups.values().find(|group| uses(&group.launch.source)) {
        let message = format!(
            "Cannot delete launch configuration {name} because it is attached to AutoScalingGroup {}",
            group.name
        );
        return Err(in_use(message));
    }
    state.launch_configurations.remove(name);
    Ok(Value::Null)
}

pub(super) fn check_exists(context: &mut Context<'_>, name: &str) -> Result<(), AwsError> {
    find(context, name).map(|_| ())
}

/// What instances of a configuration are launched with.
pub(super) fn settings(context: &mut Context<'_>, name: &str) -> Result<Value, AwsError> {
    find(context, name).map(LaunchConfiguration::settings)
}

fn find<'a>(context: &'a mut Context<'_>, name: &str) -> Result<&'a LaunchConfiguration, AwsError> {
    let found = context.region().autoscaling.launch_configurations.get(name);
    found.ok_or_else(|| {
        invalid(format!("Launch configuration name not found - Launch configuration with name: {name} not found"))
    })
}
