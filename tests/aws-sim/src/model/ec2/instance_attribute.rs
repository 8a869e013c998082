//! Attributes of instances, one a call.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html>

use serde_json::{Value, json};

use super::instance::{Instance, Stage};
use super::{State, instance_options, instance_type, interface_view, launch, security_group, vpc};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// The parameters that carry an attribute each.
const ATTRIBUTES: [&str; 8] = [
    "DisableApiTermination",
    "DisableApiStop",
    "InstanceInitiatedShutdownBehavior",
    "InstanceType",
    "UserData",
    "EbsOptimized",
    "SourceDestCheck",
    "GroupId",
];

pub(super) fn modify(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = input.required("InstanceId")?;
    vpc::only_one(input, &ATTRIBUTES)?;
    let ec2 = &mut context.region().ec2;
    let instance = ec2.instances.find_mut(id)?;
    let flag = |name: &str| input.part(name).flag("Value");
    if let Some(value) = flag("DisableApiTermination")? {
        instance.options.termination_disabled = value;
    }
    if let Some(value) = flag("DisableApiStop")? {
        instance.options.stop_disabled = value;
    }
    if input.has("InstanceInitiatedShutdownBehavior") {
        let value = input.part("InstanceInitiatedShutdownBehavior").text("Value");
        instance.options.terminates_itself = instance_options::shutdown_behavior(value)?;
    }
    modify_stopped(instance, input)?;
    if let Some(check) = flag("SourceDestCheck")? {
        if !instance.more_interfaces.is_empty() {
            let message = format!(
                "There are multiple interfaces attached to instance '{id}'. Please specify an interface ID for the \
                 operation instead."
            );
            return Err(AwsError::new("InvalidInstanceID", message));
        }
        let interface_id = instance.interface_id.clone();
        ec2.interfaces.find_mut(&interface_id)?.source_dest_check = check;
    }
    set_groups(ec2, id, input.strings("GroupId"))?;
    Ok(json!({"return": true}))
}

/// What only a stopped instance can change.
fn modify_stopped(instance: &mut Instance, input: &Input<'_>) -> Result<(), AwsError> {
    let names = [("InstanceType", "instanceType"), ("UserData", "userData"), ("EbsOptimized", "ebsOptimized")];
    let Some((name, attribute)) = names.into_iter().find(|(name, _)| input.has(name)) else { return Ok(()) };
    if instance.stage != Stage::Stopped {
        let message = format!(
            "The instance '{}' is not in the 'stopped' state. Its {attribute} can be modified only then.",
            instance.id
        );
        return Err(AwsError::new("IncorrectInstanceState", message));
    }
    let part = input.part(name);
    match name {
        "InstanceType" => {
            let wanted = part.required("Value")?;
            let kind = instance_type::find(wanted).filter(|kind| kind.supports(&instance.architecture));
            if kind.is_none() {
                let message = format!("Invalid value '{wanted}' for InstanceType.");
                return Err(AwsError::new("InvalidInstanceAttributeValue", message));
            }
            wanted.clone_into(&mut instance.instance_type);
        }
        "UserData" => {
            launch::check_user_data(part.text("Value"))?;
            instance.user_data = part.text("Value").filter(|text| !text.is_empty()).map(str::to_owned);
        }
        _ => instance.options.ebs_optimized = part.flag("Value")?.unwrap_or(false),
    }
    Ok(())
}

fn set_groups(ec2: &mut State, id: &str, groups: Vec<String>) -> Result<(), AwsError> {
    if groups.is_empty() {
        return Ok(());
    }
    let instance = ec2.instances.find(id)?;
    let groups = security_group::for_interface(ec2, &instance.vpc_id, &instance.subnet_id, groups)?;
    let interface_id = instance.interface_id.clone();
    ec2.interfaces.find_mut(&interface_id)?.groups = groups;
    Ok(())
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (id, attribute) = (input.required("InstanceId")?, input.required("Attribute")?);
    let ec2 = &context.region().ec2;
    let instance = ec2.instances.find(id)?;
    let interface = ec2.interfaces.get(&instance.interface_id);
    let options = &instance.options;
    let value = |value: Value| json!({ "value": value });
    let shown = match attribute {
        "disableApiTermination" => value(json!(options.termination_disabled)),
        "disableApiStop" => value(json!(options.stop_disabled)),
        "instanceInitiatedShutdownBehavior" => {
            value(json!(if options.terminates_itself { "terminate" } else { "stop" }))
        }
        "instanceType" => value(json!(instance.instance_type)),
        // An instance without user data has an empty structure here.
        "userData" => instance.user_data.as_ref().map_or_else(|| json!({}), |text| value(json!(text))),
        "ebsOptimized" => value(json!(options.ebs_optimized)),
        "sourceDestCheck" => value(json!(interface.is_some_and(|interface| interface.source_dest_check))),
        "rootDeviceName" => value(json!(super::image::ROOT_DEVICE)),
        "enaSupport" => value(json!(true)),
        "kernel" | "ramdisk" | "sriovNetSupport" => json!({}),
        "productCodes" => json!([]),
        "enclaveOptions" => json!({"enabled": false}),
        "groupSet" => interface.map_or_else(|| json!([]), |one| interface_view::group_set(ec2, &one.groups)),
        "blockDeviceMapping" => super::volume::mappings(ec2, instance),
        other => {
            let message = format!("Value ({other}) for parameter attribute is invalid. Unknown attribute.");
            return Err(AwsError::new("InvalidParameterValue", message));
        }
    };
    Ok(json!({"instanceId": id, attribute: shown}))
}

pub(super) fn modify_metadata(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = input.required("InstanceId")?;
    let instance = context.region().ec2.instances.find_mut(id)?;
    if instance.is_ending() {
        let message = format!("The instance '{id}' is not in a state in which its metadata options can be modified.");
        return Err(AwsError::new("IncorrectInstanceState", message));
    }
    instance.metadata.change(input)?;
    Ok(json!({"instanceId": id, "instanceMetadataOptions": instance.metadata.render("pending")}))
}

/// Whether burstable instances may go over their credits.
pub(super) fn describe_credits(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let selected = context.region().ec2.instances.select(input)?.into_iter();
    let burstable = selected.filter_map(|instance| {
        instance_type::find(&instance.instance_type).filter(|kind| kind.is_burstable())?;
        // Only instances of the second generation are limited unless one asks.
        let usual = if instance.instance_type.starts_with("t2.") { "standard" } else { "unlimited" };
        let credits = instance.options.credits.as_deref().unwrap_or(usual);
        Some((instance.id.clone(), json!({"instanceId": instance.id, "cpuCredits": credits})))
    });
    super::describing::paged(input, "instanceCreditSpecificationSet", burstable.collect(), |row| row)
}
