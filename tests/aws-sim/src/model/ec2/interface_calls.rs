//! Making, attaching, changing and deleting network interfaces by hand.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html>

use std::net::Ipv4Addr;

use serde_json::json;

use super::instance::Stage;
use super::interface::{self, Attachment, Holder, Interface, Wanted};
use super::table::Resource;
use super::{State, call, instance_type, interface_view, security_group, tagging};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = call::once(context, input, "CreateNetworkInterface", |context| {
        let wanted = Wanted {
            subnet_id: input.required("SubnetId")?.to_owned(),
            groups: input.strings("SecurityGroupId"),
            private_ip: private_ip(input)?,
            public: false,
            holder: Holder::Nobody,
            description: input.text("Description").unwrap_or_default().to_owned(),
            tags: tagging::of_new(input, Interface::KIND.tag_type)?,
        };
        interface::create(context, wanted).map_err(group_unknown)
    })?;
    let (owner, region) = (context.place.account.clone(), context.place.region.clone());
    let ec2 = &context.region().ec2;
    let view = interface_view::render(ec2, ec2.interfaces.find(&id)?, &owner, &region);
    Ok(json!({ "networkInterface": view, "clientToken": input.text("ClientToken") }))
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (owner, region) = (context.place.account.clone(), context.place.region.clone());
    let ec2 = &context.region().ec2;
    ec2.interfaces.describe(input, |interface| interface_view::render(ec2, interface, &owner, &region))
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = input.required("NetworkInterfaceId")?;
    let ec2 = &mut context.region().ec2;
    if ec2.interfaces.find(id)?.attachment.is_some() {
        let message = format!("Network interface '{id}' is currently in use.");
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    interface::delete(ec2, id);
    Ok(json!({"return": true}))
}

pub(super) fn attach(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (id, instance_id) = (input.required("NetworkInterfaceId")?, input.required("InstanceId")?.to_owned());
    let device_index = input.required_int("DeviceIndex")?;
    check_attachable(&context.region().ec2, id, &instance_id, device_index)?;
    let holder = Holder::Instance(instance_id.clone());
    let attachment = Attachment::new(context, &holder, device_index, false);
    let answer = json!({"attachmentId": attachment.id, "networkCardIndex": 0});
    let ec2 = &mut context.region().ec2;
    let interface = ec2.interfaces.find_mut(id)?;
    (interface.holder, interface.attachment) = (holder, Some(attachment));
    ec2.instances.find_mut(&instance_id)?.more_interfaces.push(id.to_owned());
    Ok(answer)
}

