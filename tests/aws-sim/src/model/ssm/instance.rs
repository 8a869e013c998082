//! Instances that Systems Manager knows: the agent runs, and their role lets it speak.

use serde_json::{Value, json};

use super::listing;
use crate::model::clock::epoch;
use crate::model::context::Context;
use crate::model::ec2::instance::Instance;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// Policies that let the agent speak to Systems Manager.
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-instance-permissions.html>
const ALLOWING: [&str; 2] = ["AmazonSSMManagedInstanceCore", "AmazonEC2RoleforSSM"];

/// Whether an instance runs with a role that lets the agent speak.
pub(super) fn is_managed(context: &mut Context<'_>, instance_id: &str) -> bool {
    let profile = context.region().ec2.instances.get(instance_id).filter(|one| one.is_running());
    let profile = profile.and_then(|instance| instance.profile_arn.clone());
    profile.is_some_and(|arn| allows(context, &arn))
}

fn allows(context: &mut Context<'_>, profile_arn: &str) -> bool {
    let iam = &context.account().iam;
    iam.instance_profile(profile_arn)
        .is_some_and(|profile| ALLOWING.iter().any(|policy| iam.profile_has_policy(profile, policy)))
}

/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeInstanceInformation.html>
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let mut filters: Vec<(&str, Vec<&str>)> = Vec::new();
    for part in input.parts("Filters") {
        filters.push((part.required("Key")?, part.texts("Values")));
    }
    for part in input.parts("InstanceInformationFilterList") {
        filters.push((part.required("key")?, part.texts("valueSet")));
    }
    for (key, _) in &filters {
        if !matches!(*key, "InstanceIds" | "PingStatus" | "PlatformTypes" | "ResourceType" | "IamRole") {
            let message = format!("The filter key {key} is not valid.");
            return Err(AwsError::new("InvalidInstanceInformationFilterValue", message));
        }
    }
    let now = epoch(context.now);
    let running: Vec<Instance> =
        context.region().ec2.instances.values().filter(|instance| instance.is_running()).cloned().collect();
    let mut rows = Vec::new();
    for instance in running {
        let keeps = |(key, values): &(&str, Vec<&str>)| match *key {
            "InstanceIds" => values.contains(&instance.id.as_str()),
            "PingStatus" => values.contains(&"Online"),
            "PlatformTypes" => values.contains(&"Linux"),
            "ResourceType" => values.contains(&"EC2Instance"),
            _ => false,
        };
        if filters.iter().all(keeps) && is_managed(context, &instance.id) {
            rows.push((instance.id.clone(), render(&instance, now)));
        }
    }
    listing::paged(input, "InstanceInformationList", rows, 50)
}

fn render(instance: &Instance, now: f64) -> Value {
    json!({
        "InstanceId": instance.id,
        "PingStatus": "Online",
        "LastPingDateTime": now,
        "AgentVersion": "3.3.3050.0",
        "IsLatestVersion": true,
        "PlatformType": "Linux",
        "PlatformName": "Amazon Linux",
        "PlatformVersion": "2023",
        "ResourceType": "EC2Instance",
        "IPAddress": instance.private_ip,
        "ComputerName": format!("ip-{}.ec2.internal", instance.private_ip.replace('.', "-")),
        "SourceId": instance.id,
        "SourceType": "AWS::EC2::Instance",
    })
}