fn check_attachable(ec2: &State, id: &str, instance_id: &str, device_index: i64) -> Result<(), AwsError> {
    let (interface, instance) = (ec2.interfaces.find(id)?, ec2.instances.find(instance_id)?);
    if interface.attachment.is_some() {
        return Err(AwsError::new("InvalidNetworkInterface.InUse", format!("Interface: [{id}] in use.")));
    }
    if !matches!(instance.stage, Stage::Running | Stage::Stopped) {
        let message = format!("Instance '{instance_id}' is not 'running' or 'stopped'.");
        return Err(AwsError::new("IncorrectInstanceState", message));
    }
    if interface.zone != instance.zone {
        let message =
            "You may not attach a network interface to an instance if they are not in the same availability zone";
        return Err(AwsError::new("InvalidParameterCombination", message));
    }
    let attached = instance.interfaces().filter_map(|id| ec2.interfaces.get(id)?.attachment.as_ref());
    let indices: Vec<i64> = attached.map(|attachment| attachment.device_index).collect();
    if indices.contains(&device_index) {
        let message =
            format!("Instance '{instance_id}' already has an interface attached at device index '{device_index}'.");
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    let most = instance_type::find(&instance.instance_type).map_or(2, |kind| kind.interfaces);
    if indices.len() >= most {
        let message = format!("Interface count {} exceeds the limit for {}", indices.len() + 1, instance.instance_type);
        return Err(AwsError::new("AttachmentLimitExceeded", message));
    }
    Ok(())
}

pub(super) fn detach(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let attachment_id = input.required("AttachmentId")?;
    let ec2 = &mut context.region().ec2;
    let is_it = |interface: &&Interface| interface.attachment.as_ref().is_some_and(|it| it.id == attachment_id);
    let Some(interface) = ec2.interfaces.values().find(is_it) else {
        let message = format!("The network interface attachment ID '{attachment_id}' does not exist");
        return Err(AwsError::new("InvalidAttachmentID.NotFound", message));
    };
    if interface.holder.is_service() {
        let message = "You are not allowed to manage 'ela-attach' attachments.";
        return Err(AwsError::new("OperationNotPermitted", message));
    }
    if interface.attachment.as_ref().is_some_and(|attachment| attachment.device_index == 0) {
        let message = "The network interface at device index 0 and networkCard index 0 cannot be detached.";
        return Err(AwsError::new("OperationNotPermitted", message));
    }
    let (id, instance_id) = (interface.id.clone(), interface.holder.instance_id().unwrap_or_default().to_owned());
    release(ec2, &id);
    if let Some(instance) = ec2.instances.get_mut(&instance_id) {
        instance.more_interfaces.retain(|other| *other != id);
    }
    Ok(json!({"return": true}))
}

/// An interface belongs to nothing any more.
pub(super) fn release(ec2: &mut State, id: &str) {
    if let Some(interface) = ec2.interfaces.get_mut(id) {
        (interface.holder, interface.attachment) = (Holder::Nobody, None);
    }
}

pub(super) fn modify_attribute(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = input.required("NetworkInterfaceId")?;
    let ec2 = &mut context.region().ec2;
    let interface = ec2.interfaces.find(id)?;
    if interface.holder.is_service() {
        let message = "You do not have permission to access the specified resource.";
        return Err(AwsError::new("AuthFailure", message));
    }
    let groups = input.strings("SecurityGroupId");
    if !groups.is_empty() {
        let groups = security_group::for_interface(ec2, &interface.vpc_id, &interface.subnet_id, groups);
        let groups = groups.map_err(group_unknown)?;
        ec2.interfaces.find_mut(id)?.groups = groups;
    }
    let interface = ec2.interfaces.find_mut(id)?;
    if let Some(description) = input.part("Description").text("Value") {
        description.clone_into(&mut interface.description);
    }
    if let Some(check) = input.part("SourceDestCheck").flag("Value")? {
        interface.source_dest_check = check;
    }
    let asked = input.part("Attachment");
    if let (Some(delete), Some(attachment)) = (asked.flag("DeleteOnTermination")?, &mut interface.attachment) {
        if asked.text("AttachmentId") != Some(&attachment.id) {
            let message = "The attachment ID is not the one of the network interface.";
            return Err(AwsError::new("InvalidAttachmentID.NotFound", message));
        }
        attachment.delete_on_termination = delete;
    }
    Ok(json!({"return": true}))
}

pub(super) fn describe_attribute(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = input.required("NetworkInterfaceId")?;
    let owner = context.place.account.clone();
    let ec2 = &context.region().ec2;
    let interface = ec2.interfaces.find(id)?;
    let (member, value) = match input.required("Attribute")? {
        "description" => ("description", json!({"value": interface.description})),
        "sourceDestCheck" => ("sourceDestCheck", json!({"value": interface.source_dest_check})),
        "groupSet" => ("groupSet", interface_view::group_set(ec2, &interface.groups)),
        "attachment" => ("attachment", interface_view::attachment(interface, &owner)),
        other => {
            let message = format!("Value ({other}) for parameter attribute is invalid. Unknown attribute.");
            return Err(AwsError::new("InvalidParameterValue", message));
        }
    };
    Ok(json!({"networkInterfaceId": id, member: value}))
}

/// The address that a new interface is asked to have.
pub(super) fn private_ip(input: &Input<'_>) -> Result<Option<Ipv4Addr>, AwsError> {
    let listed = input.parts("PrivateIpAddresses").into_iter().next().and_then(|one| one.text("PrivateIpAddress"));
    let Some(text) = input.text("PrivateIpAddress").or(listed) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| {
        let message = format!("Value ({text}) for parameter privateIpAddress is invalid. Invalid IPv4 address.");
        AwsError::new("InvalidParameterValue", message)
    })
}

/// Calls about interfaces have a code of their own for groups that do not exist.
fn group_unknown(refusal: AwsError) -> AwsError {
    if refusal.code != "InvalidGroup.NotFound" {
        return refusal;
    }
    let message = refusal.message.replace("The security group '", "The securityGroup ID '");
    AwsError { code: "InvalidSecurityGroupID.NotFound".into(), message, ..refusal }
}
